/**
 * Reads how much memory a process may still use: from this side where it is one of this machine,
 * else by the target itself.
 */
import fs from 'node:fs';
import { evaluate } from './evaluate.js';
import { filesOfCgroup, type MemoryRoom, memoryCgroups, memoryRoom } from './room.js';
import type { Session } from './session.js';
import { isListOf, isNullOr, isText } from './shape.js';

const MEMINFO = '/proc/meminfo';

/**
 * What says where the rest is: the cgroups of a process, and where they are mounted for whoever
 * reads.
 */
function firstFiles(pid: number | 'self'): readonly [string, string, string] {
  return [`/proc/${pid}/cgroup`, '/proc/self/mountinfo', MEMINFO];
}

/** More levels than any hierarchy has. */
const MOST_CGROUPS = 32;

/**
 * Of a process on this machine. `root` stands in front of all paths, for tests. Undefined where the
 * system has no such files. Cost: some small files.
 */
export function memoryRoomHere(pid: number | 'self', root = ''): MemoryRoom | undefined {
  const read = (path: string): string | undefined => {
    try {
      return fs.readFileSync(root + path, 'utf8');
    } catch {
      return undefined;
    }
  };
  const [cgroup = '', mountinfo = '', meminfo] = firstFiles(pid).map(read);
  return memoryRoom(memoryCgroups(cgroup, mountinfo).slice(0, MOST_CGROUPS), read, meminfo);
}

/** Longest text of a file that a target may give, in characters. */
const LONGEST = 1 << 20;

/**
 * Of a target that can read files (Node.js): it may be in a container, or on another machine.
 * Throws ProcessError when it cannot. Cost: two expressions in the target.
 */
export async function memoryRoomOf(session: Session): Promise<MemoryRoom | undefined> {
  const first = firstFiles('self');
  const [cgroup, mountinfo, meminfo] = await readIn(session, first);
  const cgroups = memoryCgroups(cgroup ?? '', mountinfo ?? '').slice(0, MOST_CGROUPS);
  const files = cgroups.flatMap(filesOfCgroup);
  const texts = files.length === 0 ? [] : await readIn(session, files);
  const known = new Map(files.map((file, i) => [file, texts[i]]));
  return memoryRoom(cgroups, (path) => known.get(path), meminfo);
}

async function readIn(session: Session, files: readonly string[]): Promise<(string | undefined)[]> {
  const expression = `(() => {
    const fs = (process.getBuiltinModule ?? require)('fs');
    return ${JSON.stringify(files)}.map((file) => {
      try { return fs.readFileSync(file, 'utf8').slice(0, ${LONGEST}); } catch { return null; }
    });
  })()`;
  const texts = await evaluate(session, expression, isListOf(isNullOr(isText)));
  return files.map((_, i) => texts[i] ?? undefined);
}

/**
 * Bytes of memory that a process of this machine has (VmRSS), its heap among them; undefined where
 * nobody says.
 */
export function residentMemory(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s*(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
