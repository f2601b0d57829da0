/**
 * The walk through a snapshot's sections. A snapshot is one JSON object: `snapshot` (the head)
 * first, then sections in any order. A plan says what is done with which section; the others are
 * passed over at the speed of a search for one byte.
 */
import { isSalvageable, SnapshotError } from '../base/errors.js';
import type { OnProgress } from '../base/progress.js';
import { formatBytes, formatCount } from '../base/units.js';
import type { Head, Section, Truncation } from '../graph/graph.js';
import { partWords } from '../graph/part-facts.js';
import type { ByteSource } from './byte-sources.js';
import { findLast } from './find-last.js';
import { headOf, readLayout } from './head.js';
import {
  CLOSE_OBJECT,
  COMMA,
  DAMAGED,
  expectToken,
  type KeepBytes,
  OPEN_ARRAY,
  peekToken,
  readKey,
  skipNumbers,
  skipValue,
} from './json.js';
import type { Layout } from './meta.js';
import { Room } from './room.js';
import { openSource, type SnapshotInput } from './source.js';
import { ByteWindow, WINDOW_SIZE } from './window.js';

/** How a snapshot is read. */
export interface ReadOptions {
  /**
   * Answer from what is there when the file ends early or is damaged: `truncation` then says where.
   * Default false.
   */
  readonly salvage?: boolean;
  /** Called a few hundred times at most. */
  readonly onProgress?: OnProgress;
  /**
   * Called before the first section is read. What it throws ends the reading. `stringBytes` gives
   * the bytes of the strings, where they can be told without reading all of the file.
   */
  readonly onHead?: (head: Head, stringBytes: () => number | undefined) => void;
  /** Things that are odd and harmless, such as text behind the end. */
  readonly onWarning?: (message: string) => void;
  /**
   * Threads that may work on a large snapshot: 1 for this one alone. The graph and all numbers are
   * the same. Default 2, or 1 on a machine with one processor; more have no work.
   */
  readonly threads?: number;
  /** Bytes of text held at a time; tests use small ones. */
  readonly windowSize?: number;
  /**
   * Names of sections whose bytes are kept when the input is a stream, which cannot be read again
   * (64 MiB in all at most). Files are read again, and need no keeping. Default none.
   */
  readonly keep?: readonly string[];
}

interface ReadMode {
  /** From the nodes straight to the strings, where that is possible. */
  readonly skipToStrings?: boolean;
  /** What the plan reads stays in memory. */
  readonly holds?: boolean;
}

/** Consumes a section. */
export type SectionReader = (window: ByteWindow, offset: number) => Promise<void>;

type Planned = 'nodes' | 'edges' | 'trace_function_infos' | 'trace_tree' | 'locations' | 'strings';

export type Plan = Partial<Record<Planned, SectionReader | undefined>>;

/** Sections that a snapshot may lack. */
const OPTIONAL: ReadonlySet<string> = new Set(['trace_function_infos', 'trace_tree', 'locations']);

export interface Reading {
  readonly file: string;
  readonly head: Head;
  readonly layout: Layout;
  readonly sections: readonly Section[];
  readonly truncation: Truncation | undefined;
}

/**
 * Sections that are flat arrays of numbers in every V8: passed over without looking for strings and
 * brackets.
 */
const FLAT = new Set([
  'nodes',
  'edges',
  'trace_function_infos',
  'samples',
  'locations',
  'scopes',
  'scope_context_vars',
  'scope_uses',
]);

/** V8 writes about a dozen. */
const MOST_SECTIONS = 1024;

/** Bytes kept of a stream. */
const KEPT_LIMIT = 1 << 26;

