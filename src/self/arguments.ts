/** Checks of what a program calls with. */
import { usageError } from '../base/errors.js';
import { printable } from '../base/printable.js';

/**
 * Throws UsageError for options that are no object, or of which one is not known: a misspelt one
 * would do nothing.
 */
export function checkOptions(call: string, options: unknown, known: readonly string[]): void {
  const names = known.join(', ');
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw usageError(
      `the options of ${call} are ${described(options)}`,
      `They are an object with any of: ${names}.`,
    );
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw usageError(`${call} has no option ${described(unknown)}`, `It knows: ${names}.`);
}

/** A value as a message can show it: `5`, `"text"`, `undefined`, `a function`, `an object`. */
export function described(value: unknown): string {
  if (typeof value === 'string') return `"${printable(value)}"`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}
