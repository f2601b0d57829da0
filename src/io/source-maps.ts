/** Source maps of scripts on this machine: where places in a bundle come from. */
import fs from 'node:fs';
import path from 'node:path';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { printable, shortened } from '../base/printable.js';
import { formatBytes, formatCount } from '../base/units.js';
import { constructorNames } from './constructor-names.js';
import { isInside, localPath } from './local-path.js';
import { readReason } from './reasons.js';
import { readRegular } from './regular-file.js';

/** No bundle and no map of one is larger. */
const LARGEST = 64 * 1024 * 1024;

/** Text of scripts and maps in all. */
const MOST_TEXT = 256 * 1024 * 1024;

/** Places and lines in a map: each takes about a hundred bytes. A bundle of 30 MB has so many. */
const MOST_PLACES = 5_000_000;

/** V8 cuts names here. */
const LONGEST_NAME = 1024;

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
  /** By line the offset of its beginning. */
  readonly starts: readonly number[];
  /** Read when a constructor is asked for. */
  readonly constructors: () => ReadonlyMap<number, number>;
}

/** Maps of scripts, read when they are asked for. */
export interface SourceMaps {
  /** The origin of a place: line and column from 1. */
  readonly mapPlace: (script: string, line: number, column: number) => Original | undefined;
  /** What is to be said of scripts that have no map, after all questions. */
  missing(): readonly string[];
}

/**
 * Gives the origin of places, by the source maps of their scripts: the file that the last
 * `//# sourceMappingURL=` of the script names beside it, the data in it, or else `SCRIPT.map`.
 *
 * A snapshot may name any script, and a script any map. Regular files of at most 64 MB are read,
 * 256 MB in all, and nothing is run; the sources that a map names are not read.
 *
 * - In: what is told of a map that cannot be used, once for each script.
 * - Cost: reads a script and its map at its first place.
 */
export function sourceMaps(tell: (text: string) => void): SourceMaps {
  const known = new Map<string, Mapped | undefined>();
  const lacking = { map: [] as string[], script: [] as string[] };
  let left = MOST_TEXT;
  const take: ReadText = (file) => {
    const text = readRegular(file, Math.min(LARGEST, left));
    left -= text.length;
    return text;
  };
  const read = (script: string): Mapped | undefined => {
    const fail = (reason: string): undefined => {
      tell(`no source map for ${printable(script)}: ${reason}`);
      return undefined;
    };
    try {
      const file = scriptFile(script);
      if (typeof file === 'string') {
        const mapped = readMap(file, take);
        if (mapped === undefined) lacking.map.push(script);
        return mapped;
      }
      if (file.isMissing) lacking.script.push(script);
      return undefined;
    } catch (error) {
      if (error instanceof SyntaxError) return fail('it is no JSON');
      if (error instanceof RangeError)
        return fail(
          left < LARGEST
            ? `scripts and maps have more than ${formatBytes(MOST_TEXT)} in all`
            : `it or the script has more than ${formatBytes(LARGEST)}`,
        );
      if (error instanceof Unusable) return fail(error.message);
      const { code } = error as NodeJS.ErrnoException;
      return fail(code === undefined ? 'it is damaged' : readReason(error));
    }
  };
  return {
    mapPlace(script, line, column) {
      if (!known.has(script)) known.set(script, read(script));
      const mapped = known.get(script);
      if (mapped === undefined) return undefined;
      const found = originalPositionFor(mapped.map, { line, column: column - 1 });
      if (found.source === null) return undefined;
      const name = nameAt(mapped, line, column - 1);
      return { script: shownSource(found.source, script), line: found.line, column: found.column + 1, name };
    },
    missing: () => [
      ...missingNote(lacking.map, 'they name none, and there is no FILE.map beside them'),
      ...missingNote(lacking.script, 'these files are not on this machine'),
    ],
  };
}

type ReadText = (file: string) => string;

/** A map that is not used, and why. */
class Unusable extends Error {}

function missingNote(scripts: readonly string[], reason: string): string[] {
  if (scripts.length === 0) return [];
  const named = scripts.slice(0, 3).map((script) => printable(shortened(script, 200)));
  const more = scripts.length > named.length ? ` and ${formatCount(scripts.length - named.length)} more` : '';
  return [`no source map for ${named.join(', ')}${more}: ${reason}`];
}

/** The file of a script; or whether one should be there. Those of the runtime are no files. */
function scriptFile(script: string): string | { readonly isMissing: boolean } {
  const place = localPath(script);
  if (place === undefined) return { isMissing: false };
  let file: string;
  try {
    file = fs.realpathSync(place);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { isMissing: true };
    throw error;
  }
  return localPath(file) === undefined ? { isMissing: false } : file;
}

