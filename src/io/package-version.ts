/** Which version of a package this machine has, for a script that a snapshot names. */
import fs from 'node:fs';
import path from 'node:path';
import { isVersion } from '../base/units.js';
import { localPath } from './local-path.js';
import { readRegular } from './regular-file.js';

/** No package.json is larger. */
const LARGEST = 1_000_000;
/** Names as npm has them, and older ones with capital letters. */
const NAME = /^(@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/;

/**
 * The version in the package.json of `node_modules/NAME` that a script is in.
 *
 * A snapshot may name any path. Nothing is read but a regular file called package.json, of at most
 * 1 MB, below a folder called node_modules, also when links have been followed; and of that only a
 * version that looks like one comes out. Network paths are left alone.
 *
 * - In: path or `file:` URL of the script, and the package's name.
 * - Out: undefined where the script or the file is not there, is of another package, or cannot be
 *   read; never throws.
 * - Cost: a few system calls.
 */
export function packageVersion(script: string, name: string): string | undefined {
  try {
    const place = localPath(script);
    if (place === undefined || !NAME.test(name)) return undefined;
    const inside = `${path.sep}node_modules${path.sep}${name.replaceAll('/', path.sep)}${path.sep}`;
    const at = place.lastIndexOf(inside);
    if (at < 0 || place.lastIndexOf(`${path.sep}node_modules${path.sep}`) !== at) return undefined;
    if (!fs.statSync(place).isFile()) return undefined;
    const file = fs.realpathSync(path.join(place.slice(0, at + inside.length), 'package.json'));
    const parts = file.split(path.sep);
    if (parts.at(-1) !== 'package.json' || !parts.includes('node_modules')) return undefined;
    if (localPath(file) === undefined) return undefined;
    const found: unknown = JSON.parse(readRegular(file, LARGEST));
    if (typeof found !== 'object' || found === null) return undefined;
    const { name: own, version } = found as { readonly name?: unknown; readonly version?: unknown };
    return own === name && typeof version === 'string' && isVersion(version) ? version : undefined;
  } catch {
    return undefined;
  }
}
