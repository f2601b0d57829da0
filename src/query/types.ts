/** Class names as people give them: exact, or as patterns. */
import type { Classes, TypeMatcher } from '../analysis/classes.js';
import { QueryError } from '../errors.js';
import { printable } from '../printable.js';

export interface TypeQueryOptions {
  readonly regex: boolean;
  readonly ignoreCase: boolean;
}

/** A matcher for one name. Throws QueryError when a pattern cannot be read. */
export function typeMatcher(text: string, options: TypeQueryOptions): TypeMatcher {
  if (options.regex) {
    const pattern = parsePattern(text, options.ignoreCase);
    return (type) => pattern.test(type);
  }
  if (options.ignoreCase) {
    const folded = text.toLowerCase();
    return (type) => type.toLowerCase() === folded;
  }
  return (type) => type === text;
}

/** A JavaScript regular expression (Unicode). Throws QueryError. */
export function parsePattern(text: string, ignoreCase = false): RegExp {
  try {
    return new RegExp(text, ignoreCase ? 'iu' : 'u');
  } catch (error) {
    throw new QueryError(
      `"${printable(text)}" is not a regular expression: ${printable((error as Error).message)}`,
      'Characters such as ( ) [ ] { } . * + ? stand for themselves behind a backslash: \\(string\\).',
    );
  }
}

/** A sentence that names the closest class names there are, or undefined when none is close. */
export async function didYouMean(classes: Classes, text: string): Promise<string | undefined> {
  const { default: distance } = await import('leven'); // loaded only when a name is wrong
  const folded = text.toLowerCase();
  const most = Math.max(2, text.length / 3);
  const names = [...new Set(classes.rows.map((row) => row.type))];
  const near = names
    .map((name) => ({
      name,
      distance: nearness(name, text, folded) ?? distance(name, text, { maxDistance: most + 1 }),
    }))
    .filter((candidate) => candidate.distance <= most)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .filter((candidate, _, all) => candidate.distance < 1 || all[0]!.distance >= 1)
    .slice(0, 3)
    .map((candidate) => `"${printable(candidate.name)}"`);
  if (near.length === 0) return undefined;
  return `did you mean ${near.length > 1 ? `${near.slice(0, -1).join(', ')} or ${near.at(-1)}` : near[0]}?`;
}

/** Kinds of likeness that count for more than the number of typing errors; undefined when there is none. */
function nearness(name: string, text: string, folded: string): number | undefined {
  if (name.length > 200 || name === text) return Number.POSITIVE_INFINITY;
  const foldedName = name.toLowerCase();
  if (foldedName === folded) return 0;
  if (foldedName.replace(/^[(<]|[)>]$/g, '') === folded) return 0.5;
  if (folded.length >= 3 && foldedName.includes(folded)) return 1;
  return undefined;
}
