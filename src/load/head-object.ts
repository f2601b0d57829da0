/** The head of a snapshot as it stands in the file, for files that are made of it. */
import { partFactsText, readPartFacts } from '../graph/part-facts.js';
import { expectToken, readKey, readValue } from './json.js';
import { openSource } from './source.js';
import { ByteWindow } from './window.js';

export type HeadObject = Readonly<Record<string, unknown>>;

/** Reads it. In: a window at the beginning of the file; it stands behind the head then. */
export async function headObject(window: ByteWindow): Promise<HeadObject> {
  while (window.end - window.start < 3 && !window.ended) await window.fill();
  if (window.bytes[window.start] === 0xef) window.start += 3; // a byte order mark
  await expectToken(window, 0x7b, 'snapshot');
  await readKey(window, 'snapshot');
  return JSON.parse(await readValue(window, 'snapshot', 1 << 24)) as HeadObject;
}

/** The same of a file. Throws SnapshotError. */
export async function headObjectOf(file: string): Promise<HeadObject> {
  const source = await openSource(file);
  try {
    return await headObject(new ByteWindow(source));
  } finally {
    source.close();
  }
}

/** What of the head is a number, and the names of fields and types. */
export function wordlessHead(head: HeadObject): HeadObject {
  return Object.fromEntries(
    Object.entries(head).flatMap(([key, value]) => {
      if (key === 'heapgraph') {
        const part = readPartFacts(value);
        return part ? [[key, partFactsText(part)]] : [];
      }
      if (!WORD.test(key)) return [];
      if (typeof value === 'number') return [[key, value]];
      return key === 'meta' ? [[key, wordsOf(value)]] : [];
    }),
  );
}

/** Names that V8 gives to fields and types. */
const WORD = /^[a-z][a-z_ ]{0,39}$/;

function wordsOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wordsOf);
  if (typeof value === 'string') return WORD.test(value) ? value : 'unknown';
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (WORD.test(key) ? [[key, wordsOf(inner)]] : [])),
  );
}
