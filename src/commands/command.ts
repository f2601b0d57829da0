/**
 * One definition of a question: what it is called, what it takes, what it needs of a snapshot, how
 * it is answered. The command line, `--help` and the tables in README and docs/commands.md are made
 * from it.
 */
import type { OnProgress } from '../base/progress.js';
import type { Answer, Format, Result } from '../base/result.js';
import type { IndexStore } from '../session/index-file/store.js';
import type { Need, OpenedSnapshot, Session } from '../session/need.js';
import type { MapPlace } from '../v8/place-map.js';
import type { Config } from './ci/config.js';
import type { OptionSpecs, ValuesOf } from './options.js';

/** What a command may ask of the machine that it runs on, beside its files. */
export interface Machine {
  /**
   * The version of a package that is installed here, where a script is; undefined where that is not
   * to be had.
   */
  packageVersion(script: string, name: string): string | undefined;
  /**
   * The text of a script that is here, or in a folder that has the scripts; or why it is not to be
   * had.
   */
  scriptText(script: string, folder?: string): { readonly text: string } | { readonly reason: string };
  /** Where places in bundles come from, where that was asked for. */
  readonly mapPlace?: MapPlace | undefined;
  /** The ids in a file, for queries with `set("FILE")`. Throws UsageError. */
  readIds(file: string): Promise<readonly number[]>;
  /** The text of a small file that an option names. Throws UsageError. */
  readFile?(file: string, what: string): string;
  /** The file of verdicts by hand on a snapshot, and its text, if any. Throws UsageError. */
  verdicts(snapshot: string): { readonly file: string; readonly text: string | undefined };
  /** Replaces that text; undefined takes the file away. Throws UsageError. */
  keepVerdicts(snapshot: string, text: string | undefined): void;
  /**
   * Runs work that may take forever, and stops it after so many milliseconds. Out: whether it came
   * to its end.
   */
  within(milliseconds: number, work: () => void): boolean;
  /** Indexes of snapshots, where some can be kept. */
  readonly indexes?: IndexStore | undefined;
  /** The snapshot that a command makes, where one was named. */
  readonly made?: MadeSnapshot | undefined;
  /** Bytes of memory that may be taken, where a bound was named. */
  readonly memory?: number | undefined;
  /** Threads that may work, where a number was named. */
  readonly threads?: number | undefined;
  /** The folder that a command fills, where one was named. */
  readonly folder?: string | undefined;
  /** Told how far long work has come, where that is shown. */
  readonly onProgress?: OnProgress | undefined;
  /** Has a text said when a signal ends the program: what is done by then, and how to go on. */
  onSignal?(text: () => string): void;
}

/** A snapshot that is being written: whole at last, or not there. */
export interface MadeSnapshot {
  readonly file: string;
  /**
   * A promise while there is no room for more: the bytes may be used again when it is settled.
   * Throws UsageError when it cannot be written.
   */
  write(bytes: Uint8Array): Promise<void> | undefined;
  /** Makes it stay; gives its bytes on disk. */
  finish(): Promise<number>;
}

/** Snapshots of a command that compares several. */
export interface SnapshotArguments {
  /**
   * What they are called, in their order: `before`, `after`. The last name stands for all that
   * follow.
   */
  readonly names: readonly string[];
  /** The fewest; with 1 the command line takes the newest one where none is named. */
  readonly least: number;
  readonly most: number;
  /**
   * Whether a baseline file (class counts, made by `baseline`) may stand in place of a snapshot.
   */
  readonly baselines?: boolean;
}

/** A snapshot beside those that are arguments, which an option names. */
export interface FurtherSnapshot {
  readonly file: string;
  readonly need: Need;
  /** Whether a baseline file may stand in its place. */
  readonly baselines?: boolean;
}

/** Arguments that are no snapshots. `T` is what each of them is read to. */
export interface Arguments<S extends OptionSpecs = OptionSpecs, T = unknown> {
  /** Name in the usage line: `type`. */
  readonly name: string;
  readonly help: string;
  /** The fewest and the most of them. */
  readonly least: number;
  readonly most: number;
  /**
   * What a text means, which is read once, before any file is. Without it, the text itself. Throws
   * UsageError, QueryError.
   */
  read?(text: string, options: NoInfer<ValuesOf<S>>): T;
}

/** What only a command line does: with a running process, or question after question. */
export type LiveKind = 'capture' | 'watch' | 'count' | 'memory' | 'repl' | 'tui' | 'open' | 'mcp';

