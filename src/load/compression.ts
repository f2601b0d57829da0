/** The way out of a compression. */
import { pipeline, type Readable } from 'node:stream';
import { SnapshotError } from '../base/errors.js';

export type Compression = 'gzip' | 'brotli' | 'zstd';

/**
 * Bytes of text at a time. The other thread inflates while this one parses, and each chunk takes a
 * turn of the event loop: with 256 KiB the whole took 1.4 times as long.
 */
const CHUNK = 1 << 20;

/**
 * Decompressed chunks of a stream. Damaged data throws SnapshotError `compression`; data that just
 * ends, ends.
 */
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
      hint: 'Copy the file again.',
      remedy: 'salvage',
      cause: error,
    });
  } finally {
    stored.destroy();
  }
}

// Without the relaxed last flush, data that ends early throws away what was already decoded; the
// parser notices a text that stops, and can say in which section.
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
          hint: 'Use Node.js 22.15 or newer, or decompress it first: zstd -dc FILE',
          remedy: 'pipe',
        },
      );
    }
  }
}
