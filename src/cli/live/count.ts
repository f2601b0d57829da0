/** `count --live`: instances of classes of a running process. */

import { printable } from '../../base/printable.js';
import type { Answer } from '../../base/result.js';
import { formatCount } from '../../base/units.js';
import { classNames, type LiveCountOptions } from '../../commands/classes/count.js';
import { countLive, type LiveCounts } from '../../inspector/live-counts.js';
import { EXIT } from '../exit.js';
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
  const asked = options.live ?? '';
  checkProcess(asked, 'heapgraph count Session --live');
  const types = classNames(call.args, options);
  return runLiveWork(call, async (run) => {
    const { session, facts, name } = await attach(asked, options, run, programs);
    const found = await run.unlessInterrupted(countLive(session, types));
    await call.answer?.(answerOf(found, facts.pid));
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
