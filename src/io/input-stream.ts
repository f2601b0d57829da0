/** Files, pipes and devices as streams that can be waited for without blocking signals. */
import fs from 'node:fs';
import type { Readable } from 'node:stream';

const { O_RDONLY, O_NONBLOCK = 0 } = fs.constants;

/**
 * How a path is opened for reading: of a pipe that nobody writes to yet the call would not return
 * otherwise.
 */
export function openToRead(path: string): { readonly fd: number; readonly stat: fs.Stats } {
  const isPipe = fs.statSync(path).isFIFO();
  const fd = fs.openSync(path, isPipe ? O_RDONLY | O_NONBLOCK : O_RDONLY);
  try {
    return { fd, stat: fs.fstatSync(fd) };
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

/**
 * The bytes of an open file, pipe or device; closes it at its end. A pipe is waited for by the
 * event loop: a thread that waits in a system call would keep the process from ending on a signal.
 */
export async function streamOf(path: string, { fd, stat }: ReturnType<typeof openToRead>): Promise<Readable> {
  if (!stat.isFIFO()) return fs.createReadStream(path, { fd });
  const { Socket } = await import('node:net');
  return new Socket({ fd, readable: true, writable: false });
}
