/** A leak of a package that is published, as known-leaks.json has it. */

export interface PackageLeak {
  readonly id: string;
  /** Of npm, or `node`. */
  readonly package: string;
  /** See `versionFits`. */
  readonly versions: string;
  /** Found in this order on the chain to what leaks; others may stand between them. */
  readonly references: readonly LeakReference[];
  /**
   * What the last reference leads to is what grows: at most one object more stands on the chain.
   * Default false.
   */
  readonly direct?: boolean;
  readonly sentence: string;
  readonly fix: string;
  readonly link: string;
}

/** A reference on a chain. At least the class or the script is named. */
interface LeakReference {
  /** Classes of what refers, of which it has one. */
  readonly class?: readonly string[];
  /** How the path ends of the script that what refers is of: a function, or a scope. */
  readonly script?: string;
  /** Names of properties, variables or edges, of which it is one. */
  readonly reference: readonly string[];
}
