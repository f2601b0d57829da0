/**
 * A process, and whether it can be asked for anything. Linux tells all of it in /proc; elsewhere
 * `ps` tells a little.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ProcessError } from '../base/errors.js';
import { quoted } from './waiting.js';

/** A pid is given to another process some day; this is one process, whatever has its pid later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it was started, in the system's own words; undefined where they are not known. */
  readonly started: string | undefined;
}

const LINUX = process.platform === 'linux';

/**
 * Throws ProcessError unless there is such a process, it runs, and this user may send it signals.
 */
export function findProcess(pid: number): ProcessIdentity {
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
  const stat = LINUX ? statOf(pid) : psOf(pid);
  if (stat !== undefined) checkRuns(pid, stat);
  return { pid, started: stat?.started };
}

/** Whether it is still the same process, and has not ended. */
export function isStillThere({ pid, started }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (started === undefined) return true;
  const stat = LINUX ? statOf(pid) : psOf(pid);
  return stat !== undefined && stat.started === started && !/[ZX]/.test(stat.state);
}

export interface ProcessStat {
  /** One letter: R runs, S sleeps, T is stopped, Z has ended. */
  readonly state: string;
  readonly started: string;
  /** Part of the kernel, not a program. */
  readonly isKernel: boolean;
}

const PF_KTHREAD = 0x00200000;

/**
 * What stands in /proc/PID/stat; undefined when it is something else. Its second field, the name,
 * may hold anything.
 */
export function parseStat(text: string): ProcessStat | undefined {
  const fields = text
    .slice(text.lastIndexOf(')') + 1)
    .trim()
    .split(' ');
  const [state, flags, started] = [fields[0], fields[6], fields[19]];
  if (!state || started === undefined || !/^\d+$/.test(started)) return undefined;
  return { state, started, isKernel: (Number(flags) & PF_KTHREAD) !== 0 };
}

function statOf(pid: number): ProcessStat | undefined {
  return parseStat(readText(`/proc/${pid}/stat`));
}

function psOf(pid: number): ProcessStat | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    const options = { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } } as const;
    const line = execFileSync('ps', ['-p', String(pid), '-o', 'stat=', '-o', 'lstart='], options).trim();
    const [, state, started] = /^(\S)\S*\s+(.+)$/.exec(line) ?? [];
    return state === undefined ? undefined : { state, started: started!, isKernel: false };
  } catch {
    return undefined;
  }
}

/** Throws ProcessError for one that could not answer; a signal would only wait for it. */
function checkRuns(pid: number, { state, isKernel }: ProcessStat): void {
  const name = nameOf(pid);
  if (isKernel)
    throw new ProcessError(`process ${pid}${name} is a part of the kernel`, 'Name a Node.js process.');
  if (/[ZX]/.test(state)) {
    throw new ProcessError(
      `process ${pid}${name} has ended: its parent has not collected it yet (a zombie)`,
      'Name a process that runs.',
    );
  }
  if (/T/i.test(state)) {
    throw new ProcessError(
      `process ${pid}${name} is stopped (state ${state}): it could not answer, so it was sent nothing`,
      `Let it go on first: kill -CONT ${pid}. State t: a debugger such as gdb holds it.`,
    );
  }
  const leader = LINUX ? /^Tgid:\s*(\d+)/m.exec(statusOf(pid))?.[1] : undefined;
  if (leader !== undefined && Number(leader) !== pid)
    throw new ProcessError(`${pid} is a thread of process ${leader}`, `Name the process: ${leader}.`);
  if (isFrozen(pid)) {
    throw new ProcessError(
      `process ${pid}${name} is frozen, with its whole container: it could not answer, so it was sent nothing`,
      'Let it go on first: docker unpause NAME.',
    );
  }
}

/**
 * Whether its cgroup is frozen (v2: cgroup.freeze, v1: freezer.state), as a container is that was
 * paused.
 */
function isFrozen(pid: number): boolean {
  if (!LINUX) return false;
  return readText(`/proc/${pid}/cgroup`)
    .split('\n')
    .some((line) => {
      const [, controllers, group] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
      if (group === undefined || group.includes('..')) return false;
      if (controllers === '')
        return ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].some((root) =>
          /^frozen 1$/m.test(readText(`${root}${group}/cgroup.events`)),
        );
      return (
        controllers!.split(',').includes('freezer') &&
        /^FROZEN/.test(readText(`/sys/fs/cgroup/freezer${group}/freezer.state`))
      );
    });
}

/** The pid by which a process knows itself: another one than ours when it is in a container. */
export function isKnownAs(pid: number, claimed: number): boolean {
  if (pid === claimed) return true;
  const names = /^NSpid:(.*)$/m.exec(statusOf(pid))?.[1]?.trim().split(/\s+/) ?? [];
  return names.includes(String(claimed));
}

/** Throws ProcessError when its inspector would open where it cannot be reached from here. */
export function checkNetwork(pid: number): void {
  const ours = linkOf('/proc/self/ns/net');
  const theirs = linkOf(`/proc/${pid}/ns/net`);
  if (ours !== undefined && theirs !== undefined && ours !== theirs) {
    throw new ProcessError(
      `process ${pid} has a network of its own (a container): its inspector cannot be reached from here`,
      `Run heapgraph inside the container, or in its network: nsenter --net --target ${pid} heapgraph capture ${pid}.`,
    );
  }
}

/** SIGUSR1 is signal 10 on Linux, on every architecture that Node.js runs on. */
const SIGUSR1_BIT = 1n << 9n;

/** Whether it handles SIGUSR1; undefined where the system does not say. */
export function catchesSigusr1(pid: number): boolean | undefined {
  const caught = LINUX ? /^SigCgt:\s*([\da-f]+)/m.exec(statusOf(pid))?.[1] : undefined;
  return caught === undefined ? undefined : (BigInt(`0x${caught}`) & SIGUSR1_BIT) !== 0n;
}

/** ` (node)`: the name of its program, in brackets, for messages; nothing when it is not known. */
export function nameOf(pid: number): string {
  const name = commandName(pid);
  return name === undefined || name === '' ? '' : ` (${quoted(name)})`;
}

export function commandName(pid: number): string | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    if (LINUX) {
      const name = fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
      // Node.js 24 and newer name their threads: the program is the file that runs.
      return name === 'MainThread' ? path.basename(fs.readlinkSync(`/proc/${pid}/exe`)) : name;
    }
    return execFileSync('ps', ['-p', String(pid), '-o', 'comm='], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

function statusOf(pid: number): string {
  return readText(`/proc/${pid}/status`);
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function linkOf(file: string): string | undefined {
  try {
    return fs.readlinkSync(file);
  } catch {
    return undefined;
  }
}
