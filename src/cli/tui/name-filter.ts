/** A part of a class name, or a pattern between slashes, as a filter. */
import { printable } from '../../base/printable.js';

/** Whether a name fits; `error` says why a pattern cannot be read, and then every name fits. */
export interface NameFilter {
  readonly fits: (name: string) => boolean;
  readonly error?: string;
}

/** Upper and lower case are the same, but in a pattern. */
export function nameFilter(text: string): NameFilter {
  const pattern = /^\/(.+)\/(i?)$/.exec(text);
  if (pattern) {
    try {
      const expression = new RegExp(pattern[1]!, pattern[2]);
      return { fits: (name) => expression.test(name) };
    } catch (error) {
      return { fits: () => true, error: printable((error as Error).message) };
    }
  }
  const part = text.toLowerCase();
  return { fits: (name) => name.toLowerCase().includes(part) };
}
