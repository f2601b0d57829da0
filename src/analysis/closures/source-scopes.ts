/**
 * Scopes and variables in the text of a script: which variables of a function its inner functions
 * use, and where. Those are the variables that V8 puts into contexts.
 *
 * The text is parsed and never run.
 */
import type { Node } from 'acorn';
import { walkScopes } from './scope-visitor.js';

/** A variable that functions inside of its own one use. */
export interface CapturedVariable {
  readonly name: string;
  /** Numbers of the literals whose own code uses it, ascending. */
  readonly uses: readonly number[];
}

/** A scope with variables that inner functions use. */
export interface SourceScope {
  readonly number: number;
  /** The next scope outwards that has such variables; undefined for the outermost. */
  readonly outer: SourceScope | undefined;
  /** The number of the function that makes the scope; 0 for the script. */
  readonly literal: number;
  readonly variables: readonly CapturedVariable[];
  /**
   * Whether it, or a scope in it, has a direct `eval` or a `with`: names may mean anything there.
   */
  readonly dynamic: boolean;
}

/**
 * A function or a class in the text. Numbers are in the order of the text: those from its own to
 * `last` are inside of it.
 */
export interface Literal {
  readonly number: number;
  readonly last: number;
  /** As the text names it: `function NAME`; undefined for methods and functions without one. */
  readonly name: string | undefined;
  /** What people call it: its name, or that of the variable or property that it is given to. */
  readonly label: string;
  /** The nearest scope around it that has captured variables. */
  readonly scope: SourceScope | undefined;
  /** Where V8 says that it begins: an offset in the text. */
  readonly start: number;
}

/** What the text of a script says. */
export interface SourceScopes {
  /** By number. The first is the script itself. */
  readonly literals: readonly Literal[];
  /** The function or class at a place that V8 gives: line and column from 0. */
  literalAt(line: number, column: number): Literal | undefined;
  /** The line of a literal, from 1. */
  lineOf(literal: Literal): number;
}

/**
 * The scopes of a parsed script.
 *
 * - In: the text, and acorn's tree of it.
 * - Throws: RangeError where it is nested too deeply.
 * - Cost: linear in the text, times the depth of its scopes.
 */
export function sourceScopes(text: string, program: Node): SourceScopes {
  const builder = walkScopes(text, program);
  const { places } = builder;
  const literals = builder.finish();
  const lines = lineStarts(text);
  return {
    literals,
    literalAt: (line, column) => {
      const start = lines[line];
      return start === undefined ? undefined : literals[places.get(start + column) ?? -1];
    },
    lineOf: ({ start }) => lineOf(lines, start),
  };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (const { index, 0: end } of text.matchAll(/\r\n?|[\n\u2028\u2029]/g)) starts.push(index + end.length);
  return starts;
}

function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