/** What there is to say of every command. */
interface Definition<S extends OptionSpecs, T> {
  readonly name: string;
  readonly summary: string;
  /** Further paragraphs of the help text. */
  readonly description?: string;
  readonly arguments?: Arguments<S, T>;
  /**
   * Whether it takes a snapshot, the newest one when none is named; `optional`: none then. Or the
   * snapshots that it compares, which then are all of its arguments.
   */
  readonly snapshot: boolean | 'optional' | SnapshotArguments;
  /** Whether an answer needs all of a snapshot: there is no --salvage then. */
  readonly needsWhole?: boolean;
  /** Whether a snapshot is read twice, which standard input cannot be. */
  readonly readsTwice?: boolean;
  /** Whether what follows `--` is a program with its arguments. */
  readonly program?: boolean;
  /**
   * The kind of the result, which decides the formats (`src/render/index.ts`). `checks` take theirs
   * from an option `format`. Default `table`.
   */
  readonly answers?: Result['kind'];
  /**
   * Whether the answer can be drawn into a file. Default: pictures alone.
   */
  readonly draws?: boolean;
  /**
   * The file that the answer goes to when -o names none; one that is there is replaced with an
   * option `force` only.
   */
  readonly writes?: string;
  /** Flags with which it is not about the snapshot that a prompt has loaded. */
  readonly alone?: readonly string[];
  /** Whether it makes a snapshot, which -o names; the answer then goes to standard output. */
  readonly makesSnapshot?: boolean;
  /** The option with which -o names a folder to fill; the answer then goes to standard output. */
  readonly fillsFolderWith?: string;
  readonly options: S;
  readonly examples: readonly { readonly line: string; readonly says: string }[];
}

/** What a question is asked. */
export interface Asked<S extends OptionSpecs = OptionSpecs, T = unknown> {
  /** The first of `snapshots`; one without anything where there is none. */
  readonly snapshot: OpenedSnapshot;
  /** All of them; those of `others` are the last. */
  readonly snapshots: readonly OpenedSnapshot[];
  /** The arguments, as they were read. */
  readonly targets: readonly T[];
  readonly options: NoInfer<ValuesOf<S>>;
  readonly machine: Machine;
  /** Settings of a project, for commands that `configure` takes some for. */
  readonly config: Config | undefined;
  /** Where a question opens more of a snapshot than it needed at first. */
  readonly session: Session;
}

/** A command that answers from snapshots. */
export interface Question<S extends OptionSpecs = OptionSpecs, T = unknown> extends Definition<S, T> {
  readonly live?: undefined;
  /**
   * Called before anything is read; throws UsageError or QueryError for wrong arguments. A list
   * says what is needed of each snapshot; of more snapshots its last entry is for the last one, the
   * entry before it also for all between.
   */
  needs(
    targets: readonly NoInfer<T>[],
    options: NoInfer<ValuesOf<S>>,
    format: Format,
  ): Need | readonly Need[];
  /**
   * Takes over from a config file what the command line does not say; without this the command has
   * no config file.
   */
  configure?(options: NoInfer<ValuesOf<S>>, config: Config): ValuesOf<S>;
  /** Snapshots that the options name, which `snapshots` has behind the others. */
  others?(options: NoInfer<ValuesOf<S>>): readonly FurtherSnapshot[];
  /** The option that names a running process, which is then asked in place of a snapshot. */
  readonly asksProcess?: string;
  /** In what order snapshots are opened and compared. Default: as they are given. */
  order?(options: NoInfer<ValuesOf<S>>): 'given' | 'name' | 'time';
  run(asked: Asked<S, NoInfer<T>>): Answer | Promise<Answer>;
}

/** A command that is no question: what it takes. The command line does it. */
export interface LiveCommand<S extends OptionSpecs = OptionSpecs> extends Definition<S, unknown> {
  readonly live: LiveKind;
  readonly snapshot: false | SnapshotArguments;
}

export type Command = Question | LiveCommand;

/**
 * Checks a definition and forgets the types of its options and arguments, which only its own
 * functions see.
 */
export function defineCommand<const S extends OptionSpecs, T = string>(command: Question<S, T>): Question {
  return command as unknown as Question;
}

/** The same for a command that is no question. */
export function defineLiveCommand<const S extends OptionSpecs>(
  command: Omit<LiveCommand<S>, 'snapshot'> & { readonly snapshot?: SnapshotArguments },
): LiveCommand {
  return { ...command, snapshot: command.snapshot ?? false };
}
