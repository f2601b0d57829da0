/** Verdicts by hand, which are kept in a small file beside the snapshot. */
import type { HandVerdict } from '../../analysis/dead/hand-verdicts.js';
import { UsageError } from '../../base/errors.js';
import type { NoteLike } from '../../base/notes.js';
import { option, parts } from '../../base/notes.js';
import { printable, shortened, shortJson } from '../../base/printable.js';
import type { Graph } from '../../graph/graph.js';
import { idIndex } from '../../graph/ids.js';
import type { Query } from '../../query/query.js';
import type { OpenedSnapshot } from '../../session/need.js';
import { className } from '../../v8/class-names.js';
import type { Machine } from '../command.js';

const SCHEMA = 'heapgraph-verdicts/1';
const MOST_VERDICTS = 10_000;
const LONGEST_WHY = 1000;
/** Objects whose ids tell one snapshot from another. */
const SAMPLE = 4096;

function readId(text: string): number {
  const digits = /^@?(\d{1,16})$/.exec(text)?.[1];
  if (digits !== undefined) return Number(digits);
  throw new UsageError(`expected the id of an object, @123, found "${printable(shortened(text, 40))}"`);
}

function readForgotten(text: string): number | 'all' {
  return text === 'all' ? 'all' : readId(text);
}

export const handOptions = {
  stuck: {
    kind: 'list',
    value: '@id',
    read: readId,
    help: 'this object should be gone: remembered beside the snapshot, as --expect @id is',
  },
  why: { kind: 'text', help: 'the reason, for --expect @id and --stuck @id' },
  forget: {
    kind: 'list',
    value: '@id',
    read: readForgotten,
    help: 'forget what was said of this object; all: of every one',
  },
} as const;

export interface HandOptions {
  readonly expect: readonly Query[];
  readonly stuck: readonly number[];
  readonly why: string | undefined;
  readonly forget: readonly (number | 'all')[];
}

/** What is in the file. */
interface Kept {
  readonly id: number;
  readonly verdict: 'expected' | 'stuck';
  readonly why: string | null;
}

export interface HandVerdicts {
  readonly verdicts: readonly HandVerdict[];
  readonly notes: readonly NoteLike[];
}

/** Queries of `--expect` that are the id of one object: those are remembered. */
function expectedIds(expect: readonly Query[]): number[] {
  return expect.flatMap(({ condition }) => (condition.kind === 'object' ? [condition.id] : []));
}

/** The queries of `--expect` that are about one run. */
export function withoutIds(expect: readonly Query[]): readonly Query[] {
  return expect.filter(({ condition }) => condition.kind !== 'object');
}

/**
 * What was said of objects of a snapshot before, and what the options say; the file is written when
 * these change it.
 *
 * - Throws: UsageError for an id that is not there, for a file that is damaged or of another
 *   snapshot, and for verdicts on what cannot be kept.
 */
