/**
 * The interface between a surface and the commands. A surface (the command line, a server, a
 * report) names the command, its targets and files. It gets an answer as data and renders it.
 *
 *   request → prepare: options, counts, needs → inputs → session.open → command.run → Reply
 */
import { UsageError } from '../base/errors.js';
import { type Note, noteOf } from '../base/notes.js';
import { printable } from '../base/printable.js';
import type { Answer, Format } from '../base/result.js';
import { formatId } from '../base/units.js';
import type { Truncation } from '../graph/graph.js';
import { giveIds } from '../query/given-ids.js';
import { filesIn } from '../query/query.js';
import type { Need, OpenedSnapshot, Session } from '../session/need.js';
import { NOTHING } from '../session/open.js';
import { orderSnapshots } from '../session/order.js';
import { setPlaceMap } from '../v8/place-map.js';
import type { Config } from './ci/config.js';
import type { Command, FurtherSnapshot, Machine } from './command.js';
import { type OptionSpecs, optionValues, readTexts } from './options.js';

/** What a command is asked. */
export interface Request {
  /** Classes or objects, as the command takes them. */
  readonly targets?: readonly string[];
  /** Files. */
  readonly snapshots?: readonly string[];
  /** Values, or texts to read, by the names of the options. Those left out have their defaults. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Settings of a project, for commands that take some. */
  readonly config?: Config | undefined;
  /** How the answer will be shown: text may need less. Default: everything is known, as in JSON. */
  readonly format?: Format;
}

/** The answer, and what is to be said beside it. */
export interface Reply extends Omit<Answer, 'notes'> {
  readonly notes: readonly Note[];
  /** The files that it was read from. */
  readonly snapshots: readonly string[];
  /** Those of them that end too early. */
  readonly truncated: readonly { readonly file: string; readonly truncation: Truncation }[];
}

/** A request that can be answered. */
export interface Prepared {
  /** The files that will be read. */
  readonly inputs: readonly FurtherSnapshot[];
  /** With what the surface has of the machine, and ids that come as further targets. */
  answer(session: Session, surface?: Surface): Promise<Reply>;
}

/** What only the surface has. */
export interface Surface {
  readonly machine?: Machine;
  /** Ids of objects, as further targets. */
  readonly ids?: readonly number[];
}

const NO_MACHINE: Machine = {
  packageVersion: () => undefined,
  scriptText: () => ({ reason: 'scripts cannot be read here' }),
  async readIds(file) {
    throw new UsageError(`${printable(file)} cannot be read here`, 'Name the objects by id in (@1, @2).');
  },
  verdicts: (snapshot) => ({ file: snapshot, text: undefined }),
  within(_, work) {
    work();
    return true;
  },
  keepVerdicts(snapshot) {
    throw new UsageError(`verdicts on ${printable(snapshot)} cannot be kept here`, 'Leave them out.');
  },
};

/**
 * Asks a command.
 *
 * Throws: UsageError and QueryError for a request that cannot be answered, SnapshotError for a file
 * that cannot be read.
 */
export async function ask(
  command: Command,
  request: Request,
  session: Session,
  surface?: Surface,
): Promise<Reply> {
  return prepare(command, request).answer(session, surface);
}

/** Reads a request, before any file is read. Throws: UsageError, QueryError. */
export function prepare(command: Command, request: Request): Prepared {
  if (command.live) throw new UsageError(`${command.name} works on a process, and is no question`);
  const given = optionValues(command.options, request.options ?? {});
  const values =
    request.config && command.configure ? command.configure(given as never, request.config) : given;
  const texts = values as Readonly<Record<string, unknown>>;
  const targets = [...(request.targets ?? []), ...targetsIn(command.options, texts)];
  const files = orderSnapshots(request.snapshots ?? [], command.order?.(texts as never) ?? 'given');
  checkCounts(command, targets, files, texts);
  const options = readTexts(command.options, texts);
  const read = (text: string): unknown => command.arguments?.read?.(text, options as never) ?? text;
  const meant = targets.map(read);
  const need = command.needs(meant, options as never, request.format ?? 'json');
  const baselines = typeof command.snapshot === 'object' && command.snapshot.baselines === true;
  const inputs: readonly FurtherSnapshot[] = [
    ...files.map((file, i) => ({ file, need: needOf(need, i, files.length), baselines })),
    ...(command.others?.(options as never) ?? []),
  ];
  return {
    inputs,
    async answer(session, { machine: given = NO_MACHINE, ids = [] } = {}) {
      const machine = readingOnce(given);
      const sets = await Promise.all(
        setFiles(meant, options).map(async (file) => [file, await machine.readIds(file)] as const),
      );
      const heaps: OpenedSnapshot[] = [];
      for (const { file, need, baselines = false } of inputs)
        heaps.push(await session.open(file, machine.mapPlace ? withPlaces(need) : need, { baselines }));
      if (machine.mapPlace)
        for (const { countable } of heaps)
          if (countable !== undefined && 'ids' in countable) setPlaceMap(countable, machine.mapPlace);
      for (const { countable } of sets.length > 0 ? heaps : [])
        for (const [file, found] of sets) if ('ids' in countable) giveIds(countable, file, found);
      const answer = await command.run({
        snapshot: heaps[0] ?? NOTHING,
        snapshots: heaps,
        targets: [...meant, ...ids.map((id) => read(formatId(id)))],
        options: options as never,
        config: command.configure ? request.config : undefined,
        machine,
        session,
      });
      return {
        ...answer,
        notes: (answer.notes ?? []).map(noteOf),
        snapshots: answer.snapshots ?? inputs.map(({ file }) => file),
        truncated: heaps.flatMap(({ name, truncation }) => (truncation ? [{ file: name, truncation }] : [])),
      };
    },
  };
}

