/** Regular files of a bounded size. */
import fs from 'node:fs';

/**
 * The text of a file (UTF-8).
 *
 * - Throws: the system's error; RangeError for a file that is larger; TypeError for what is no
 *   regular file. A link at the end of the path is not followed.
 */
export function readRegular(file: string, limit: number): string {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  const fd = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const { size, ...stat } = fs.fstatSync(fd);
    if ((stat.mode & fs.constants.S_IFMT) !== fs.constants.S_IFREG)
      throw new TypeError('it is no regular file');
    if (size > limit) throw new RangeError('it is too large');
    const bytes = Buffer.alloc(size);
    return bytes.toString('utf8', 0, fs.readSync(fd, bytes, 0, size, 0));
  } finally {
    fs.closeSync(fd);
  }
}