function readMap(file: string, take: ReadText): Mapped | undefined {
  const text = take(file);
  const url = lastMapUrl(text);
  const found = url === undefined ? besideScript(file, take) : mapText(file, url, take);
  if (found === undefined) return undefined;
  const value: unknown = JSON.parse(found.text.replace(/^\)\]\}'[^\n]*\n/, ''));
  if (typeof value !== 'object' || value === null || !('mappings' in value) || 'sections' in value)
    throw new Unusable('it is not of the usual form (an object with mappings)');
  if (typeof value.mappings === 'string' && placeCount(value.mappings) > MOST_PLACES)
    throw new Unusable(`it has more than ${formatCount(MOST_PLACES)} places`);
  const map = new TraceMap(value as ConstructorParameters<typeof TraceMap>[0], found.at);
  originalPositionFor(map, { line: 1, column: 0 }); // decodes it
  const lines = text.split('\n');
  let start = 0;
  const starts = lines.map((line) => {
    const at = start;
    start += line.length + 1;
    return at;
  });
  let constructors: ReadonlyMap<number, number> | undefined;
  return {
    map,
    lines,
    starts,
    constructors: () => {
      constructors ??= constructorNames(text);
      return constructors;
    },
  };
}

/** Places and lines of encoded mappings. */
function placeCount(mappings: string): number {
  let count = 0;
  for (let i = 0; i < mappings.length; i++) {
    const code = mappings.charCodeAt(i);
    if (code === COMMA || code === SEMICOLON) count++;
  }
  return count;
}

const COMMA = 0x2c;
const SEMICOLON = 0x3b;

/** The last comment counts, in the last lines of a script. */
function lastMapUrl(text: string): string | undefined {
  const at = text.lastIndexOf('//# sourceMappingURL=');
  return at < 0 ? undefined : /^\S+/.exec(text.slice(at + 21))?.[0];
}

function besideScript(file: string, take: ReadText): MapText | undefined {
  const at = `${file}.map`;
  return fs.existsSync(at) ? { text: take(at), at } : undefined;
}

function mapText(file: string, url: string, take: ReadText): MapText {
  const data = /^data:application\/json[^,]*?(;base64)?,/.exec(url);
  if (data) {
    const body = url.slice(data[0].length);
    const text = data[1] ? Buffer.from(body, 'base64').toString('utf8') : decodeURIComponent(body);
    return { text, at: file };
  }
  if (/^[a-z][a-z0-9+.-]*:|^[\\/]/i.test(url))
    throw new Unusable('it is on another machine, or in another folder');
  const folder = path.dirname(file);
  const place = path.resolve(folder, decodeURIComponent(url.replace(/[?#].*$/s, '')));
  if (!isInside(folder, place)) throw new Unusable('it is in another folder');
  // A link may lead out of the folder; what is not there is told by the reading.
  if (fs.existsSync(place) && !isInside(fs.realpathSync(folder), fs.realpathSync(place)))
    throw new Unusable('it is in another folder');
  return { text: take(place), at: place };
}

/** A path where the script is one. */
function shownSource(source: string, script: string): string {
  const scheme = /^file:\/\//.exec(source);
  if (scheme && !script.startsWith('file:')) return decodeURI(source.slice(7));
  return source;
}

/**
 * The name in the source of the function or class at a place: that of the identifier before it
 * (`function NAME(`, `NAME = () =>`, `NAME(`) or, of a class, behind it; of a constructor that of
 * its class.
 */
function nameAt(mapped: Mapped, line: number, column: number): string | undefined {
  const text = mapped.lines[line - 1] ?? '';
  const behind = /^class\s+([\w$]+)/.exec(text.slice(column, column + LONGEST));
  if (behind) return nameOfIdentifier(mapped, line, column + behind[0].length - behind[1]!.length);
  const from = Math.max(0, column - LONGEST);
  const before = /([\w$]+)\s*(?:[=:]\s*)?$/.exec(text.slice(from, column));
  if (!before) return undefined;
  if (before[1] !== 'constructor') return nameOfIdentifier(mapped, line, from + before.index);
  const name = mapped.constructors().get(mapped.starts[line - 1]! + column);
  if (name === undefined) return undefined;
  const row = lineOf(mapped.starts, name);
  return nameOfIdentifier(mapped, row + 1, name - mapped.starts[row]!);
}

function nameOfIdentifier({ map }: Mapped, line: number, column: number): string | undefined {
  const { name } = originalPositionFor(map, { line, column });
  return name === null || name.length > LONGEST_NAME ? undefined : name;
}

/** The line, from 0, that an offset is in. */
function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle;
  }
  return low;
}

/** Characters in which a name is looked for. */
const LONGEST = 300;
