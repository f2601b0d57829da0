/**
 * A short number for a cause: the same in every snapshot, process, machine and Node.js version in
 * which objects are held by the same references.
 *
 * It is made of the classes and names of the references under suspicion, and of nothing else: no
 * ids, no lines, no indexes or keys of collections, no folders of this machine.
 */
import { createHash } from 'node:crypto';
import { packageOf } from '../../v8/packages.js';

/** One reference: what class refers, and by what. */
export interface Link {
  /** Class of the object that has the reference; of a minified class the shape of its objects. */
  readonly holder: string;
  /** Name of the property or the variable; `[x]` for items and entries. */
  readonly reference: string;
}

/**
 * The first 8 hexadecimal digits of a SHA-1 over `holder|reference` of all references, in their
 * order, and the class that the last one leads to.
 */
export function fingerprint(links: readonly Link[], type: string): string {
  const text = [...links.map(({ holder, reference }) => `${holder}|${reference}`), type].join('\n');
  return createHash('sha1').update(text).digest('hex').slice(0, 8);
}

/**
 * `ws:lib/sender.js` of a file in a package, the file's name of any other: folders differ from
 * machine to machine.
 */
export function stablePath(file: string): string {
  const found = packageOf(file);
  if (found) return `${found.name}:${file.slice(found.folder.length + 1).replaceAll('\\', '/')}`;
  if (file.startsWith('node:')) return file;
  return /[^/\\]*$/.exec(file.replace(/[?#].*$/s, ''))![0];
}

/**
 * Names that a minifier gives: a class that was called by it has another name in the next build.
 */
export function isMinified(type: string): boolean {
  return /^[A-Za-z_$][\w$]?$/.test(type);
}
