/**
 * Where in the source code nodes come from: for closures the function, for objects their
 * constructor.
 */

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
 * Few places make many objects: each distinct place has a number, and each node the number of its
 * place.
 * Memory: 4 bytes a node, 24 bytes a place.
 */
export class Locations {
  private known: number | undefined;

  constructor(
    /** By node: the number of its place plus one, or 0. */
    readonly placeOf: Uint32Array,
    /** By place. Doubles, because a damaged file may have numbers of more than 32 bits. */
    readonly scriptIds: Float64Array,
    readonly lines: Float64Array,
    readonly columns: Float64Array,
  ) {}

  /** Nodes that have a place. Cost: one pass over the nodes, once. */
  get count(): number {
    if (this.known !== undefined) return this.known;
    const { placeOf } = this;
    let count = 0;
    for (let node = 0; node < placeOf.length; node++) if (placeOf[node] !== 0) count++;
    this.known = count;
    return count;
  }

  /** Distinct places. */
  get placeCount(): number {
    return this.scriptIds.length;
  }

  /** The location of a node, or undefined. */
  of(node: number): Location | undefined {
    const place = this.placeOf[node];
    return place ? this.place(place - 1) : undefined;
  }

  /** The place with this number. In: a number below `placeCount`. */
  place(number: number): Location {
    return {
      scriptId: this.scriptIds[number]!,
      line: this.lines[number]!,
      column: this.columns[number]!,
    };
  }
}
