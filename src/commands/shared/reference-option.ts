/** References of objects, as an option names them: `Session.user`, `Array[]`, `Map[keys]`. */
import type { ReferencePart } from '../../analysis/weak/weak-references.js';
import { UsageError } from '../../base/errors.js';
import { type Query, readQuery } from '../../query/query.js';

/** Objects, and which of their references. */
export interface ReferenceQuery {
  readonly text: string;
  readonly query: Query;
  readonly part: ReferencePart;
}

const NAME = /^(.+?)\s*\.\s*(#?[\p{L}_$][\p{L}\p{N}_$]*)$/su;
const QUOTED = /^(.+?)\s*\[\s*("(?:[^"\\]|\\.)*")\s*\]$/su;
const ITEMS = /^(.+?)\s*\[\s*(keys)?\s*\]$/su;

/**
 * Reads references.
 *
 * - In: a class, or a query in round brackets; then `.property`, `["property"]` for names that are
 *   no identifiers, `[]` for items, members and values, `[keys]` for keys of Maps.
 * - Throws: UsageError; QueryError for the query.
 */
export function readReferences(text: string): ReferenceQuery {
  const trimmed = text.trim();
  const items = ITEMS.exec(trimmed);
  if (items)
    return { text, query: readQuery(items[1]!), part: { kind: items[2] === undefined ? 'items' : 'keys' } };
  const quoted = QUOTED.exec(trimmed);
  if (quoted)
    return {
      text,
      query: readQuery(quoted[1]!),
      part: { kind: 'property', name: unquoted(quoted[2]!) ?? fail(text) },
    };
  const named = NAME.exec(trimmed) ?? fail(text);
  return { text, query: readQuery(greedy(trimmed, named[2]!)), part: { kind: 'property', name: named[2]! } };
}

/** What is before the last point. */
function greedy(text: string, name: string): string {
  return text.slice(0, text.length - name.length).replace(/\s*\.\s*$/, '');
}

function unquoted(literal: string): string | undefined {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return undefined;
  }
}

function fail(text: string): never {
  throw new UsageError(
    `"${text}" names no references`,
    'Write Session.user, \'(class = Session and closed = true).user\', Session["a-b"], Array[] or Map[keys].',
  );
}
