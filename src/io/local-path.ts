/** Which of the names that a snapshot gives to scripts are files of this machine. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** What is not on a disk, and what a name alone may bring here from other machines. */
const ELSEWHERE = /^\/(proc|sys|dev|net|afs)(\/|$)/;

/** Whether a path is below a folder. In: both absolute and normal. Links are not followed. */
export function isInside(folder: string, file: string): boolean {
  return file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
}

/**
 * The path of a script.
 *
 * - In: a path or a `file:` URL.
 * - Out: undefined for what is no plain absolute path of this machine, and for network paths.
 * - Throws: TypeError for a URL that is none.
 */
export function localPath(script: string): string | undefined {
  if (script.includes('\0')) return undefined;
  const place = script.startsWith('file:///') ? fileURLToPath(script) : script;
  const isLocal = path.sep === '\\' ? /^[A-Za-z]:\\/.test(place) : place.startsWith('/');
  return isLocal && path.normalize(place) === place && !ELSEWHERE.test(place) ? place : undefined;
}
