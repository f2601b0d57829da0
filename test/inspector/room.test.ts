/** Room for a snapshot, from the texts that systems write. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { memoryRoomHere } from '../../src/inspector/read-room.js';
import { checkDisk, checkMemory, memoryCgroups, memoryRoom } from '../../src/inspector/room.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Mounts, as /proc/self/mountinfo has them. */
const V2 = '30 24 0:27 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate';
const V1 = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw`;
/** A container of Docker on version 1, without a namespace for cgroups. */
const DOCKER_V1 =
  '758 751 0:33 /docker/4e2f /sys/fs/cgroup/memory ro,nosuid master:15 - cgroup cgroup rw,memory';

describe('the cgroups of a process, its own first', () => {
  test.each<[string, string, string, readonly string[]]>([
    ['a container on version 2', '0::/\n', V2, ['/sys/fs/cgroup']],
    [
      'a service of systemd on version 2',
      '0::/system.slice/app.service\n',
      V2,
      ['/sys/fs/cgroup/system.slice/app.service', '/sys/fs/cgroup/system.slice', '/sys/fs/cgroup'],
    ],
    [
      'both versions, memory in the first',
      '5:devices:/\n4:memory:/api/54a8\n1:name=systemd:/\n0::/\n',
      V1,
      [
        '/sys/fs/cgroup/memory/api/54a8',
        '/sys/fs/cgroup/memory/api',
        '/sys/fs/cgroup/memory',
        '/sys/fs/cgroup/unified',
      ],
    ],
    ['a container on version 1', '9:memory:/docker/4e2f\n', DOCKER_V1, ['/sys/fs/cgroup/memory']],
    [
      'a group in a container on version 1, two controllers in one',
      '9:memory,hugetlb:/docker/4e2f/inner\n',
      DOCKER_V1.replace('rw,memory', 'rw,hugetlb,memory'),
      ['/sys/fs/cgroup/memory/inner', '/sys/fs/cgroup/memory'],
    ],
    ['a group that is not mounted here', '9:memory:/docker/4e2f0\n', DOCKER_V1, []],
    ['a group outside of our namespace', '0::/../other\n', V2, []],
    ['a group that was removed', '0::/gone (deleted)\n', V2, ['/sys/fs/cgroup/gone', '/sys/fs/cgroup']],
    [
      'a mount with a blank in its name',
      '0::/a\n',
      String.raw`30 24 0:27 / /mnt/c\040g rw - cgroup2 cgroup2 rw`,
      ['/mnt/c g/a', '/mnt/c g'],
    ],
    ['no mount', '0::/a\n', '', []],
    ['no text', '', V2, []],
    ['something else', 'what\n::\n0::relative\n', 'is\nthis - ?\n', []],
  ])('%s', (_, cgroup, mountinfo, folders) => {
    expect(memoryCgroups(cgroup, mountinfo).map(({ folder }) => folder)).toEqual(folders);
  });
});

const MB = 1e6;
const meminfo = (megabytes: number): string =>
  `MemTotal:       16000000 kB\nMemFree:          100000 kB\nMemAvailable: ${Math.ceil((megabytes * 1e6) / 1024)} kB\n`;

/** Room by files below /sys/fs/cgroup, of a process in /pod/app. */
function roomBy(files: Readonly<Record<string, string | number>>, available?: string) {
  const textOf = (file: string): string | undefined => {
    const text = files[file.replace('/sys/fs/cgroup/', '')];
    return text === undefined ? undefined : `${text}\n`;
  };
  const isV1 = Object.keys(files).some((file) => file.includes('limit_in_bytes'));
  const mount = isV1 ? '35 31 0:32 / /sys/fs/cgroup rw - cgroup cgroup rw,memory' : V2;
  const cgroups = memoryCgroups(isV1 ? '4:memory:/pod/app' : '0::/pod/app', mount);
  return memoryRoom(cgroups, textOf, available);
}

describe('the tightest limit', () => {
  test.each<
    [string, Readonly<Record<string, string | number>>, number | undefined, number | undefined, RegExp]
  >([
    [
      'memory.max',
      { 'pod/app/memory.max': 512 * MB, 'pod/app/memory.high': 'max', 'pod/app/memory.current': 412 * MB },
      1000,
      100 * MB,
      /^its cgroup has 100\.0 MB left: memory\.max is 512\.0 MB, of which 412\.0 MB are in use \(\/sys\/fs\/cgroup\/pod\/app\)$/,
    ],
    [
      'memory.high, which slows it down before',
      { 'pod/app/memory.max': 512 * MB, 'pod/app/memory.high': 450 * MB, 'pod/app/memory.current': 412 * MB },
      1000,
      38 * MB,
      /memory\.high is 450\.0 MB/,
    ],
    [
      'that of the pod around it',
      {
        'pod/app/memory.max': 'max',
        'pod/app/memory.current': 100 * MB,
        'pod/memory.max': 300 * MB,
        'pod/memory.current': 250 * MB,
      },
      1000,
      50 * MB,
      /\(\/sys\/fs\/cgroup\/pod\)$/,
    ],
    [
      'pages of files that nobody uses can go',
      {
        'pod/app/memory.max': 300 * MB,
        'pod/app/memory.current': 290 * MB,
        'pod/app/memory.stat': `anon ${90 * MB}\nfile ${200 * MB}\ninactive_anon 5\ninactive_file ${150 * MB}\nactive_file ${50 * MB}`,
      },
      1000,
      160 * MB,
      /of which 140\.0 MB are in use/,
    ],
    [
      'version 1',
      {
        'pod/app/memory.limit_in_bytes': 200 * MB,
        'pod/app/memory.usage_in_bytes': 150 * MB,
        'pod/app/memory.stat': `inactive_file 1\ntotal_inactive_file ${10 * MB}`,
        'pod/memory.limit_in_bytes': '9223372036854771712',
        'pod/memory.usage_in_bytes': 10_000 * MB,
      },
      1000,
      60 * MB,
      /memory\.limit_in_bytes is 200\.0 MB, of which 140\.0 MB/,
    ],
    [
      'more in use than allowed',
      { 'pod/app/memory.max': 100 * MB, 'pod/app/memory.current': 101 * MB },
      1000,
      0,
      /has 0 B left/,
    ],
    [
      'the machine',
      { 'pod/app/memory.max': 'max', 'pod/app/memory.current': 412 * MB },
      70,
      70 * MB,
      /^the machine has 70\.0 MB left \(MemAvailable\)$/,
    ],
    ['the machine alone, without cgroups', {}, 70, 70 * MB, /^the machine/],
    [
      'what is no number',
      { 'pod/app/memory.max': 'lots', 'pod/app/memory.current': 1 },
      undefined,
      undefined,
      /^$/,
    ],
    ['a limit without the use', { 'pod/app/memory.max': 5 }, undefined, undefined, /^$/],
    ['nothing known', {}, undefined, undefined, /^$/],
  ])('%s', (_, files, available, bytes, words) => {
    const room = roomBy(files, available === undefined ? undefined : meminfo(available));
    if (bytes === undefined) expect(room).toBeUndefined();
    else expect(Math.abs(room!.bytes - bytes)).toBeLessThan(1024);
    expect(room?.words ?? '').toMatch(words);
  });
});

test('from a folder like /proc and /sys, whole', () => {
  const root = temporaryFolder();
  const files = {
    '/proc/4711/cgroup': '0::/app\n',
    '/proc/self/mountinfo': V2,
    '/proc/meminfo': meminfo(8000),
    '/sys/fs/cgroup/app/memory.max': '268435456\n',
    '/sys/fs/cgroup/app/memory.high': 'max\n',
    '/sys/fs/cgroup/app/memory.current': '200000000\n',
    '/sys/fs/cgroup/app/memory.stat': 'anon 1\ninactive_file 1000000\n',
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  expect(memoryRoomHere(4711, root)).toEqual({
    bytes: 69_435_456,
    words:
      'its cgroup has 69.4 MB left: memory.max is 268.4 MB, of which 199.0 MB are in use (/sys/fs/cgroup/app)',
  });
  expect(memoryRoomHere(4712, root)?.words).toMatch(/^the machine has 8\.0 GB left/);
  expect(memoryRoomHere(4711, path.join(root, 'nowhere'))).toBeUndefined();
});

test.runIf(process.platform === 'linux')('of this very process', () => {
  const room = memoryRoomHere('self');
  expect(room?.bytes).toBeGreaterThan(0);
  expect(room?.words).toMatch(/^(its cgroup|the machine) has /);
});

describe('is refused, with the figures', () => {
  const room = { bytes: 300 * MB, words: 'its cgroup has 300.0 MB left' };

  test('memory: less than twice the heap; less than ten times is told', () => {
    expect(checkMemory(30 * MB, room, 'process 4711')).toBeUndefined();
    expect(checkMemory(3000 * MB, undefined, 'process 4711')).toBeUndefined();
    expect(checkMemory(31 * MB, room, 'process 4711')).toBe(
      'the snapshot may need more memory than there is: of many small objects V8 takes up to 10 times the heap of 31.0 MB, and its cgroup has 300.0 MB left',
    );
    expect(checkMemory(150 * MB, room, 'process 4711')).toContain('may need more memory');
    expect(() => checkMemory(151 * MB, room, 'process 4711')).toThrow(
      'no room for a snapshot of process 4711: V8 takes 2 to 10 times the heap of 151.0 MB for it, and its cgroup has 300.0 MB left',
    );
  });

  test('disk: twice the heap, half of it with gzip', () => {
    const on = (free: number | undefined, form: 'gzip' | 'plain' | 'only plain') => ({
      folder: '/tmp',
      free,
      form,
    });
    expect(() => checkDisk(50 * MB, on(100 * MB, 'plain'))).not.toThrow();
    expect(() => checkDisk(200 * MB, on(100 * MB, 'gzip'))).not.toThrow();
    expect(() => checkDisk(200 * MB, on(undefined, 'plain'))).not.toThrow();
    expect(() => checkDisk(51 * MB, on(100 * MB, 'plain'))).toThrow(
      'no room for the snapshot in /tmp: it can have 2 times the heap of 51.0 MB, and 100.0 MB are free',
    );
    expect(() => checkDisk(51 * MB, on(100 * MB, 'only plain'))).toThrow('2 times the heap of 51.0 MB');
    expect(() => checkDisk(201 * MB, on(100 * MB, 'gzip'))).toThrow('0.5 times the heap of 201.0 MB');
  });
});
