/** The memory of a process, from what the system counts down to what nobody names. */
import { evaluate } from './evaluate.js';
import { type MemoryMaps, memoryMaps } from './memory-maps.js';
import type { Session } from './session.js';
import { isAmount, isListOf, isNullOr, isRecord, isText } from './shape.js';

export const MEMORY_PARTS = [
  'heap used',
  'heap code',
  'heap free',
  'array buffers',
  'external',
  'C++ heap',
  'V8 native',
  'stacks',
  'files',
  'rest',
] as const;

export interface MemoryPart {
  readonly part: (typeof MEMORY_PARTS)[number];
  /** Bytes in memory. All parts add up to `rss`. */
  readonly size: number;
  /** Bytes that were asked for, where they are more: pages that nothing was written to. */
  readonly claimed: number;
}

export interface ProcessMemory {
  readonly rss: number;
  readonly parts: readonly MemoryPart[];
  /** Where the system says what is mapped. */
  readonly maps: MemoryMaps | undefined;
  readonly heapLimit: number;
}

interface Said {
  readonly rss: number;
  readonly external: number;
  readonly arrayBuffers: number;
  readonly spaces: readonly { readonly name: string; readonly used: number; readonly physical: number }[];
  readonly limit: number;
  readonly malloced: number;
  readonly cpp: number | null;
}

const isSaid = isRecord<Said>({
  rss: isAmount,
  external: isAmount,
  arrayBuffers: isAmount,
  spaces: isListOf(isRecord({ name: isText, used: isAmount, physical: isAmount })),
  limit: isAmount,
  malloced: isAmount,
  cpp: isNullOr(isAmount),
});

const ASK = `(() => {
  const load = process.getBuiltinModule ?? require;
  const v8 = load('v8');
  const { rss, external, arrayBuffers } = process.memoryUsage();
  const { heap_size_limit: limit, malloced_memory: malloced } = v8.getHeapStatistics();
  const spaces = v8.getHeapSpaceStatistics().map((space) => ({
    name: space.space_name, used: space.space_used_size, physical: space.physical_space_size,
  }));
  const cpp = v8.getCppHeapStatistics?.('brief').committed_size_bytes ?? null;
  return { rss, external, arrayBuffers, limit, malloced, spaces, cpp };
})()`;

/**
 * Asks the process, and the system where it is on this machine.
 *
 * - In: the pid, where it is one of this machine.
 * - Out: parts in the order of `MEMORY_PARTS`. A part is never larger than what is left: memory
 *   that was asked for and never written to is in no process's RSS.
 * - Throws: ProcessError.
 */
export async function processMemory(session: Session, pid: number | undefined): Promise<ProcessMemory> {
  const said = await evaluate(session, ASK, isSaid);
  const maps = pid === undefined ? undefined : memoryMaps(pid);
  return { ...partsOf(said, maps), maps, heapLimit: said.limit };
}

/** The same from what was said. */
function partsOf(
  { rss: told, external, arrayBuffers, spaces, malloced, cpp }: Said,
  maps: MemoryMaps | undefined,
): { readonly rss: number; readonly parts: MemoryPart[] } {
  const rss = maps?.rss ?? told;
  const sum = (key: 'used' | 'physical', isCode?: boolean): number =>
    spaces
      .filter(({ name }) => isCode === undefined || name.startsWith('code_') === isCode)
      .reduce((all, space) => all + space[key], 0);
  const code = sum('used', true);
  const used = sum('used', false);
  const claims: Readonly<Record<(typeof MEMORY_PARTS)[number], number>> = {
    'heap used': used,
    'heap code': code,
    'heap free': Math.max(0, sum('physical') - used - code),
    'array buffers': arrayBuffers,
    external: Math.max(0, external - arrayBuffers),
    'C++ heap': cpp ?? 0,
    'V8 native': malloced,
    stacks: maps?.stacks ?? 0,
    files: maps?.files ?? 0,
    rest: 0,
  };
  let left = rss - claims.stacks - claims.files;
  const parts = MEMORY_PARTS.map((part): MemoryPart => {
    const claimed = claims[part];
    if (part === 'stacks' || part === 'files') return { part, size: claimed, claimed };
    const size = part === 'rest' ? left : Math.min(claimed, left);
    left -= size;
    return { part, size, claimed: Math.max(size, claimed) };
  });
  return { rss, parts };
}
