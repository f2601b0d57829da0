/**
 * Whether there is room for a snapshot: memory, of which V8 takes several times the heap meanwhile,
 * and the disk. What the system says comes in as text of its files, so that it may be read here or
 * by the target itself.
 */
import { ProcessError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { formatBytes } from '../base/units.js';

/**
 * Bytes of memory that V8 takes for a snapshot, besides the heap, for a byte of heap. A program
 * that leaks has many small objects, so it is their share that counts. Measured on Node.js 20, 22,
 * 24 and 26, with numbers (the peak of the resident memory less that before): 2 to 4 for an Express
 * server and for parsed JSON, 4 to 5 for jsdom, 5 to 6 for the TypeScript compiler with 580 MB, 9
 * to 11 for hundreds of thousands of small records in an array or a Map; nearly none for long
 * strings, up to 15 for nothing but objects of one property each. A process with 38 MB of small
 * records and 210 MB left was ended by the kernel.
 */
export const MEMORY_SHARE = 10;
/** With less than this no snapshot of any kind was seen to fit. */
export const LEAST_MEMORY_SHARE = 2;

/**
 * Bytes of the file for a byte of heap, measured as above: 0.8 to 1.9, up to 4 for objects of one
 * property each with different numbers. Compressed with gzip it is a quarter, or less.
 */
export const FILE_SHARE = 2;
export const GZIP_SHARE = 0.25;

/** A cgroup that a process is in, or one around it. */
export interface Cgroup {
  readonly version: 1 | 2;
  /** Its folder below a mount of cgroups. */
  readonly folder: string;
}

const FILES = {
  1: { limits: ['memory.limit_in_bytes'], usage: 'memory.usage_in_bytes', inactive: 'total_inactive_file' },
  2: { limits: ['memory.max', 'memory.high'], usage: 'memory.current', inactive: 'inactive_file' },
} as const;

/** Limits from here on are none: cgroups of version 1 say so by a number near 2^63. */
const NO_LIMIT = 2 ** 60;

/**
 * The cgroups that limit a process's memory: its own, then those around it, as far as they can be
 * seen.
 * In: the texts of /proc/PID/cgroup, and of /proc/self/mountinfo of whoever will read the files.
 * Empty: no such mount, or the process is in a part of the hierarchy that is not mounted here.
 */
export function memoryCgroups(cgroup: string, mountinfo: string): Cgroup[] {
  const mounts = mountsIn(mountinfo);
  return cgroup.split('\n').flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*?)(?: \(deleted\))?$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    const version = controllers === '' ? 2 : controllers.split(',').includes('memory') ? 1 : undefined;
    const mount = mounts.find((one) => one.version === version && isBelow(path, one.root));
    if (!mount) return [];
    const parts = path
      .slice(mount.root === '/' ? 0 : mount.root.length)
      .split('/')
      .filter((part) => part !== '');
    if (parts.includes('..')) return [];
    return Array.from({ length: parts.length + 1 }, (_, above): Cgroup => {
      const inside = parts.slice(0, parts.length - above);
      return { version: mount.version, folder: [mount.folder, ...inside].join('/').replace(/^\/\//, '/') };
    });
  });
}

interface Mount {
  readonly version: 1 | 2;
  /** The cgroup that the mount shows at its top. */
  readonly root: string;
  readonly folder: string;
}

/** Lines such as `35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory`. */
function mountsIn(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line): Mount[] => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root, folder] = before.split(' ').map(unescaped);
    const [type, , options = ''] = after.split(' ');
    if (root === undefined || folder === undefined) return [];
    if (type === 'cgroup2') return [{ version: 2, root, folder }];
    return type === 'cgroup' && options.split(',').includes('memory') ? [{ version: 1, root, folder }] : [];
  });
}

/** Blanks and the like stand there as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function isBelow(path: string, root: string): boolean {
  return root === '/' || path === root || path.startsWith(`${root}/`);
}

/** The files of a cgroup that say how much memory it may use, and uses. */
export function filesOfCgroup({ version, folder }: Cgroup): string[] {
  const { limits, usage } = FILES[version];
  return [...limits, usage, 'memory.stat'].map((file) => `${folder}/${file}`);
}

export interface MemoryRoom {
  /** How much more a process can use before it is ended, or slowed down to nothing. */
  readonly bytes: number;
  /** What sets the limit, with its figures. */
  readonly words: string;
}

