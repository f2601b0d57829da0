/**
 * Where a process listens, as the operating system has it: nothing is asked at a port that is not
 * shown to be its own.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import type { Address } from './address.js';

interface Listener extends Address {
  readonly inode: string;
}

/**
 * Addresses at which a process listens for TCP connections, each so that it can be connected to
 * from here. Undefined where the system does not say. Not tried anywhere but on Linux.
 */
export function listeningAddresses(pid: number): readonly Address[] | undefined {
  try {
    switch (process.platform) {
      case 'linux': {
        const own = socketsOf(pid);
        return listenersOf(pid).filter(({ inode }) => own.has(inode));
      }
      case 'win32':
        return parseNetstat(execFileSync('netstat', ['-ano'], { encoding: 'utf8' }), pid);
      default:
        return parseLsof(lsof(pid));
    }
  } catch {
    return undefined;
  }
}

export function isAt(addresses: readonly Address[], { host, port }: Address): boolean {
  return addresses.some((one) => one.port === port && one.host === host);
}

/**
 * The process that listens at a port which another one wants; null when somebody does, and it is
 * not known who; undefined when nobody does.
 */
export function ownerOf({ host, port }: Address, pid: number): number | null | undefined {
  if (process.platform !== 'linux') return undefined;
  const listener = listenersOf(pid).find((one) => one.port === port && (one.host === host || one.isAny));
  if (listener === undefined) return undefined;
  const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const owner = pids.find((one) => {
    try {
      return socketsOf(Number(one)).has(listener.inode);
    } catch {
      return false; // another user's, or gone
    }
  });
  return owner === undefined ? null : Number(owner);
}

/** Inodes of its sockets. Throws when they cannot be read. */
function socketsOf(pid: number): Set<string> {
  const inodes = new Set<string>();
  for (const fd of fs.readdirSync(`/proc/${pid}/fd`)) {
    let link: string;
    try {
      link = fs.readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      continue; // closed meanwhile
    }
    const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
    if (inode !== undefined) inodes.add(inode);
  }
  return inodes;
}

/** All that listen in the network that a process sees. */
function listenersOf(pid: number): (Listener & { readonly isAny: boolean })[] {
  return ['tcp', 'tcp6'].flatMap((table) => {
    const file = `/proc/${pid}/net/${table}`;
    return fs.existsSync(file) ? parseSocketTable(fs.readFileSync(file, 'latin1'), os.endianness()) : [];
  });
}

/** Reads /proc/net/tcp and tcp6: those that listen. */
export function parseSocketTable(
  text: string,
  endianness: 'LE' | 'BE',
): (Listener & { readonly isAny: boolean })[] {
  const LISTEN = '0A';
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTEN)
    .flatMap((fields) => {
      const [, hex, port] = /^((?:[\dA-F]{8}){1,4}):([\dA-F]{4})$/.exec(fields[1] ?? '') ?? [];
      const inode = fields[9];
      if (hex === undefined || inode === undefined) return [];
      const host = hostOf(hex, endianness);
      return [{ ...reachable(host, Number.parseInt(port!, 16)), inode, isAny: host in ANY }];
    });
}

/** The kernel writes an address as numbers of 32 bits, each in the machine's own order of bytes. */
function hostOf(hex: string, endianness: 'LE' | 'BE'): string {
  const words = hex.match(/.{8}/g)!;
  const bytes = words.flatMap((word) => {
    const inOrder = word.match(/../g)!.map((byte) => Number.parseInt(byte, 16));
    return endianness === 'LE' ? inOrder.reverse() : inOrder;
  });
  if (bytes.length === 4) return bytes.join('.');
  const isMapped = bytes.every((byte, i) => i >= 12 || byte === (i >= 10 ? 0xff : 0));
  if (isMapped) return bytes.slice(12).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16));
  return canonical(groups.join(':'));
}

/** The one way in which an address is written, so that texts can be compared. */
function canonical(host: string): string {
  return host.includes(':') ? new URL(`http://[${host}]`).hostname.slice(1, -1) : host;
}

/** Where something that listens at every address is found here. */
const ANY: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1', '*': '127.0.0.1' };

function reachable(host: string, port: number): Address {
  return { host: ANY[host] ?? host, port };
}

function lsof(pid: number): string {
  const words = ['-nP', '-a', '-p', String(pid), '-iTCP', '-sTCP:LISTEN', '-Fn'];
  try {
    return execFileSync('lsof', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    // It exits with 1 when there is nothing to list.
    if ((error as { status?: number }).status === 1) return '';
    throw error;
  }
}

/** Reads `lsof -Fn`: `n127.0.0.1:9229`, `n[::1]:9229`, `n*:80`. */
export function parseLsof(text: string): Address[] {
  return [...text.matchAll(/^n(\*|\[[\da-f:.]+\]|[\d.]+):(\d+)$/gm)].map(([, host, port]) =>
    reachable(canonical(host!.replace(/^\[|\]$/g, '')), Number(port)),
  );
}

/**
 * Reads `netstat -ano` of Windows, whose word for LISTENING is translated: those that have no other
 * side.
 */
export function parseNetstat(text: string, pid: number): Address[] {
  return text.split('\n').flatMap((line) => {
    const [, host, port, owner] =
      /^\s*TCP\s+(\[[\da-f:%]+\]|[\d.]+):(\d+)\s+(?:0\.0\.0\.0|\[::\]):0\s+\S+\s+(\d+)\s*$/i.exec(line) ?? [];
    return Number(owner) === pid
      ? [reachable(canonical(host!.replace(/^\[|(%\d+)?\]$/g, '')), Number(port))]
      : [];
  });
}

/**
 * The address that a process was told to use for its inspector; port 0 is any. Node.js's own
 * default when it was told nothing.
 */
export function inspectorAddress(pid: number): Address {
  const flags = [...readList(`/proc/${pid}/cmdline`)];
  const options = readList(`/proc/${pid}/environ`).find((entry) => entry.startsWith('NODE_OPTIONS='));
  return addressInFlags([...(options?.slice('NODE_OPTIONS='.length).split(/\s+/) ?? []), ...flags]);
}

const DEFAULT: Address = { host: '127.0.0.1', port: 9229 };

/** The last of the flags counts. */
export function addressInFlags(flags: readonly string[]): Address {
  let { host, port } = DEFAULT;
  flags.forEach((flag, i) => {
    const [, name, value = flags[i + 1]] =
      /^--(inspect(?:-brk|-wait|-port)?|debug-port)(?:=(.*))?$/.exec(flag) ?? [];
    // Only -port takes its value from the next word.
    if (!name || !(flag.includes('=') || name.endsWith('port'))) return;
    const [, named, number] =
      /^(?:(\[[\da-f:.]+\]|[\w.-]*[a-z.][\w.-]*)(?::|$))?(\d+)?$/i.exec(value ?? '') ?? [];
    if (named !== undefined) host = canonical(named.replace(/^\[|\]$/g, ''));
    if (number !== undefined) port = Number(number);
  });
  return reachable(host === 'localhost' ? DEFAULT.host : host, port);
}

function readList(file: string): string[] {
  try {
    return fs.readFileSync(file, 'utf8').split('\0');
  } catch {
    return [];
  }
}
