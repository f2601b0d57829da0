/** Answers the tools' questions from snapshots that are loaded. */
import fs from 'node:fs';
import { isHeapgraphError, QueryError, type RemedyWords, UsageError } from '../../base/errors.js';
import { flag, type Note, noteText } from '../../base/notes.js';
import { printable, shortened } from '../../base/printable.js';
import type { OnProgress } from '../../base/progress.js';
import type { Answer, Result } from '../../base/result.js';
import { formatBytes, formatCount } from '../../base/units.js';
import { ask, type Reply } from '../../commands/ask.js';
import type { Machine } from '../../commands/command.js';
import { packageVersion } from '../../io/package-version.js';
import { within } from '../../io/time-bound.js';
import { didYouMean } from '../../query/types.js';
import { rendererOf } from '../../render/index.js';
import { classIndex } from '../../v8/class-names.js';
import { compact, errorPage, type Page, pageOf, type Row, type Whole } from './answer.js';
import { Heaps, type HeapsOptions, stampOf } from './heaps.js';
import { Root } from './root.js';
import { rowsOf, withToolNames } from './rows.js';
import { type Input, type Part, TOOLS } from './tools.js';

export interface EngineOptions extends HeapsOptions {
  /** The folder below which files are read. */
  readonly root: string;
}

/** Answers that are kept, for their further pages. */
const KEPT_ANSWERS = 8;
/** Characters of one answer, all pages together. */
const MOST_TEXT = 256_000;
const MOST_LISTED = 50;

const REMEDIES: RemedyWords = {
  salvage: ' A server that is started with --salvage answers from what is there.',
  'read-less': ' On a command line, heapgraph count and info --quick need less memory.',
  capture: ' The tool capture takes one, where the server was started with --allow-capture.',
  pipe: '',
};

export class Engine {
  private readonly root: Root;
  private readonly heaps: Heaps;
  private readonly answers = new Map<string, Whole>();

  /** Throws UsageError for a root that cannot be used. */
  constructor(options: EngineOptions) {
    this.root = new Root(options.root);
    this.heaps = new Heaps(options);
  }

  /**
   * Answers a tool.
   *
   * - In: the name of a tool, and input that its schema accepts.
   * - Out: a page of the answer, or an error that says what to do. Never rejects.
   */
  async answer(name: string, input: Input, onProgress?: OnProgress): Promise<Page> {
    this.heaps.onProgress = onProgress;
    try {
      const { cursor, ...question } = input;
      const files = filesOf(question).map((file) => this.root.file(file));
      const changed = this.heaps.begin(files);
      const stamps = files.map(stampOf);
      const key = JSON.stringify([name, question, stamps]);
      const isKept = this.answers.has(key);
      const whole = this.answers.get(key) ?? (await this.whole(name, question, files));
      const during = files.filter((file, i) => stampOf(file) !== stamps[i]);
      if (during.length === 0 && files.length > 0) this.keep(key, whole, isKept);
      const told = [
        ...changed.map((file) => `${this.shown(file)} ${CHANGED}`),
        ...during.map((file) => `${this.shown(file)} was written anew while it was read: ask again`),
      ];
      const page = {
        ...whole,
        notes: [...told, ...whole.notes],
        text: told.length === 0 ? whole.text : `${told.map((one) => `note: ${one}\n`).join('')}${whole.text}`,
      };
      return pageOf(typeof cursor === 'string' ? whole : page, key, cursor as string | undefined);
    } catch (error) {
      return errorOf(error);
    } finally {
      this.heaps.onProgress = undefined;
    }
  }

  private async whole(name: string, input: Input, files: readonly string[]): Promise<Whole> {
    if (files.length === 0) return this.listed();
    const tool = TOOLS.find((one) => one.name === name)!;
    const names = new Set(Object.keys(tool.parameters));
    const answers: Whole[] = [];
    for (const part of tool.ask!(input)) answers.push(await this.part(part, input, files, names));
    return {
      text: shortened(answers.map(({ text }) => text).join('\n\n'), MOST_TEXT),
      rows: answers.flatMap(({ rows }) => rows),
      notes: [...new Set(answers.flatMap(({ notes }) => notes))],
      snapshots: files.map((file) => this.shown(file)),
      found: answers.every(({ found }) => found),
    };
  }

  private async part(
    part: Part,
    input: Input,
    files: readonly string[],
    names: ReadonlySet<string>,
  ): Promise<Whole> {
    const { command, targets = [], options = {}, title, without = [] } = part;
    const snapshots = part.files?.(files) ?? files;
    const reply = await ask(command, { targets, snapshots, options, format: 'json' }, this.heaps, {
      machine: this.machine,
    });
    const result = withToolNames(withoutLists(reply.result, without));
    const render = await rendererOf(result.kind, 'text');
    const pieces = await render({ ...(reply as unknown as Answer), result }, SURROUNDINGS);
    const rows = rowsOf(result).map(compact);
    const notes = [
      ...reply.notes.map((note) => printable(spelled(note, names))),
      ...truncatedNotes(reply, (file) => this.shown(file)),
      ...(rows.length === 0 && reply.notes.length === 0 && result.kind !== 'suspects'
        ? [await this.nothing(input, snapshots)]
        : []),
    ];
    const text = [...pieces].join('').trimEnd();
    return {
      text: [
        ...(title === undefined ? [] : [`## ${title}`]),
        ...(text === '' ? [] : [text]),
        ...notes.map((note) => `note: ${note}`),
      ].join('\n'),
      rows,
      notes,
      snapshots: [],
      found: reply.found !== false && (rows.length > 0 || result.kind === 'suspects'),
    };
  }

