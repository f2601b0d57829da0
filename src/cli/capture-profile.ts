/** `capture --profile`: a sampling heap profile in place of a snapshot, and its top functions. */
import type { Attached } from '../capture/attach.js';
import { type HeapProfile, startProfile, stopProfile } from '../capture/profile.js';
import type { Session } from '../capture/session.js';
import { printable } from '../printable.js';
import { renderJson } from '../render/json.js';
import { PLAIN } from '../render/style.js';
import { renderText } from '../render/text.js';
import type { Column, Row, Table } from '../result.js';
import { formatBytes } from '../units.js';
import type { CaptureOptions } from './capture-options.js';
import { type Call, isInterrupted, type Run, sleep } from './live-call.js';
import { openSnapshotFile } from './snapshot-file.js';

/** Functions that are shown. */
const SHOWN = 10;

const COLUMNS: readonly Column[] = [
  { key: 'selfSize', title: 'Size', unit: 'bytes', role: 'size' },
  { key: 'share', title: '%', unit: 'share', role: 'dim' },
  { key: 'function', title: 'Function', unit: 'text', role: 'name' },
  { key: 'location', title: 'Location', unit: 'location', role: 'dim' },
];

/** Samples for the time that was asked for, or until Ctrl-C; writes the file; prints the functions. */
export async function captureProfile(
  { profile, output }: CaptureOptions & { readonly profile: number },
  session: Session,
  attached: Attached,
  call: Call,
  run: Run,
): Promise<void> {
  const file = output ?? `heapgraph-${attached.facts.pid ?? 'profile'}-${Date.now()}.heapprofile`;
  const target = openSnapshotFile(file, file.endsWith('.gz'));
  try {
    await run.unlessInterrupted(startProfile(session));
    run.note(`sampling the allocations of ${session.what}; Ctrl-C ends it early`);
    try {
      await run.unlessInterrupted(Promise.race([sleep(profile), session.gone]));
    } catch (error) {
      if (!isInterrupted(error)) throw error;
    }
    const found = await stopProfile(session);
    await target.write(found.text);
    await target.finish();
    tell(found, file, call, run);
  } catch (error) {
    target.discard();
    throw error;
  }
}

function tell({ functions, totalSize }: HeapProfile, file: string, call: Call, run: Run): void {
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
        { result: table, fields: { file, totalSize } },
        { command: 'capture', snapshots: [], complete: true },
      )
    : renderText(table, PLAIN);
  for (const piece of pieces) run.stdout.write(piece);
  run.stdout.finish();
  run.note(
    `written to ${printable(file)}: ${formatBytes(totalSize)} that were made meanwhile and are alive, by samples; Chrome DevTools opens it (Memory, Load profile)`,
  );
}
