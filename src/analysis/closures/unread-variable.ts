/** What is said of a captured variable that nothing reads. */

/** A function as it stands in a script. */
export interface FunctionPlace {
  /** What it is called; empty for one without a name. */
  readonly name: string;
  readonly script: string;
  /** From 1; undefined where nothing says it. */
  readonly line: number | undefined;
}

/** A variable that is kept in contexts, and that nothing reads there any more. */
export interface UnreadVariable {
  readonly name: string;
  /** The function whose variable it is. */
  readonly scope: FunctionPlace;
  /** Contexts in which nothing reads it. */
  readonly contexts: number;
  /** Bytes that would be freed if the variable went from these contexts, one at a time. */
  readonly retainedSize: number;
  /** Functions whose closures keep the contexts. */
  readonly keptBy: readonly FunctionPlace[];
  /** Functions that read it, of which no closure is left. */
  readonly readBy: readonly FunctionPlace[];
  /** Ordinal of the value that keeps most, of those the first in the file. */
  readonly example: number;
}
