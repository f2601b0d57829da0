/** Which compression bytes are in, told by their content, and the way out of it. */
import { pipeline, type Readable } from 'node:stream';
import { SnapshotError } from '../base/errors.js';
import { beginningOf, notASnapshot, otherBytes, otherText, snapshotBehind } from './other-files.js';

export type Compression = 'gzip' | 'brotli' | 'zstd';

const CHUNK = 1 << 18;

/**
 * The compression that the first bytes of a file are in, or undefined for plain text.
 * Plain text starts with white space, a byte order mark or `{`. Throws SnapshotError `not-a-snapshot` for
 * what is neither JSON nor compressed.
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

/** Decompressed chunks of a stream. Damaged data throws SnapshotError `compression`; data that just ends, ends. */
export async function* decompressed(
  stored: Readable,
  compression: Compression,
  file: string,
): AsyncGenerator<Uint8Array> {
  let length = 0;
  try {
    const transform = await decompressor(compression, file);
    pipeline(stored, transform, () => {}); // errors of either arrive through the loop below
    for await (const chunk of transform) {
      yield chunk as Uint8Array;
      length += (chunk as Uint8Array).length;
    }
  } catch (error) {
    const { syscall, message } = error as NodeJS.ErrnoException;
    if (error instanceof SnapshotError || syscall !== undefined) throw error;
    throw new SnapshotError('compression', `the ${compression} data is damaged`, {
      file,
      offset: length,
      expected: `${compression} data`,
      found: message,
      hint: 'Copy the file again, or use --salvage to answer from what comes before the damage.',
      cause: error,
    });
  } finally {
    stored.destroy();
  }
}

// Without the relaxed last flush, data that ends early throws away what was already decoded; the parser
// notices a text that stops, and can say in which section.
async function decompressor(compression: Compression, file: string): Promise<NodeJS.ReadWriteStream> {
  const { default: zlib } = await import('node:zlib'); // plain files start without it
  const { constants } = zlib;
  switch (compression) {
    case 'gzip':
      return zlib.createGunzip({ chunkSize: CHUNK, finishFlush: constants.Z_SYNC_FLUSH });
    case 'brotli':
      return zlib.createBrotliDecompress({ chunkSize: CHUNK, finishFlush: constants.BROTLI_OPERATION_FLUSH });
    case 'zstd': {
      // Node.js 22.15 and 23.8 brought zstd; the types here are those of Node.js 20.
      const create = (zlib as { createZstdDecompress?: (options: object) => NodeJS.ReadWriteStream })
        .createZstdDecompress;
      if (create) return create({ chunkSize: CHUNK });
      throw new SnapshotError(
        'compression',
        `is compressed with zstd, which Node.js ${process.version} cannot read`,
        {
          file,
          hint: 'Use Node.js 22.15 or newer, or decompress it first: zstd -dc FILE | heapgraph … -',
        },
      );
    }
  }
}

/** The beginning of an object: a brace, then a quote (or nothing more yet). */
export function startsObject(head: Uint8Array): boolean {
  const brace = firstToken(head, 0);
  if (head[brace] !== 0x7b) return false;
  const key = firstToken(head, brace + 1);
  return key === head.length || head[key] === 0x22 || head[key] === 0x7d;
}

/** The beginning of any JSON text, or nothing but white space: the parser says better what it is instead. */
function looksLikeJson(head: Uint8Array): boolean {
  const at = firstToken(head, 0);
  return at === head.length || head[at] === 0x7b || head[at] === 0x5b || head[at] === 0x22;
}

function firstToken(head: Uint8Array, from: number): number {
  let at = from === 0 && head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : from;
  while (at < head.length && isSpace(head[at]!)) at++;
  return at;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
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
