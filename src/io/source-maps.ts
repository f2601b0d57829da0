/** Source maps of scripts on this machine: where places in a bundle come from. */
import fs from 'node:fs';
import path from 'node:path';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { printable } from '../base/printable.js';
import { formatBytes } from '../base/units.js';
import { localPath } from './local-path.js';
import { readReason } from './reasons.js';
import { readRegular } from './regular-file.js';

/** No bundle and no map of one is larger. */
const LARGEST = 64 * 1024 * 1024;

interface Original {
  readonly script: string;
  readonly line: number;
  readonly column: number;
  readonly name: string | undefined;
}

/** A map, and the file that its sources are relative to. */
interface MapText {
  readonly text: string;
  readonly at: string;
}

interface Mapped {
  readonly lines: readonly string[];
  readonly map: TraceMap;
}

/**
 * Gives the origin of places, by the source maps of their scripts: the file that the last
 * `//# sourceMappingURL=` of the script names beside it, the data in it, or else `SCRIPT.map`.
 *
 * A snapshot may name any script, and a script any map. Regular files of at most 64 MB are read,
 * and nothing is run; the sources that a map names are not read.
 *
 * - In: what is told of a map that cannot be used, once for each script.
 * - Out: a function from a place (line and column from 1) to its origin.
 * - Cost: reads a script and its map at its first place.
 */
export function sourceMaps(
  tell: (text: string) => void,
): (script: string, line: number, column: number) => Original | undefined {
  const known = new Map<string, Mapped | undefined>();
  return (script, line, column) => {
    if (!known.has(script)) known.set(script, read(script, tell));
    const mapped = known.get(script);
    if (mapped === undefined) return undefined;
    const found = originalPositionFor(mapped.map, { line, column: column - 1 });
    if (found.source === null) return undefined;
    const name = nameAt(mapped, line, column - 1);
    return { script: shownSource(found.source, script), line: found.line, column: found.column + 1, name };
  };
}

function read(script: string, tell: (text: string) => void): Mapped | undefined {
  const fail = (reason: string): undefined => {
    tell(`no source map for ${printable(script)}: ${reason}`);
    return undefined;
  };
  try {
    const place = localPath(script);
    // Scripts of the runtime and of other machines have none here.
    if (place === undefined) return undefined;
    const file = fs.realpathSync(place);
    if (localPath(file) === undefined) return undefined;
    const text = readRegular(file, LARGEST);
    const url = lastMapUrl(text);
    const found = url === undefined ? besideScript(file) : mapText(file, url);
    if (found === undefined) return undefined;
    const value: unknown = JSON.parse(found.text.replace(/^\)\]\}'[^\n]*\n/, ''));
    if (typeof value !== 'object' || value === null || !('mappings' in value) || 'sections' in value)
      return fail('it is not of the usual form (an object with mappings)');
    const map = new TraceMap(value as ConstructorParameters<typeof TraceMap>[0], found.at);
    originalPositionFor(map, { line: 1, column: 0 }); // decodes it
    return { map, lines: text.split('\n') };
  } catch (error) {
    if (error instanceof SyntaxError) return fail('it is no JSON');
    if (error instanceof RangeError) return fail(`it or the script has more than ${formatBytes(LARGEST)}`);
    const { code } = error as NodeJS.ErrnoException;
    return fail(code === undefined ? 'it is damaged' : readReason(error));
  }
}

/** The last comment counts, in the last lines of a script. */
function lastMapUrl(text: string): string | undefined {
  const at = text.lastIndexOf('//# sourceMappingURL=');
  return at < 0 ? undefined : /^\S+/.exec(text.slice(at + 21))?.[0];
}

function besideScript(file: string): MapText | undefined {
  const at = `${file}.map`;
  return fs.existsSync(at) ? { text: readRegular(at, LARGEST), at } : undefined;
}

function mapText(file: string, url: string): MapText {
  const data = /^data:application\/json[^,]*?(;base64)?,/.exec(url);
  if (data) {
    const body = url.slice(data[0].length);
    const text = data[1] ? Buffer.from(body, 'base64').toString('utf8') : decodeURIComponent(body);
    return { text, at: file };
  }
  if (/^[a-z][a-z0-9+.-]*:|^[\\/]/i.test(url)) throw new TypeError('another machine, or another folder');
  const folder = path.dirname(file);
  const place = path.resolve(folder, decodeURIComponent(url.replace(/[?#].*$/s, '')));
  if (!place.startsWith(folder + path.sep)) throw new TypeError('another folder');
  return { text: readRegular(place, LARGEST), at: place };
}

/** A path where the script is one. */
function shownSource(source: string, script: string): string {
  const scheme = /^file:\/\//.exec(source);
  if (scheme && !script.startsWith('file:')) return decodeURI(source.slice(7));
  return source;
}

/**
 * The name in the source of the function or class at a place: that of the identifier before it
 * (`function NAME(`, `NAME = () =>`, `NAME(`) or, of a class, behind it.
 */
function nameAt({ lines, map }: Mapped, line: number, column: number): string | undefined {
  const text = lines[line - 1] ?? '';
  const behind = /^class\s+([\w$]+)/.exec(text.slice(column, column + LONGEST));
  const from = Math.max(0, column - LONGEST);
  const before = /([\w$]+)\s*(?:[=:]\s*)?$/.exec(text.slice(from, column));
  const at = behind
    ? column + behind[0].length - behind[1]!.length
    : before
      ? from + before.index
      : undefined;
  return at === undefined ? undefined : (originalPositionFor(map, { line, column: at }).name ?? undefined);
}

/** Characters in which a name is looked for. */
const LONGEST = 300;
