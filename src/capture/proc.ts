/** What the operating system says of a process. Linux tells all of it in /proc; elsewhere most of it is unknown. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { ProcessError } from '../errors.js';

/** SIGUSR1 is signal 10 on Linux, on every architecture that Node.js runs on. */
const SIGUSR1_BIT = 1n << 9n;

/** Throws ProcessError unless there is such a process and this user may send it signals. */
export function checkProcess(pid: number): void {
  if (pid === process.pid) throw new ProcessError(`${pid} is heapgraph itself`, 'Name another process.');
  try {
    process.kill(pid, 0);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPERM') {
      throw new ProcessError(
        `no permission for process ${pid}: it belongs to another user`,
        'Run heapgraph as that user (sudo -u USER), or start the program with node --inspect and use --inspect.',
      );
    }
    throw new ProcessError(
      `there is no process ${pid}`,
      'A process in a container has another pid inside (often 1) than outside: run heapgraph inside (docker exec, kubectl exec), or take the pid that ps shows here.',
    );
  }
}

/** Throws ProcessError when SIGUSR1 would end the process instead of opening an inspector, or when the inspector would open where it cannot be reached. */
export function checkOpensInspector(pid: number): void {
  if (process.platform !== 'linux') {
    const name = commandName(pid);
    if (name !== undefined && !/node|electron/i.test(name)) throw notNode(pid, name);
    return;
  }
  const caught = /^SigCgt:\s*([\da-f]+)/m.exec(statusOf(pid))?.[1];
  if (caught !== undefined && (BigInt(`0x${caught}`) & SIGUSR1_BIT) === 0n)
    throw notNode(pid, commandName(pid));
  const ours = namespace('self');
  const theirs = namespace(pid);
  if (ours !== undefined && theirs !== undefined && ours !== theirs) {
    throw new ProcessError(
      `process ${pid} has a network of its own (a container): its inspector cannot be reached from here`,
      `Run heapgraph inside the container, or in its network: nsenter --net --target ${pid} heapgraph capture ${pid}.`,
    );
  }
}

function notNode(pid: number, name: string | undefined): ProcessError {
  return new ProcessError(
    `process ${pid}${name ? ` (${name})` : ''} is not a Node.js process that opens its inspector on a signal`,
    'SIGUSR1 would end it, so it was not sent. If it is Node.js with --disable-sigusr1, start it with --inspect; a program started by npm, npx or a shell has a pid of its own.',
  );
}

/** The pid by which a process knows itself: another one than ours when it is in a container. */
export function isKnownAs(pid: number, claimed: number): boolean {
  if (pid === claimed) return true;
  const names = /^NSpid:(.*)$/m.exec(statusOf(pid))?.[1]?.trim().split(/\s+/) ?? [];
  return names.includes(String(claimed));
}

/** Ports that a process listens at; undefined where the system does not say. */
export function listeningPorts(pid: number): readonly number[] | undefined {
  try {
    const sockets = new Set<string>();
    for (const fd of fs.readdirSync(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`) ?? '')?.[1];
      if (inode !== undefined) sockets.add(inode);
    }
    return ['tcp', 'tcp6'].flatMap((table) => listeningIn(`/proc/${pid}/net/${table}`, sockets));
  } catch {
    return undefined;
  }
}

function listeningIn(file: string, sockets: ReadonlySet<string>): number[] {
  const LISTEN = '0A';
  if (!fs.existsSync(file)) return [];
  return fs
    .readFileSync(file, 'latin1')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTEN && sockets.has(fields[9] ?? ''))
    .map((fields) => Number.parseInt(fields[1]!.split(':').at(-1)!, 16));
}

/** The port that a process was told to use for its inspector; 0 is any. Node.js's own default when it was told nothing. */
export function inspectorPort(pid: number): number {
  const flags = [...readList(`/proc/${pid}/cmdline`)];
  const options = readList(`/proc/${pid}/environ`).find((entry) => entry.startsWith('NODE_OPTIONS='));
  const all = [...(options?.slice('NODE_OPTIONS='.length).split(/\s+/) ?? []), ...flags];
  let port = DEFAULT_PORT;
  all.forEach((flag, i) => {
    const [, name, value = all[i + 1]] =
      /^--(inspect(?:-brk|-wait|-port)?|debug-port)(?:=(.*))?$/.exec(flag) ?? [];
    const number = /(?:^|:)(\d+)$/.exec(value ?? '')?.[1];
    // Only -port takes its value from the next word.
    if (name && number !== undefined && (flag.includes('=') || name.endsWith('port'))) port = Number(number);
  });
  return port;
}

const DEFAULT_PORT = 9229;

function readList(file: string): string[] {
  try {
    return fs.readFileSync(file, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function statusOf(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

function namespace(pid: number | 'self'): string | undefined {
  return linkOf(`/proc/${pid}/ns/net`);
}

function linkOf(file: string): string | undefined {
  try {
    return fs.readlinkSync(file);
  } catch {
    return undefined;
  }
}

function commandName(pid: number): string | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    if (process.platform === 'linux') return fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    return execFileSync('ps', ['-p', String(pid), '-o', 'comm='], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}
