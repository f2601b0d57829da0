/** The words and signs of queries; the end of a bracket, and a text in it. */
import { type Scanner, takeString } from './scanner.js';

export const OR = /or\b/y;
export const AND = /and\b/y;
export const NOT = /not\b/y;
export const OPEN = /\(/y;
export const CLOSE = /\)/y;
export const COMMA = /,/y;
export const IN = /in\b/y;
export const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
export const OPERATOR = /!=|!~|<=|>=|=|<|>|~/y;
export const ID = /@\d+/y;
export const TAG = /tag:/y;
/** A value without quotes. */
export const BARE = /[^\s()=<>!~,"']+/y;
export const OWN_NAME = /\([\p{L}_$][\p{L}\p{N}_$ -]*\)/uy;

/** What is said where a name needs quotes. */
export const NAMES_IN_QUOTES = 'Names with spaces and signs stand in quotes: class = "system / Context".';

/** Takes a closing bracket. Throws QueryError where there is none. */
export function expectClose(scanner: Scanner): void {
  if (scanner.take(CLOSE) === undefined)
    scanner.fail(`expected ")", found ${scanner.found()}`, NAMES_IN_QUOTES);
}

/** Takes a text that a function has, in quotes or not. Throws QueryError. */
export function takeText(scanner: Scanner, name: string): string {
  const text = takeString(scanner) ?? scanner.take(BARE);
  if (text === undefined) scanner.fail(`expected a text, found ${scanner.found()}`, `Write ${name}("…").`);
  return text;
}
