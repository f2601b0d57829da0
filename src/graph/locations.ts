/** Where in the source code nodes come from: for closures the function, for objects their constructor. */

/** A place in a script, as V8 counts. */
export interface Location {
  /** V8's number of the script. */
  readonly scriptId: number;
  /** From 0, as V8 counts. */
  readonly line: number;
  /** From 0. */
  readonly column: number;
}

/**
 * Few places make many objects: each distinct place stands once in `places`, and each node says which is its own.
 * 4 bytes a node.
 */
export class Locations {
  constructor(
    /** By node: the number of its place plus one, or 0. */
    readonly placeOf: Uint32Array,
    readonly places: readonly Location[],
    /** Nodes that have a place. */
    readonly count: number,
  ) {}

  /** The location of a node, or undefined. */
  of(node: number): Location | undefined {
    const place = this.placeOf[node];
    return place ? this.places[place - 1] : undefined;
  }
}