export function handVerdicts(
  { name, isReadable, graph }: OpenedSnapshot,
  { expect, stuck, why, forget }: HandOptions,
  machine: Machine,
): HandVerdicts {
  const said: Kept[] = [
    ...expectedIds(expect).map((id): Kept => ({ id, verdict: 'expected', why: why ?? null })),
    ...stuck.map((id): Kept => ({ id, verdict: 'stuck', why: why ?? null })),
  ];
  if (why !== undefined && said.length === 0)
    throw new UsageError(
      parts`${option('why')} is the reason of a verdict, and there is none`,
      parts`Add ${option('expect')} @id or ${option('stuck')} @id.`,
    );
  const expected = new Set(expectedIds(expect));
  const both = stuck.find((id) => expected.has(id));
  if (both !== undefined)
    throw new UsageError(
      `@${both} cannot be both expected and stuck`,
      parts`Leave ${option('expect')} or ${option('stuck')} of it out.`,
    );
  const forgotten = said.find(({ id }) => forget.includes(id));
  if (forgotten !== undefined)
    throw new UsageError(
      `@${forgotten.id} is to be forgotten, and has a verdict in the same command`,
      parts`A new verdict takes the place of the old one by itself: leave ${option('forget')} of it out.`,
    );
  const changes = said.length > 0 || forget.length > 0;
  if (!isReadable || name === '-') {
    if (!changes) return { verdicts: [], notes: [] };
    throw new UsageError('verdicts are kept beside a file, and standard input is none', 'Name the snapshot.');
  }
  const { file, text } = machine.verdicts(name);
  // Without a verdict there is nothing to look up.
  const nodeOf = (id: number): number => idIndex(graph).nodeOf(id);
  for (const { id } of said)
    if (nodeOf(id) < 0)
      throw new UsageError(
        `there is no object @${id} in ${printable(name)}`,
        'Ids are printed behind each object.',
      );
  const probe = probeOf(graph);
  const forgetsAll = forget.includes('all');
  const before = text === undefined || forgetsAll ? [] : readKept(text, file, probe);
  const notes: string[] = [];
  const kept = new Map(before.map((one) => [one.id, one]));
  for (const id of forget)
    if (id !== 'all' && !kept.delete(id))
      notes.push(`nothing was said of @${id}: there is nothing to forget`);
  for (const one of said) {
    const old = kept.get(one.id);
    if (old && old.verdict !== one.verdict)
      notes.push(
        `@${one.id} was ${old.verdict} until now${old.why === null ? '' : ` (${shortened(old.why, 80)})`}, and is ${one.verdict}`,
      );
    kept.set(one.id, one);
  }
  if (kept.size > MOST_VERDICTS)
    throw new UsageError(`there are more than ${MOST_VERDICTS} verdicts in ${printable(file)}`);
  const list = [...kept.values()];
  if (changes) machine.keepVerdicts(name, list.length === 0 ? undefined : written(list, probe));
  if (list.length > 0)
    notes.push(
      `by hand, kept in ${printable(file)}: ${list
        .slice(0, 5)
        .map((one) => `@${one.id} ${className(graph, nodeOf(one.id))} ${one.verdict}`)
        .join(', ')}${list.length > 5 ? ` and ${list.length - 5} more` : ''}; --forget @id takes one away`,
    );
  else if (changes) notes.push(`no verdicts by hand are left for ${printable(name)}`);
  return {
    verdicts: list.map(({ id, verdict, why: reason }) => ({ node: nodeOf(id), verdict, why: reason })),
    notes,
  };
}

/**
 * What tells a snapshot from others, wherever its file is and however it is compressed: its numbers
 * of nodes and edges, and a hash of ids (FNV-1a).
 */
function probeOf({ nodeCount, firstEdge, ids }: Graph): string {
  let hash = 0x811c9dc5;
  const step = Math.max(1, Math.floor(nodeCount / SAMPLE));
  for (let node = 0; node < nodeCount; node += step) hash = Math.imul(hash ^ ids[node]!, 0x01000193) >>> 0;
  return `${nodeCount}-${firstEdge[nodeCount]!}-${hash.toString(16).padStart(8, '0')}`;
}

function written(verdicts: readonly Kept[], snapshot: string): string {
  return `${JSON.stringify({ schema: SCHEMA, snapshot, verdicts }, undefined, 2)}\n`;
}

/** Reads the file. Throws UsageError that says what was expected and what was found. */
function readKept(text: string, file: string, probe: string): Kept[] {
  const wrong = (what: string): UsageError =>
    new UsageError(
      `${printable(file)}: ${what}`,
      parts`${option('forget')} all takes the file away; so does removing it.`,
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw wrong(
      `expected JSON, found something else: ${printable(shortened((error as Error).message, 200))}`,
    );
  }
  const { schema, snapshot, verdicts } = Object(value) as Record<string, unknown>;
  if (schema !== SCHEMA) throw wrong(`expected the schema "${SCHEMA}", found ${described(schema)}`);
  if (snapshot !== probe)
    throw wrong(
      `its verdicts are about another snapshot: expected "${probe}", found ${described(snapshot)}; was the snapshot replaced?`,
    );
  if (!Array.isArray(verdicts) || verdicts.length > MOST_VERDICTS)
    throw wrong(`verdicts: expected a list of at most ${MOST_VERDICTS}, found ${described(verdicts)}`);
  return verdicts.map((one: unknown, i): Kept => {
    const { id, verdict, why } = Object(one) as Record<string, unknown>;
    const isId = typeof id === 'number' && Number.isSafeInteger(id) && id >= 0;
    const isVerdict = verdict === 'expected' || verdict === 'stuck';
    const isWhy = why === null || (typeof why === 'string' && why.length <= LONGEST_WHY);
    if (!isId || !isVerdict || !isWhy)
      throw wrong(
        `verdicts[${i}]: expected { id, verdict: "expected" or "stuck", why }, found ${described(one)}`,
      );
    return { id, verdict, why };
  });
}

function described(value: unknown): string {
  return value === undefined ? 'nothing' : printable(shortJson(value, 80));
}
