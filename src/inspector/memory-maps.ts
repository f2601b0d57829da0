/** What a process's memory is mapped to, as Linux tells it: files, stacks of threads, the rest. */
import fs from 'node:fs';

/** Bytes that are in memory. They add up to `rss`. */
export interface MemoryMaps {
  readonly rss: number;
  /** The program, its libraries, and files that are mapped. */
  readonly files: number;
  /** Of threads, where the system says where they are. */
  readonly stacks: number;
  /** The first heap of malloc, `[heap]`. */
  readonly firstHeap: number;
  /** Everything else without a file: V8's heap, further heaps of malloc, large blocks. */
  readonly anonymous: number;
  readonly threads: number;
}

const HEAD = /^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ \d+\s*(.*)$/;
const RSS = /^Rss:\s+(\d+) kB$/;
const KILOBYTE = 1024;

/**
 * - In: `root` stands in front of all paths, for tests.
 * - Empty: undefined where there is no /proc, or it may not be read.
 * - Cost: the system looks at all pages: about a millisecond for each 100 MB.
 */
export function memoryMaps(pid: number | 'self', root = ''): MemoryMaps | undefined {
  const folder = `${root}/proc/${pid}`;
  const text = read(`${folder}/smaps`);
  if (text === undefined) return undefined;
  const pointers = stackPointers(folder);
  let [rss, files, stacks, firstHeap, anonymous] = [0, 0, 0, 0, 0];
  let name = '';
  let isStack = false;
  for (const line of text.split('\n')) {
    const head = HEAD.exec(line);
    if (head) {
      const [from, to] = [Number.parseInt(head[1]!, 16), Number.parseInt(head[2]!, 16)];
      name = head[3]!;
      isStack = name.startsWith('[stack') || (name === '' && pointers.some((at) => at >= from && at < to));
      continue;
    }
    const size = Number(RSS.exec(line)?.[1] ?? 0) * KILOBYTE;
    rss += size;
    if (isStack) stacks += size;
    else if (name === '[heap]') firstHeap += size;
    else if (name === '' || name.startsWith('[anon')) anonymous += size;
    else files += size;
  }
  return rss === 0
    ? undefined
    : { rss, files, stacks, firstHeap, anonymous, threads: threadsOf(folder).length };
}

function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}

function threadsOf(folder: string): string[] {
  try {
    return fs.readdirSync(`${folder}/task`);
  } catch {
    return [];
  }
}

/** Where the stacks of threads that wait in the system are. Those that run do not show it. */
function stackPointers(folder: string): number[] {
  return threadsOf(folder).flatMap((thread) => {
    const words = (read(`${folder}/task/${thread}/syscall`) ?? '').trim().split(' ');
    const pointer = Number(words.at(-2));
    return words.length > 2 && Number.isFinite(pointer) && pointer > 0 ? [pointer] : [];
  });
}
