/** A listing: a file a line, with what is known of it. */
import fs from 'node:fs';
import { UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { readReason } from '../io/reasons.js';

/** What a listing, or an option, says of a snapshot. */
export interface SnapshotLabels {
  readonly host?: string;
  readonly service?: string;
  readonly release?: string;
  /** Milliseconds since 1970. */
  readonly taken?: number;
}

export interface ListedFile extends SnapshotLabels {
  readonly file: string;
}

/** A line that cannot be read: why. */
export interface BadLine {
  readonly line: number;
  readonly reason: string;
}

const LABELS = ['host', 'service', 'release'] as const;

/** No line is longer. */
const LONGEST_LINE = 1 << 16;

/**
 * Reads a listing, line by line.
 *
 * In: its path; `-` is standard input. A line is a path, or an object in JSON with `file` and any
 * of `host`, `service`, `release`, `taken`. Empty lines do not count.
 * Throws: UsageError when it cannot be read.
 */
export async function* readListing(listing: string): AsyncGenerator<ListedFile | BadLine> {
  const input = listing === '-' ? process.stdin : fs.createReadStream(listing);
  let line = 0;
  try {
    const { createInterface } = await import('node:readline');
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line++;
      if (text.trim() !== '') yield listedFile(line === 1 ? text.replace(/^\uFEFF/, '') : text, line);
    }
  } catch (error) {
    throw new UsageError(
      `cannot read the listing ${printable(listing)}: ${readReason(error)}`,
      'Name a file with a path a line; - is standard input.',
      error,
    );
  }
}

function listedFile(text: string, line: number): ListedFile | BadLine {
  if (text.length > LONGEST_LINE) return { line, reason: 'the line is too long' };
  if (!text.startsWith('{')) return { file: text };
  let given: Readonly<Record<string, unknown>>;
  try {
    given = JSON.parse(text);
  } catch (error) {
    return { line, reason: `no JSON: ${(error as Error).message}` };
  }
  const { file, taken } = given;
  if (typeof file !== 'string' || file === '') return { line, reason: 'it has no "file"' };
  const labels: Record<string, string> = {};
  for (const name of LABELS) {
    const value = given[name];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string') return { line, reason: `"${name}" is no text` };
    labels[name] = value;
  }
  if (taken === undefined || taken === null) return { file, ...labels };
  const time = typeof taken === 'string' ? parseTime(taken) : undefined;
  if (time === undefined) return { line, reason: '"taken" is no time such as "2026-01-31T12:00:00Z"' };
  return { file, ...labels, taken: time };
}

/** A day, or a time with its zone. Out: milliseconds since 1970; undefined for what is none. */
export function parseTime(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/.test(text)) return undefined;
  const time = Date.parse(text);
  // 31 February is taken for a day in March.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  const isDay = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10));
  return Number.isNaN(time) || !isDay ? undefined : time;
}

/** What the folders of a path say: `host=web-1/release=1.4.0/heap.heapsnapshot`. */
export function labelsInPath(file: string): SnapshotLabels {
  const labels: Record<string, string> = {};
  for (const part of file.split(/[\\/]/).slice(0, -1)) {
    const [, name, value] = /^(host|service|release)=(.+)$/.exec(part) ?? [];
    if (name !== undefined) labels[name] = decoded(value!);
  }
  return labels;
}

/** Such folders have %20 for what a path cannot have. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
