/**
 * What a file is, by its first bytes: plain JSON, JSON in one of three compressions, or another
 * kind of file.
 */
import type { Compression } from './compression.js';
import { CLOSE_OBJECT, isSpace, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './json.js';
import { beginningOf, notASnapshot, otherBytes, otherText, snapshotBehind } from './other-files.js';

/**
 * The compression that the first bytes of a file are in, or undefined for plain text. Plain text
 * starts with white space, a byte order mark or `{`. Throws SnapshotError `not-a-snapshot` for what
 * is neither JSON nor compressed.
 */
export async function compressionOf(head: Uint8Array, file: string): Promise<Compression | undefined> {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd';
  if (startsObject(head)) return undefined;
  const known = otherBytes(head);
  // Brotli may begin with any byte, that of a bracket or a quote too.
  if (known === undefined && (await decodesAsBrotli(head))) return 'brotli';
  const other = known ?? snapshotBehind(head);
  if (other === undefined && looksLikeJson(head)) return undefined;
  throw notASnapshot(file, other ?? otherText(head), {
    offset: 0,
    expected: 'a JSON object, plain or compressed with gzip, brotli or zstd',
    found: beginningOf(head),
  });
}

/** The beginning of an object: a brace, then a quote (or nothing more yet). */
export function startsObject(head: Uint8Array): boolean {
  const brace = firstToken(head, 0);
  if (head[brace] !== OPEN_OBJECT) return false;
  const key = firstToken(head, brace + 1);
  return key === head.length || head[key] === QUOTE || head[key] === CLOSE_OBJECT;
}

/**
 * The beginning of any JSON text, or nothing but white space: the parser says better what it is
 * instead.
 */
function looksLikeJson(head: Uint8Array): boolean {
  const at = firstToken(head, 0);
  return at === head.length || head[at] === OPEN_OBJECT || head[at] === OPEN_ARRAY || head[at] === QUOTE;
}

function firstToken(head: Uint8Array, from: number): number {
  let at = from === 0 && head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : from;
  while (at < head.length && isSpace(head[at]!)) at++;
  return at;
}

async function decodesAsBrotli(head: Uint8Array): Promise<boolean> {
  const { default: zlib } = await import('node:zlib');
  return new Promise((resolve) => {
    const transform = zlib.createBrotliDecompress({ chunkSize: 1024 });
    const settle = (answer: boolean): void => {
      resolve(answer);
      transform.destroy();
    };
    transform.once('data', (chunk: Buffer) =>
      settle(startsObject(chunk) || otherBytes(chunk, 'brotli') !== undefined),
    );
    transform.once('error', () => settle(false));
    transform.once('end', () => settle(false));
    transform.end(head);
  });
}