/** Files of ids that queries among the targets and the options name. */
function setFiles(
  targets: readonly unknown[],
  options: Readonly<Record<string, unknown>>,
): readonly string[] {
  const read = [...targets, ...Object.values(options).flat()].filter(hasFiles);
  const texts = targets.filter((target) => typeof target === 'string');
  return [...new Set([...texts.flatMap(filesIn), ...read.flatMap(({ files }) => files)])];
}

/** What texts with queries are read to. */
function hasFiles(value: unknown): value is { readonly files: readonly string[] } {
  return typeof value === 'object' && value !== null && 'files' in value && Array.isArray(value.files);
}

/** The same machine, which reads a file of ids once: standard input can be read no second time. */
function readingOnce(machine: Machine): Machine {
  const known = new Map<string, Promise<readonly number[]>>();
  return {
    packageVersion: (script, name) => machine.packageVersion(script, name),
    scriptText: (script, folder) => machine.scriptText(script, folder),
    ...(machine.readFile ? { readFile: machine.readFile } : {}),
    verdicts: (snapshot) => machine.verdicts(snapshot),
    keepVerdicts: (snapshot, text) => machine.keepVerdicts(snapshot, text),
    within: (milliseconds, work) => machine.within(milliseconds, work),
    indexes: machine.indexes,
    made: machine.made,
    folder: machine.folder,
    memory: machine.memory,
    threads: machine.threads,
    onProgress: machine.onProgress,
    ...(machine.onSignal ? { onSignal: machine.onSignal } : {}),
    mapPlace: machine.mapPlace,
    readIds(file) {
      let ids = known.get(file);
      if (!ids) {
        ids = machine.readIds(file);
        known.set(file, ids);
      }
      return ids;
    },
  };
}

/** What one of the snapshots needs: see `needs` in command.ts for lists. */
function needOf(need: Need | readonly Need[], i: number, count: number): Need {
  if ('kind' in need) return need;
  return i === count - 1 ? need.at(-1)! : need[Math.min(i, need.length - 2)]!;
}

/** Names of classes come from their places, too, where places are mapped. */
function withPlaces(need: Need): Need {
  if (need.kind === 'classes') return { kind: 'graph', edges: true, locations: true, work: 'counts' };
  return need.kind === 'graph' ? { ...need, edges: true, locations: true } : need;
}

/** Targets that were given as options. */
function targetsIn(specs: OptionSpecs, options: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(specs).flatMap(([name, spec]) =>
    spec.kind === 'list' && spec.argument !== undefined
      ? (options[name] as readonly string[]).map((value) => `${spec.argument}${value}`)
      : [],
  );
}

/** Throws UsageError unless there are as many targets and files as the command takes. */
function checkCounts(
  command: Command,
  targets: readonly string[],
  files: readonly string[],
  options: Readonly<Record<string, unknown>>,
): void {
  const { snapshot } = command;
  const takes =
    typeof snapshot === 'object'
      ? snapshot
      : { names: ['snapshot'], least: snapshot === true ? 1 : 0, most: snapshot === false ? 0 : 1 };
  if (files.length < takes.least) {
    const { least, most, names } = takes;
    const missing = names[Math.min(files.length, names.length - 1)]!;
    throw new UsageError(
      `missing ${missing}: name ${least === 1 ? 'at least one snapshot' : `${least === most ? least : `at least ${least}`} snapshots, the earliest first`}`,
      SEE_HELP,
    );
  }
  if (files.length > takes.most) {
    const extra = files.slice(takes.most).map((file) => `"${printable(file)}"`);
    throw new UsageError(
      `too many snapshots: ${extra.join(', ')}`,
      `Name ${takes.most}, the earliest first.`,
    );
  }
  const { name = '', least = 0, most = 0 } = command.arguments ?? {};
  const hasIds = Object.entries(command.options).some(
    ([option, { kind }]) => kind === 'ids' && options[option] !== undefined,
  );
  if (targets.length < least && !hasIds) {
    throw new UsageError(
      `missing ${name}: name ${least === 1 ? 'at least one' : `at least ${least}`}`,
      SEE_HELP,
    );
  }
  if (targets.length > most) {
    const extra = targets.slice(most).map((target) => `"${printable(target)}"`);
    throw new UsageError(
      `too many arguments: ${extra.join(', ')}`,
      'If that is meant to be a snapshot: no such file is there. -s FILE names the snapshot, whatever it is called.',
    );
  }
}

const SEE_HELP = 'See --help for examples.';