export async function readSnapshot(
  input: SnapshotInput,
  options: ReadOptions & ReadMode,
  planFor: (layout: Layout, source: ByteSource, room: Room) => Plan,
): Promise<Reading> {
  const source = await openSource(input);
  let phase = 'reading';
  let reported = 0;
  const step = Math.max((source.storedSize ?? 0) / 200, 1 << 22);
  let hasSkipped = false;
  let room: Room | undefined;
  let isHeld = false; // the section that is read stays in memory
  let heldText = 0; // bytes of those before it
  let sectionStart = 0;
  const window = new ByteWindow(source, options.windowSize ?? WINDOW_SIZE, () => {
    if (room && isHeld) room.checkText(heldText + window.offset - sectionStart, phase);
    if (options.onProgress && source.taken - reported >= step) {
      reported = source.taken;
      options.onProgress({ phase, done: source.taken, total: source.storedSize ?? 0, unit: 'bytes' });
    }
  });
  try {
    const layout = await readLayout(window);
    options.onHead?.(headOf(layout, source), () => stringBytesOf(source));
    if (layout.part) options.onWarning?.(`${source.name} is ${partWords(layout.part)}`);
    room = await Room.for(source);
    const plan = planFor(layout, source, room);
    const sections: Section[] = [];
    let truncation: Truncation | undefined;
    let section = 'snapshot';
    let keptBytes = 0;
    const keeper = (name: string, pieces: Uint8Array[]): KeepBytes => {
      return (bytes, start, end) => {
        keptBytes += end - start;
        if (keptBytes > KEPT_LIMIT) throw tooMuchToKeep(source.name, name, window.offset);
        pieces.push(bytes.slice(start, end));
      };
    };
    try {
      const seen = new Set(['snapshot']);
      let skipped = false;
      for (;;) {
        const token = await peekToken(window);
        if (token === CLOSE_OBJECT) break;
        if (!skipped) await expectToken(window, COMMA, 'snapshot');
        skipped = false;
        section = await readKey(window, 'snapshot');
        await peekToken(window);
        const { offset } = window;
        if (seen.has(section)) throw duplicateSection(source.name, section, offset);
        if (seen.size === MOST_SECTIONS) throw tooManySections(source.name, offset);
        seen.add(section);
        const read = Object.hasOwn(plan, section) ? plan[section as keyof Plan] : undefined;
        phase = read ? section : 'reading';
        isHeld = options.holds === true && read !== undefined;
        sectionStart = offset;
        const kept = source.isRereadable || source.slice || !options.keep?.includes(section) ? undefined : [];
        if (read) await read(window, offset);
        else await passOver(window, section, kept && keeper(section, kept));
        const length = window.offset - offset;
        if (isHeld) heldText += length;
        isHeld = false;
        sections.push({
          name: section,
          offset,
          length,
          rereadable: source.isRereadable,
          kept: source.slice?.(offset, length) ?? (read ? undefined : kept),
        });
        if (section === 'nodes' && options.skipToStrings) skipped = skipToStrings(window);
        hasSkipped ||= skipped;
        section = 'snapshot';
      }
      window.start++;
      for (const name of Object.keys(plan) as (keyof Plan)[]) {
        if (plan[name] && !seen.has(name) && !OPTIONAL.has(name)) throw missingSection(window, name);
      }
      const rest = await peekToken(window);
      if (rest !== -1 && hasSkipped) throw new SkipMissed();
      if (rest !== -1) options.onWarning?.(`${source.name}: text behind the end of the snapshot is ignored`);
    } catch (error) {
      if (hasSkipped) throw new SkipMissed();
      if (!(options.salvage && error instanceof SnapshotError && isSalvageable(error.code))) throw error;
      truncation = {
        section: error.section ?? section,
        offset: error.offset ?? window.offset,
        expected: error.expected ?? 'the rest of the file',
        found: error.found ?? 'the end of the file',
      };
    }
    return { file: source.name, head: headOf(layout, source), layout, sections, truncation };
  } finally {
    source.close();
  }
}

/** Passes over a value; `keep` gets its bytes. */
export async function passOver(window: ByteWindow, name: string, keep?: KeepBytes): Promise<void> {
  if (FLAT.has(name) && (await peekToken(window)) === OPEN_ARRAY) await skipNumbers(window, name, keep);
  else await skipValue(window, name, keep);
}

/**
 * The last `"strings":[` of the file was not the last section: read the file again from section to
 * section.
 */
export class SkipMissed extends Error {}

/**
 * Goes on behind the key "strings", which V8 writes last, without reading what lies between. Its
 * raw bytes cannot stand inside a JSON string, where quotes are escaped. Where they are not found
 * (a stream, a file that ends early) the window stays where it is.
 */
function skipToStrings(window: ByteWindow): boolean {
  const { source, offset } = window;
  if (!source.seek || source.size === undefined || source.size - offset < WINDOW_SIZE) return false;
  const found = findLast(source, STRINGS);
  const skips = found !== undefined && found > offset;
  window.seek(skips ? found : offset);
  return skips;
}

/** Bytes of the strings, when they are the last section. The source stays where it is. */
function stringBytesOf(source: ByteSource): number | undefined {
  if (!source.seek || source.size === undefined) return undefined;
  const { taken } = source;
  const found = findLast(source, STRINGS);
  source.seek(taken);
  return found === undefined ? undefined : source.size - found;
}

/** As V8 writes it. */
const STRINGS = '"strings":[';

/** The error for a section that comes a second time. */
export function duplicateSection(file: string, section: string, offset: number): SnapshotError {
  return new SnapshotError('malformed', `the section "${section}" stands there twice`, {
    file,
    section,
    offset,
    ...DAMAGED,
  });
}

function tooManySections(file: string, offset: number): SnapshotError {
  return new SnapshotError('malformed', 'there are too many sections', {
    file,
    section: 'snapshot',
    offset,
    expected: `at most ${formatCount(MOST_SECTIONS)}`,
    found: 'another one',
    ...DAMAGED,
  });
}

function tooMuchToKeep(file: string, section: string, offset: number): SnapshotError {
  return new SnapshotError('too-large', 'is too large to be kept', {
    file,
    section,
    offset,
    expected: `at most ${formatBytes(KEPT_LIMIT)} in all`,
    hint: 'Write the stream into a file: the sections of a file are read from there.',
  });
}

/** The error for a section that a snapshot has to have. */
export function missingSection(window: ByteWindow, name: string): SnapshotError {
  return new SnapshotError('malformed', `the section "${name}" is missing`, {
    file: window.source.name,
    section: 'snapshot',
    offset: window.offset,
    expected: `"${name}": […]`,
    found: 'the end of the snapshot',
    ...DAMAGED,
  });
}
