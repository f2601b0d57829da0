/** `count --live`: instances of classes of a running process. */

import { UsageError } from '../../base/errors.js';
import { printable } from '../../base/printable.js';
import type { Answer } from '../../base/result.js';
import { formatCount } from '../../base/units.js';
import { classNames, type LiveCountOptions } from '../../commands/classes/count.js';
import { countLive, type LiveCounts } from '../../inspector/live-counts.js';
import { EXIT } from '../exit.js';
import { openOutput, outputFile } from '../run.js';
import { formatOf, write } from '../write.js';
import { attach, checkProcess } from './attach.js';
import { type Call, runLiveWork } from './call.js';
import type { Programs } from './capture.js';

/**
 * Asks the process and writes the answer.
 *
 * - Out: the exit code; 1 with --fail-if-none when a class has no instance.
 * - Throws: UsageError, ProcessError.
 */
export function countLiveInstances(
  options: LiveCountOptions,
  call: Call,
  programs: Programs,
): Promise<number> {
  const { parsed = {} as never, command } = call;
  const asked = options.live ?? '';
  checkProcess(asked, 'heapgraph count Session --live');
  if (parsed.snapshot !== undefined)
    throw new UsageError('--live and --snapshot are two things to ask', 'Leave one of them out.');
  const types = classNames(call.args, options);
  const format = formatOf(parsed, command);
  return runLiveWork(call, async (run) => {
    const { session, facts, name } = await attach(asked, options, run, programs);
    const found = await run.unlessInterrupted(countLive(session, types));
    const output = await openOutput(outputFile(parsed, command), command);
    await write(answerOf(found, facts.pid), output, format, {
      command: 'count',
      snapshots: [],
      complete: true,
    });
    for (const { type, classes } of found.counts)
      if (classes === 0) run.note(`no class called "${printable(type)}" in ${name}: names are exact`);
    const [pause, longest] = [found.pause, found.longest].map((ms) => formatCount(Math.round(ms)));
    run.note(`${name} did nothing else for ${pause} ms, ${longest} ms at a time`);
    return options.failIfNone && found.counts.some(({ count }) => count === 0) ? EXIT.no : EXIT.ok;
  });
}

function answerOf({ counts, pause, longest }: LiveCounts, pid: number | null): Answer {
  const isOne = counts.length === 1;
  return {
    result: {
      kind: 'table',
      columns: [
        { key: 'type', title: 'Type', unit: 'text', role: 'name' },
        { key: 'count', title: 'Count', unit: 'count', role: 'count' },
      ],
      rows: counts.map(({ type, count }) => ({ type, count })),
      total: counts.length,
      omitted: 0,
      layout: isOne ? 'bare' : 'counts',
      textColumns: isOne ? ['count'] : ['type', 'count'],
    },
    fields: { pid, pause: Math.round(pause), longestPause: Math.round(longest) },
  };
}