  /** What to say where there is nothing, and nothing was said. */
  private async nothing(input: Input, files: readonly string[]): Promise<string> {
    const { graph } = await this.heaps.open(files.at(-1)!, {
      kind: 'graph',
      edges: true,
      locations: true,
    });
    const { labels } = classIndex(graph);
    const word = [input.filter, input.query, input.target].find((one) => typeof one === 'string');
    const near = word === undefined ? '' : await didYouMean(labels, word);
    const where = `${formatCount(graph.nodeCount)} objects of ${formatCount(labels.length)} classes were looked at`;
    return `nothing found${word === undefined ? '' : ` for "${printable(shortened(word, 100))}"`}: ${where}${near}`;
  }

  /** The snapshots that there are. */
  private listed(): Whole {
    const all = this.root.snapshots();
    const shown = all.slice(0, MOST_LISTED);
    const loaded = new Set(this.heaps.files.map((file) => this.root.nameOf(file)));
    const lines = shown.map(
      (one) =>
        `${printable(one.path)}  ${formatBytes(one.bytes)}  ${one.time.toISOString().slice(0, 19)}Z${loaded.has(one.path) ? '  loaded' : ''}`,
    );
    const left = all.length - shown.length;
    const text =
      all.length === 0
        ? `No *.heapsnapshot or *.heaptimeline file (.gz, .br, .zst) is below ${printable(this.root.folder)}.${REMEDIES.capture}`
        : `Snapshots below ${printable(this.root.folder)}, the newest first:\n${lines.join('\n')}${left > 0 ? `\nand ${formatCount(left)} more` : ''}`;
    return {
      text,
      rows: shown.map(({ path, bytes, time }): Row => compact({ path, bytes, time: time.toISOString() })),
      notes: left > 0 ? [`${formatCount(left)} more snapshots are not listed`] : [],
      snapshots: [],
      found: all.length > 0,
    };
  }

  private keep(key: string, whole: Whole, isKept: boolean): void {
    if (isKept) this.answers.delete(key);
    this.answers.set(key, whole);
    for (const old of this.answers.keys()) {
      if (this.answers.size <= KEPT_ANSWERS) break;
      this.answers.delete(old);
    }
  }

  private shown(file: string): string {
    return printable(this.root.nameOf(file));
  }

  /** A snapshot may name any script: what is outside of the root is not looked at. */
  private readonly machine: Machine = {
    packageVersion: (script, name) => (this.hasScript(script) ? packageVersion(script, name) : undefined),
    scriptText: () => ({ reason: 'scripts are not read by this server' }),
    readIds(file) {
      throw new UsageError(`${printable(file)} is not read by this server`, 'Name the objects: @1 or @2.');
    },
    verdicts: (snapshot) => ({ file: snapshot, text: undefined }),
    within,
    keepVerdicts() {
      throw new UsageError('verdicts are not kept by this server', 'Leave them out.');
    },
  };

  private hasScript(script: string): boolean {
    try {
      return this.root.has(fs.realpathSync(script));
    } catch {
      return false;
    }
  }
}

const CHANGED =
  'was written anew since the last answer about it: ids and numbers of earlier answers are those of the old file';

const SURROUNDINGS = {
  head: { command: '', snapshots: [], complete: true },
  colour: false,
  columns: undefined,
};

/** Files that a question names. */
function filesOf({ path, paths }: Input): readonly string[] {
  return Array.isArray(paths) ? (paths as string[]) : typeof path === 'string' ? [path] : [];
}

/** A note as a client can follow it. */
function spelled(note: Note, names: ReadonlySet<string>): string {
  if (note.about === 'omitted')
    return noteText(note, () => 'a larger "limit", or a narrower question,').replace(
      / shows them$/,
      ' shows more',
    );
  const text = noteText(note, (option) => (names.has(option) ? `"${option}"` : flag(option)));
  // Options that the tools do not have.
  return /(^|\s)--[a-z]/.test(text) ? `${text} (on a command line)` : text;
}

function withoutLists(result: Result, keys: readonly string[]): Result {
  if (result.kind !== 'details' || keys.length === 0) return result;
  const items = result.items.map((item) => ({
    ...item,
    lists: item.lists.filter(({ key }) => !keys.includes(key)),
  }));
  return { ...result, items };
}

function truncatedNotes({ truncated }: Reply, shown: (file: string) => string): readonly string[] {
  return truncated.map(
    ({ file, truncation: { section, offset } }) =>
      `${shown(file)} is not whole: section "${printable(section)}" ends at byte ${formatCount(offset)}; the answer is from what comes before`,
  );
}

/** An error as an answer. */
export function errorOf(error: unknown): Page {
  if (error instanceof UsageError) {
    const { message, hint } = error.spelled((option) => `"${option}"`);
    return errorPage(message, hint);
  }
  if (error instanceof QueryError && error.place) {
    const { text, from, length } = error.place;
    const at = shortened(text.slice(from, from + Math.max(1, length)), 60);
    const where = at === '' ? 'at the end' : `at character ${from + 1}: ${at}`;
    return errorPage(`${error.message} (${where})`, error.hint);
  }
  if (isHeapgraphError(error)) return errorPage(error.message, error.hintIn(REMEDIES));
  process.stderr.write(`heapgraph mcp: ${error instanceof Error ? error.stack : String(error)}\n`);
  return errorPage(
    `this is a bug in heapgraph: ${error instanceof Error ? error.message : String(error)}`,
    'Please report it with the text on standard error. Another question may be answered.',
  );
}
