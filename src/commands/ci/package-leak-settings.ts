/** Entries of `packageLeaks` in a config file: of the same shape as those of known-leaks.json. */
import type { PackageLeak } from '../../analysis/package-leaks/package-leak.js';
import type { UsageError } from '../../base/errors.js';
import { versionFits } from '../../base/version-range.js';

/** How a config file is read: each throws UsageError that names the file and the key. */
export interface ConfigReader {
  /** What is wrong at a key. */
  wrong(key: string, expected: string, found: unknown): UsageError;
  objectAt(key: string, found: unknown): [string, unknown][];
  listAt(key: string, expected: string, found: unknown): readonly unknown[];
  /** Throws for a key that is none of these. */
  known(path: string, key: string, keys: readonly string[]): void;
}

const KEYS = ['id', 'package', 'versions', 'references', 'sentence', 'fix', 'link'] as const;
const REFERENCE_KEYS = ['class', 'script', 'reference'] as const;

/** One entry. Throws UsageError. */
export function packageLeakAt(path: string, found: unknown, reader: ConfigReader): PackageLeak {
  const { wrong, objectAt, listAt, known } = reader;
  const keys = new Map(objectAt(path, found));
  for (const key of keys.keys()) known(`${path}.`, key, KEYS);
  const textAt = (key: string, fits: RegExp, expected: string): string => {
    const text = keys.get(key);
    if (typeof text === 'string' && fits.test(text)) return text;
    throw wrong(`${path}.${key}`, expected, text);
  };
  const list = listAt(`${path}.references`, REFERENCES, keys.get('references'));
  if (list.length === 0) throw wrong(`${path}.references`, REFERENCES, list);
  const versions = textAt('versions', /./, VERSIONS);
  if (!isRange(versions)) throw wrong(`${path}.versions`, VERSIONS, versions);
  return {
    id: textAt('id', /^[a-z0-9]+(-[a-z0-9]+)*$/, 'small letters, digits and hyphens'),
    package: textAt('package', /./, 'the name of a package, or "node"'),
    versions,
    references: list.map((one, i) => referenceAt(`${path}.references[${i}]`, one, reader)),
    sentence: textAt('sentence', /\.$/, 'a sentence that ends with a full stop'),
    fix: textAt('fix', /\.$/, 'a sentence that ends with a full stop'),
    link: textAt('link', /^https:\/\//, 'an address that begins with https://'),
  };
}

const REFERENCES = 'a list of { class or script, reference }, at least one';
const VERSIONS = 'versions such as ">=3.1.0 <4.3.0 || 5.0.0", or "*"';

function isRange(text: string): boolean {
  try {
    versionFits('1.0.0', text);
    return true;
  } catch {
    return false;
  }
}

function referenceAt(
  path: string,
  found: unknown,
  { wrong, objectAt, listAt, known }: ConfigReader,
): PackageLeak['references'][number] {
  const keys = new Map(objectAt(path, found));
  for (const key of keys.keys()) known(`${path}.`, key, REFERENCE_KEYS);
  const namesAt = (key: string): string[] => {
    const names = listAt(`${path}.${key}`, 'a list of names', keys.get(key));
    if (names.length === 0) throw wrong(`${path}.${key}`, 'a list of names', names);
    return names.map((name, i) => {
      if (typeof name === 'string') return name;
      throw wrong(`${path}.${key}[${i}]`, 'a name', name);
    });
  };
  const script = keys.get('script');
  if (script !== undefined && typeof script !== 'string')
    throw wrong(`${path}.script`, 'how the path of a script ends', script);
  if (script === undefined && !keys.has('class')) throw wrong(path, 'a class or a script', found);
  return {
    ...(keys.has('class') ? { class: namesAt('class') } : {}),
    ...(script === undefined ? {} : { script }),
    reference: namesAt('reference'),
  };
}
