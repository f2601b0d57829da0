/** What an object's own state says of it, as data. */

/**
 * When objects of a kind are finished for good, and when they are in use. Conditions are in the
 * language of queries.
 *
 * - Of several rules that fit an object the first one that says dead or alive decides; an object
 *   that no rule says anything of is unknown.
 * - A prototype (it has a `constructor` of its own) is never judged.
 */
export interface DeadRule {
  /** Classes by their exact names. */
  readonly class?: readonly string[];
  /** Classes by what their names match. */
  readonly classPattern?: RegExp;
  /**
   * A property by which the objects are known, whatever their class: subclasses have names of their
   * own.
   */
  readonly has?: string;
  /** What such an object is called in fingerprints; default the class. */
  readonly name?: string;
  /** What has to be true of the object besides: that it is what the class name says. */
  readonly where?: string;
  readonly dead: string;
  readonly alive?: string;
  /** Whether one is worth showing only where the program's own code, or a place of it, holds it. */
  readonly onlyOfProgram?: boolean;
  /** The only runtimes whose files say it; default all. */
  readonly runtimes?: readonly string[];
  /** What happened to a dead one, to be read behind its class: `was closed`. */
  readonly why: string;
  /** Of which versions of the package or of Node.js it is known to be true. */
  readonly versions: string;
  /** What is usually done about objects that are dead and still held. */
  readonly remedy?: string;
}

/** A reference that dead objects are held by in good order, such as a free list. */
export interface ExpectedHolder {
  /** Class of what holds it. */
  readonly class: string;
  /** Name of the edge. */
  readonly edge: string;
  readonly why: string;
}

/** A rule whose conditions can be asked of the nodes of a graph. */
export interface ReadyRule {
  readonly rule: DeadRule;
  readonly isOf: (node: number) => boolean;
  readonly isDead: (node: number) => boolean;
  readonly isAlive: (node: number) => boolean;
  /** What makes the node dead or alive, in words: `_closed is true`. */
  readonly evidence: (node: number, verdict: 'dead' | 'alive') => string;
}
