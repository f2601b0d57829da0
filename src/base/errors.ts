/**
 * Errors that a user can do something about. Each has one message, a hint, and a code that stays
 * stable; anything else that is thrown is a bug in heapgraph and keeps its stack.
 */
import { type Sentence, sentenceText } from './notes.js';
import { printable } from './printable.js';
import { formatCount } from './units.js';

const BRAND = Symbol.for('heapgraph.error');

/**
 * Whether an error is one of those below, also when it was made by another copy of this module (the
 * command line and the renderers that it loads are bundled apart).
 */
export function isHeapgraphError(error: unknown): error is HeapgraphError {
  return error instanceof Error && (error as { [BRAND]?: boolean })[BRAND] === true;
}

/** The base of all errors that a user can do something about. */
export abstract class HeapgraphError extends Error {
  readonly [BRAND] = true;
  /** Stable and machine readable: `usage`, `query`, `process`, or one of SNAPSHOT_PROBLEMS. */
  abstract readonly code: string;
  /** What to do about it, one sentence; absent when there is nothing useful to say. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.hint = hint;
  }

  /** The hint in the words of a surface, see `Remedy`. Most hints need none. */
  hintIn(_words: RemedyWords): string | undefined {
    return this.hint;
  }
}

/**
 * The command line or the arguments of a library call are wrong.
 *
 * What it says may name options (`parts`), which each surface spells in its own way. `message` and
 * `hint` have them as the command line does.
 */
export class UsageError extends HeapgraphError {
  readonly code = 'usage';
  readonly #message: Sentence;
  readonly #hint: Sentence | undefined;

  constructor(message: Sentence, hint?: Sentence, cause?: unknown) {
    super(sentenceText(message), hint === undefined ? undefined : sentenceText(hint), cause);
    this.#message = message;
    this.#hint = hint;
  }

  /** Message and hint with options as `spell` calls them: `maxDepth` is a name in code. */
  spelled(spell: (option: string) => string): {
    readonly message: string;
    readonly hint: string | undefined;
  } {
    return {
      message: sentenceText(this.#message, spell),
      hint: this.#hint === undefined ? undefined : sentenceText(this.#hint, spell),
    };
  }
}

/**
 * A UsageError for what is called from code: its message contains the hint, because a test runner,
 * and Node.js for what nobody catches, print no more than that. The command line, which prints
 * both, makes its errors without it.
 */
export function usageError(message: string, hint: string, cause?: unknown): UsageError {
  return new UsageError(`${message}. ${hint}`, hint, cause);
}

/** Where in a query a mistake stands. */
export interface QueryPlace {
  /** The whole query. */
  readonly text: string;
  /**
   * Index of the first wrong character; the length of the text where something is missing at its
   * end.
   */
  readonly from: number;
  /** How many characters are wrong. */
  readonly length: number;
}

/** A pattern or a query cannot be read. */
export class QueryError extends HeapgraphError {
  readonly code = 'query';
  /** Undefined where the text as a whole is meant. */
  readonly place: QueryPlace | undefined;

  constructor(message: string, hint?: string, place?: QueryPlace) {
    super(message, hint);
    this.place = place;
  }
}

/** A running process cannot be found, reached or asked, or it ended meanwhile. */
export class ProcessError extends HeapgraphError {
  readonly code = 'process';
}

/** What can be wrong with a snapshot. */
export const SNAPSHOT_PROBLEMS = [
  'missing', // no such file
  'unreadable', // a folder, no permission, an I/O error
  'empty', // no bytes
  'not-a-snapshot', // another kind of file
  'compression', // damaged, or a kind that this Node.js cannot read
  'truncated', // the file ends too early
  'malformed', // bytes that cannot stand there
  'mismatch', // counts that do not agree
  'range', // an index that points outside
  'too-large', // a number or a count beyond what can be held
] as const;

/** The `code` of a SnapshotError. */
export type SnapshotProblem = (typeof SNAPSHOT_PROBLEMS)[number];

/** Problems of which a file can be salvaged: what comes before them is whole. */
const SALVAGEABLE: ReadonlySet<SnapshotProblem> = new Set(['truncated', 'malformed', 'compression']);

/** Whether the option `salvage` answers in spite of such a problem. */
export function isSalvageable(problem: SnapshotProblem): boolean {
  return SALVAGEABLE.has(problem);
}

/**
 * What helps beside the hint. Each surface says it in its own words: the command line names options
 * and commands.
 *
 * - `salvage`: answer from what comes before the damage.
 * - `read-less`: ask for something that needs less memory.
 * - `capture`: take a snapshot of a running process.
 * - `pipe`: run the command at the end of the hint, which writes the snapshot to its standard
 *   output.
 */
export type Remedy = 'salvage' | 'read-less' | 'capture' | 'pipe';

/** What a surface puts behind a hint, by remedy. */
export type RemedyWords = Readonly<Record<Remedy, string>>;

const LIBRARY_WORDS: RemedyWords = {
  salvage: ' The option `salvage` answers from what is there.',
  'read-less': ' loadClasses needs no memory for nodes.',
  capture: ' v8.writeHeapSnapshot() writes a snapshot of a process that runs.',
  pipe: ' > NEW.heapsnapshot',
};

export interface SnapshotErrorDetails {
  /** Path or name of the input. */
  readonly file: string;
  /** `snapshot`, `nodes`, `edges`, `strings`, …; absent when the file as a whole is meant. */
  readonly section?: string;
  /** Bytes from the start of the (decompressed) text. */
  readonly offset?: number;
  readonly expected?: string;
  readonly found?: string;
  readonly hint?: string;
  /** Needs a hint. */
  readonly remedy?: Remedy;
  readonly cause?: unknown;
}

/** A file cannot be read as a heap snapshot: says where, what was expected and what was found. */
export class SnapshotError extends HeapgraphError {
  readonly code: SnapshotProblem;
  readonly file: string;
  readonly section: string | undefined;
  readonly offset: number | undefined;
  readonly expected: string | undefined;
  readonly found: string | undefined;
  /** What helps beside the hint, which says it in words for the library. */
  readonly remedy: Remedy | undefined;
  private readonly hintAlone: string | undefined;

  constructor(code: SnapshotProblem, summary: string, details: SnapshotErrorDetails) {
    const { file, section, offset, expected, found, hint } = details;
    const remedy = details.remedy === 'salvage' && !isSalvageable(code) ? undefined : details.remedy;
    const place = [section && `section "${section}"`, offset !== undefined && `byte ${formatCount(offset)}`]
      .filter(Boolean)
      .join(', ');
    const facts = [expected && `expected ${expected}`, found && `found ${found}`].filter(Boolean).join(', ');
    super(
      printable(`${file}: ${summary}${place ? ` (${place})` : ''}${facts ? `: ${facts}` : ''}`),
      withRemedy(hint, remedy, LIBRARY_WORDS),
      details.cause,
    );
    this.code = code;
    this.file = file;
    this.section = section;
    this.offset = offset;
    this.expected = expected;
    this.found = found;
    this.remedy = remedy;
    this.hintAlone = hint;
  }

  override hintIn(words: RemedyWords): string | undefined {
    return withRemedy(this.hintAlone, this.remedy, words);
  }
}

function withRemedy(
  hint: string | undefined,
  remedy: Remedy | undefined,
  words: RemedyWords,
): string | undefined {
  return hint === undefined || remedy === undefined ? hint : hint + words[remedy];
}
