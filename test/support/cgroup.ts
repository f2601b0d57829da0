/** A cgroup of our own with a limit of memory, where the machine lets us make one: root, outside of most containers. */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const KINDS = [
  { root: '/sys/fs/cgroup', limit: 'memory.max' },
  { root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes' },
];

export class MemoryCgroup {
  private constructor(
    readonly folder: string,
    private readonly limitFile: string,
  ) {}

  /** Undefined where there can be none. */
  static make(): MemoryCgroup | undefined {
    for (const { root, limit } of KINDS) {
      const folder = path.join(root, `heapgraph-test-${process.pid}`);
      try {
        const controllers = path.join(root, 'cgroup.subtree_control');
        if (limit === 'memory.max' && !/\bmemory\b/.test(readFileSync(controllers, 'utf8'))) continue;
        mkdirSync(folder);
        if (existsSync(path.join(folder, limit))) return new MemoryCgroup(folder, path.join(folder, limit));
        rmdirSync(folder);
      } catch {
        // the next kind
      }
    }
    return undefined;
  }

  limit(bytes: number): void {
    writeFileSync(this.limitFile, String(bytes));
  }

  /** Bytes that its processes use. */
  used(): number {
    const file = this.limitFile.endsWith('memory.max') ? 'memory.current' : 'memory.usage_in_bytes';
    return Number(readFileSync(path.join(this.folder, file), 'utf8'));
  }

  add(pid: number): void {
    writeFileSync(path.join(this.folder, 'cgroup.procs'), String(pid));
  }

  /** Throws while there are processes in it. */
  remove(): void {
    rmdirSync(this.folder);
  }
}
