/** The answer of `capture --profile`: the functions that allocated most, the duration, the file. */

import { printable } from '../base/printable.js';
import type { Column, Row, Table } from '../base/result.js';
import { formatBytes } from '../base/units.js';
import type { HeapProfile } from '../inspector/profile.js';
import { formatDuration } from '../inspector/waiting.js';
import { renderJson } from '../render/json.js';
import { PLAIN } from '../render/style.js';
import { renderText } from '../render/text.js';
import type { Call, Run } from './live/call.js';

/** Functions that are shown. */
const SHOWN = 10;

const COLUMNS: readonly Column[] = [
  { key: 'selfSize', title: 'Size', unit: 'bytes', role: 'size' },
  { key: 'share', title: '%', unit: 'share', role: 'dim' },
  { key: 'function', title: 'Function', unit: 'text', role: 'name' },
  { key: 'location', title: 'Location', unit: 'location', role: 'dim' },
];

/** A profile, and how it came to its end. */
export interface Sampled {
  readonly found: HeapProfile;
  /** Milliseconds. */
  readonly sampled: number;
  /** Why it ended early: Ctrl-C, no target any more, or no reply. Undefined: the time was over. */
  readonly why: 'asked' | 'gone' | 'silent' | undefined;
}

export interface WrittenProfile extends Sampled {
  readonly file: string;
  /** Milliseconds that it was to sample. */
  readonly asked: number;
}

export function tellProfile(
  { found, sampled, why, asked, file }: WrittenProfile,
  call: Call,
  run: Run,
): void {
  const { functions, totalSize } = found;
  const rows = functions.slice(0, SHOWN).map(
    ({ name, script, line, column, selfSize }): Row => ({
      selfSize,
      share: totalSize === 0 ? 0 : selfSize / totalSize,
      function: name,
      location: script === '' ? null : { script, line, column },
    }),
  );
  const table: Table = {
    kind: 'table',
    columns: COLUMNS,
    rows,
    total: functions.length,
    omitted: functions.length - rows.length,
    layout: 'grid',
  };
  run.progress.clear();
  const pieces = call.json
    ? renderJson(
        { result: table, fields: { file, totalSize, sampled } },
        { command: 'capture', snapshots: [], complete: true },
      )
    : renderText(table, PLAIN);
  for (const piece of pieces) run.stdout.write(piece);
  run.stdout.finish();
  const early = `sampled for ${formatDuration(sampled)} of ${formatDuration(asked)}`;
  if (why === 'asked') run.note(early);
  if (why === 'gone') run.warn(`${early}: then the process ended, or closed the connection`);
  if (why === 'silent') run.warn(`${early}: the process does not answer since then`);
  run.note(
    `written to ${printable(file)}: ${formatBytes(totalSize)} that were made meanwhile and are alive, by samples; Chrome DevTools opens it (Memory, Load profile)`,
  );
}
