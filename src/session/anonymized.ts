/**
 * A snapshot without what is the program's own: the graph, ids and sizes stay, texts and names get
 * pseudonyms.
 */
import type { OnProgress } from '../base/progress.js';
import { Pseudonyms } from '../io/pseudonyms.js';
import { rewriteStrings } from '../load/rewrite.js';
import { ROLE, VALUES } from '../load/string-roles.js';
import { publicName } from '../v8/public-names.js';
import { RUNTIME_NAMES } from '../v8/runtime-names.generated.js';
import { CUT } from '../v8/string-facts.js';

export interface AnonymizeOptions {
  /** What the pseudonyms depend on. Default: random, so that nobody can try texts out. */
  readonly salt?: string | undefined;
  /** Keep the names of classes. */
  readonly keepClasses?: boolean;
  /** Texts that stay. */
  readonly allow?: (text: string) => boolean;
  /** Texts that do not stay, whatever else says so. */
  readonly deny?: (text: string) => boolean;
  /** Called for each text that stays, in part or as a whole. */
  readonly onKept?: (kept: KeptText) => void;
  readonly onProgress?: OnProgress | undefined;
}

/** A text that stays. */
export interface KeptText {
  readonly text: string;
  /** As it stands in the new file, with pseudonyms for parts. */
  readonly written: string;
  readonly reason: 'runtime' | 'class' | 'allowed' | 'constant';
  /** The value of a string is this text, too. */
  readonly isValue: boolean;
  /** What it names, in the order of `USES`. */
  readonly uses: readonly Use[];
}

/** What a text may name; `system` is what V8 or the embedder names. */
export type Use = 'class' | 'property' | 'variable' | 'function' | 'system';

const USES: readonly (readonly [Use, number])[] = [
  ['class', ROLE.object | ROLE.native],
  ['property', ROLE.property],
  ['variable', ROLE.variable],
  ['function', ROLE.code | ROLE.stack],
  ['system', ROLE.internalNode | ROLE.internalEdge],
];

export interface Anonymized {
  readonly strings: number;
  /** Values that have got a pseudonym. */
  readonly values: number;
  /** Names that have got one, as a whole or in part. */
  readonly names: number;
  readonly keptRuntime: number;
  readonly keptClasses: number;
  readonly keptAllowed: number;
  /** Sections that are not known, and were left out. */
  readonly leftOut: readonly string[];
}

const PROGRAM_NAMES = ROLE.object | ROLE.code | ROLE.property | ROLE.variable | ROLE.stack;

/** Longer names count as this: they alone fill what DevTools shows of a shape. */
const LONGEST_NAME = 121;

/**
 * Writes the anonymous snapshot.
 *
 * - In: the name of a file; `write` takes bytes, which are used again when what it has
 *   returned is settled; it gets further ones meanwhile, which come behind them.
 * - Throws: SnapshotError.
 * - Memory: two bytes a string, sixteen for each short name, and three megabytes of text.
 * - Cost: one pass over the bytes; a hash a string.
 */
export async function anonymized(
  file: string,
  write: (bytes: Uint8Array) => Promise<void> | undefined,
  options: AnonymizeOptions = {},
): Promise<Anonymized> {
  let done: Renaming | undefined;
  const { strings, leftOut } = await rewriteStrings(file, {
    renamer(roles) {
      done = renaming(roles, options);
      return done.rename;
    },
    write,
    onProgress: options.onProgress,
  });
  return { strings, leftOut, ...done!.counts };
}

/** What stands for the texts of a snapshot, and how many of which kind there were. */
export interface Renaming {
  readonly rename: (text: string, index: number) => string;
  readonly counts: Readonly<TextCounts>;
}

type TextCounts = {
  -readonly [K in 'values' | 'names' | 'keptRuntime' | 'keptClasses' | 'keptAllowed']: Anonymized[K];
};

/** What stands for which text. In: by string what it is used for (`ROLE`). */
export function renaming(roles: Uint16Array, options: AnonymizeOptions): Renaming {
  const counts: TextCounts = { values: 0, names: 0, keptRuntime: 0, keptClasses: 0, keptAllowed: 0 };
  const runtime = new Set(RUNTIME_NAMES.split('\n'));
  const isDenied = options.deny ?? (() => false);
  const isAllowed = options.allow ?? (() => false);
  const isTaken = (text: string): boolean => runtime.has(text) || isAllowed(text);
  const isPublic = (text: string): boolean => isTaken(text) && !isDenied(text);
  const pseudonyms = new Pseudonyms({ salt: options.salt, isTaken });
  const kept = (text: string, written: string, reason: KeptText['reason'], role: number): void => {
    if (reason === 'runtime') counts.keptRuntime++;
    else if (reason === 'class') counts.keptClasses++;
    else if (reason === 'allowed') counts.keptAllowed++;
    options.onKept?.({
      text,
      written,
      reason,
      isValue: (role & VALUES) !== 0,
      uses: USES.flatMap(([use, bits]) => ((role & bits) === 0 ? [] : [use])),
    });
  };
  const rename = (text: string, index: number): string => {
    const role = index < roles.length ? roles[index]! : 0;
    const isValueAlone = (role & ~VALUES) === 0;
    const pseudonym = (part: string): string =>
      isValueAlone
        ? pseudonyms.ofValue(part, text.length >= CUT ? text.length : 0)
        : pseudonyms.ofName(part, part === text && text.length >= CUT ? text.length : nameLength(part));
    if (isDenied(text)) {
      counts[isValueAlone ? 'values' : 'names']++;
      return pseudonym(text);
    }
    if (isAllowed(text)) {
      kept(text, text, 'allowed', role);
      return text;
    }
    const isClass = (role & (ROLE.object | ROLE.native)) !== 0;
    const naming = {
      isPublic: (part: string): boolean =>
        isPublic(part) || (options.keepClasses === true && isClass && part === text && isPlain(part)),
      pseudonym,
    };
    const written = publicName(
      text,
      {
        isValueAlone,
        isValue: (role & VALUES) !== 0,
        isNativeAlone: (role & ROLE.native) !== 0 && (role & PROGRAM_NAMES) === 0,
        isInternalEdge:
          (role & (ROLE.internalEdge | ROLE.internalNode)) !== 0 && (role & PROGRAM_NAMES & ~ROLE.code) === 0,
      },
      naming,
    );
    if (written === text) {
      const reason =
        text === '' || isValueAlone ? 'constant' : isClass && !isPublic(text) ? 'class' : 'runtime';
      kept(text, text, reason, role);
    } else counts[isValueAlone ? 'values' : 'names']++;
    return written;
  };
  return { rename, counts };
}

/** A class's name that is nothing but that: no tag with attributes, no address of a page. */
function isPlain(name: string): boolean {
  return !/[<>/]/.test(name);
}

/**
 * Characters that DevTools counts of a property's name in the shape of an object: the pseudonym has
 * as many, so that shapes end where they did.
 */
function nameLength(name: string): number {
  const shown = /[,'"{}]/.test(name) ? JSON.stringify(name) : name;
  return Math.min(Math.max(shown.length, 1), LONGEST_NAME);
}
