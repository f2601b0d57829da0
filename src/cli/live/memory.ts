/** `memory`: a sheet of what the memory of a process consists of. */

import { UsageError } from '../../base/errors.js';
import type { Answer, Row } from '../../base/result.js';
import { formatBytes } from '../../base/units.js';
import type { MemoryOptions } from '../../commands/live/memory.js';
import { type MemoryPart, type ProcessMemory, processMemory } from '../../inspector/memory-parts.js';
import { isFile } from '../../io/file-facts.js';
import { SNAPSHOT_NAME } from '../../io/snapshot-names.js';
import { EXIT } from '../exit.js';
import { attach, checkProcess } from './attach.js';
import { type Call, runLiveWork } from './call.js';
import type { Programs } from './capture.js';
import { holderRows, MEMORY_COLUMNS, openForMemory, snapshotMemory } from './snapshot-memory.js';

/** What a part can be, and how to tell. */
const SAYS: Readonly<Record<MemoryPart['part'], readonly [what: string, how: string]>> = {
  'heap used': ['objects of JavaScript, what is garbage among them', 'capture a snapshot: suspects, leaks'],
  'heap code': ['compiled code', 'grows with code that is made anew: eval, vm scripts, reloaded modules'],
  'heap free': [
    'room of the heap without objects; between few old ones: fragmentation',
    'large for long: few objects keep many pages; garbage just went: it shrinks',
  ],
  'array buffers': ['Buffers, typed arrays', 'heapgraph memory PROCESS SNAPSHOT says who holds them'],
  external: [
    'native parts that V8 was told of: WebAssembly, zlib, external strings, addons',
    'suspects names objects with native parts',
  ],
  'C++ heap': ["objects of the runtime's C++ code that V8 collects", 'v8.getCppHeapStatistics()'],
  'V8 native': ["V8's own: parser, compiler", 'goes by itself'],
  stacks: ['stacks of threads: the pool, workers', 'grows with the number of threads'],
  files: ['the program, its libraries, mapped files', 'the same for all processes of a program'],
  rest: [
    'what V8 is not told of: native addons, OpenSSL, workers, free blocks of malloc',
    'grows while all else stays: a native leak; stays after buffers went: malloc',
  ],
};

/**
 * Asks the process and writes the sheet.
 *
 * - Out: the exit code.
 * - Throws: UsageError, ProcessError, SnapshotError.
 */
export function memory(options: MemoryOptions, call: Call, programs: Programs): Promise<number> {
  const [asked, snapshot, ...others] = call.args;
  if (asked === undefined || others.length > 0)
    throw new UsageError(
      asked === undefined ? 'no process was named' : 'too many arguments',
      'heapgraph memory <pid> [snapshot], heapgraph memory 127.0.0.1:9229, or heapgraph memory <snapshot>',
    );
  if (snapshot === undefined && (SNAPSHOT_NAME.test(asked) || (!/^\d+$/.test(asked) && isFile(asked))))
    return snapshotMemory(asked, call);
  checkProcess(asked, 'heapgraph memory');
  return runLiveWork(call, async (run) => {
    const { session, facts, name } = await attach(asked, options, run, programs);
    // Another machine, or a container, may have a process of that number, too.
    const here = asked.includes(':') ? undefined : Number(asked);
    const found = await run.unlessInterrupted(processMemory(session, here));
    const holders = snapshot === undefined ? [] : holderRows(await openForMemory(snapshot), found.rss);
    await call.answer?.(answerOf(found, holders, facts.pid));
    const largest = found.parts.reduce((best, part) => (part.size > best.size ? part : best));
    run.note(
      `${name}: ${formatBytes(found.rss)} RSS; most of it is ${largest.part}, ${formatBytes(largest.size)}`,
    );
    if (found.maps === undefined)
      run.note('what is mapped is not known here: files and stacks of threads are in the rest');
    return EXIT.ok;
  });
}

function answerOf(
  { rss, parts, maps, heapLimit }: ProcessMemory,
  holders: readonly Row[],
  pid: number | null,
): Answer {
  const rows = parts.flatMap(({ part, size, claimed }): Row[] => {
    const row = {
      part,
      size,
      share: rss === 0 ? 0 : size / rss,
      claimed,
      says: SAYS[part][0],
      tell: SAYS[part][1],
    };
    if (part !== 'array buffers') return [row];
    return [row, ...holders];
  });
  return {
    result: {
      kind: 'table',
      columns: MEMORY_COLUMNS,
      rows,
      total: rows.length,
      omitted: 0,
      layout: 'grid',
    },
    fields: {
      pid,
      rss,
      heapLimit,
      threads: maps?.threads ?? null,
      firstHeap: maps?.firstHeap ?? null,
      anonymous: maps?.anonymous ?? null,
    },
  };
}
