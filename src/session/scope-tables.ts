/** The sections on scopes, which V8 15 writes, and which one question needs. */
import type { ScopeTables } from '../analysis/closures/scope-records.js';
import type { Graph } from '../graph/graph.js';
import { readSection } from '../load/load.js';

/** The sections together; larger ones are left alone. */
const LARGEST = 1 << 26;

const NAMES = ['scopes', 'scope_context_vars', 'scope_uses'] as const;

/**
 * Reads the sections on scopes.
 *
 * - Empty: undefined where the file has none, where they cannot be read again (standard input), are
 *   larger than 64 MB, or are no lists of numbers.
 * - Throws: SnapshotError when the file has changed.
 */
export async function readScopeTables(graph: Graph): Promise<ScopeTables | undefined> {
  const fields = graph.head.scopeFieldNames;
  const sections = NAMES.map((name) => graph.sections.find((section) => section.name === name));
  if (fields === undefined) return undefined;
  let size = 0;
  for (const section of sections) {
    if (section === undefined || !(section.rereadable || section.kept)) return undefined;
    size += section.length;
  }
  if (size > LARGEST) return undefined;
  const lists: (readonly number[])[] = [];
  for (const name of NAMES) {
    const list = numbersIn(await readSection(graph, name));
    if (list === undefined) return undefined;
    lists.push(list);
  }
  const [scopes, variables, uses] = lists;
  return { fields, scopes: scopes!, variables: variables!, uses: uses! };
}

function numbersIn(bytes: Uint8Array): readonly number[] | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one)) ? value : undefined;
  } catch {
    return undefined;
  }
}