/**
 * The tightest of all limits: of the cgroups (their files' memory that can be dropped at once
 * counts as free), and what the machine has (`MemAvailable`).
 * In: the cgroups, the text of a file by its path, the text of /proc/meminfo. What cannot be read
 * is no limit.
 * Empty: undefined, when nothing is known.
 */
export function memoryRoom(
  cgroups: readonly Cgroup[],
  textOf: (path: string) => string | undefined,
  meminfo: string | undefined,
): MemoryRoom | undefined {
  const rooms = cgroups.flatMap((cgroup) => roomInCgroup(cgroup, textOf));
  const available = /^MemAvailable:\s*(\d+) kB$/m.exec(meminfo ?? '')?.[1];
  if (available !== undefined) {
    const bytes = Number(available) * 1024;
    rooms.push({ bytes, words: `the machine has ${formatBytes(bytes)} left (MemAvailable)` });
  }
  return rooms.reduce<MemoryRoom | undefined>(
    (least, one) => (least && least.bytes <= one.bytes ? least : one),
    undefined,
  );
}

function roomInCgroup(
  { version, folder }: Cgroup,
  textOf: (path: string) => string | undefined,
): MemoryRoom[] {
  const { limits, usage, inactive } = FILES[version];
  const used = numberIn(textOf(`${folder}/${usage}`));
  if (used === undefined) return [];
  const stat = new RegExp(`^${inactive} (\\d+)$`, 'm').exec(textOf(`${folder}/memory.stat`) ?? '')?.[1];
  const inUse = Math.max(0, used - Number(stat ?? 0));
  return limits.flatMap((name): MemoryRoom[] => {
    const limit = numberIn(textOf(`${folder}/${name}`));
    if (limit === undefined || limit >= NO_LIMIT) return [];
    const bytes = Math.max(0, limit - inUse);
    const words = `its cgroup has ${formatBytes(bytes)} left: ${name} is ${formatBytes(limit)}, of which ${formatBytes(inUse)} are in use (${printable(folder)})`;
    return [{ bytes, words }];
  });
}

/** Not for `max`, which is no limit. */
function numberIn(text: string | undefined): number | undefined {
  return /^\d+\s*$/.test(text ?? '') ? Number(text) : undefined;
}

/**
 * Whether there is memory for a snapshot of so large a heap.
 * Out: a warning where a heap of many small objects would not fit; undefined where all is well or
 * nothing is known.
 * Throws: ProcessError, with the figures, where less than twice the heap is left.
 */
export function checkMemory(heap: number, room: MemoryRoom | undefined, what: string): string | undefined {
  if (room === undefined || room.bytes >= heap * MEMORY_SHARE) return undefined;
  if (room.bytes >= heap * LEAST_MEMORY_SHARE)
    return `the snapshot may need more memory than there is: of many small objects V8 takes up to ${MEMORY_SHARE} times the heap of ${formatBytes(heap)}, and ${room.words}`;
  throw new ProcessError(
    `no room for a snapshot of ${what}: V8 takes ${LEAST_MEMORY_SHARE} to ${MEMORY_SHARE} times the heap of ${formatBytes(heap)} for it, and ${room.words}`,
    'The system might end the process meanwhile. Give it more memory, or go on with --force.',
  );
}

export interface Disk {
  readonly folder: string;
  /** Bytes; undefined where nobody knows. */
  readonly free: number | undefined;
  /** `only plain`: it cannot be compressed while it is written. `temporary`: nor named. */
  readonly form: 'gzip' | 'plain' | 'only plain' | 'temporary';
}

/** Throws ProcessError when the file may not fit on the disk. */
export function checkDisk(heap: number, { folder, free, form }: Disk): void {
  const share = FILE_SHARE * (form === 'gzip' ? GZIP_SHARE : 1);
  if (free === undefined || free >= heap * share) return;
  throw new ProcessError(
    `no room for the snapshot in ${printable(folder)}: it can have ${share} times the heap of ${formatBytes(heap)}, and ${formatBytes(free)} are free`,
    form === 'temporary'
      ? 'The environment variable TMPDIR names a folder elsewhere; --force goes on.'
      : `-o names a file elsewhere${form === 'plain' ? ', -z makes it a quarter' : ''}; --force goes on.`,
  );
}
