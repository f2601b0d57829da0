/** How much memory this process may use, where it is in a container. */
import fs from 'node:fs';
import { type MemoryRoom, memoryCgroups, memoryRoom } from './room.js';

/**
 * What the cgroups of this process leave it, beside what it uses.
 *
 * - In: `root` stands in front of all paths, for tests.
 * - Empty: undefined without a limit, or where there are no cgroups.
 * - Cost: some small files.
 */
export function cgroupRoom(root = ''): MemoryRoom | undefined {
  const read = (path: string): string | undefined => {
    try {
      return fs.readFileSync(root + path, 'utf8');
    } catch {
      return undefined;
    }
  };
  const cgroups = memoryCgroups(read('/proc/self/cgroup') ?? '', read('/proc/self/mountinfo') ?? '');
  return memoryRoom(cgroups, read, undefined);
}
