/** What the system says of a path, without an error. */
import fs from 'node:fs';

/** Whether a path names a file (or a pipe) that is there; folders do not count. */
export function isFile(file: string): boolean {
  const stat = statOf(file);
  return stat !== undefined && !stat.isDirectory();
}

/** Whether a path names a file that can be read several times: no pipe, no device. */
export function isRegularFile(file: string): boolean {
  return statOf(file)?.isFile() === true;
}

/**
 * The same for all names of a file, and for its descriptor; undefined for what is no regular file.
 * Inode numbers of Windows are larger than a double can hold exactly.
 */
export function identityOf(file: string | number): string | undefined {
  try {
    const exact = { bigint: true } as const;
    const stat = typeof file === 'number' ? fs.fstatSync(file, exact) : fs.statSync(file, exact);
    return stat.isFile() ? `${stat.dev}:${stat.ino}` : undefined;
  } catch {
    return undefined; // not there, or closed
  }
}

/** When a file was last changed, in milliseconds; Infinity for what is not there. */
export function timeOf(file: string): number {
  return statOf(file)?.mtimeMs ?? Number.POSITIVE_INFINITY;
}

/**
 * The facts of a file; undefined for what is not there or cannot be reached: a link to itself, a
 * name too long.
 */
export function statOf(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file);
  } catch {
    return undefined;
  }
}
