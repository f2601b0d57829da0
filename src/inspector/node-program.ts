/**
 * Whether a process runs Node.js: by what its executable, or a library that it has loaded, holds.
 * Its name says nothing.
 */
import fs from 'node:fs';

/**
 * A format in Node.js's own inspector (src/inspector_socket_server.cc, src/inspector_io.cc); no
 * other runtime has it.
 */
const NODE = 'Starting inspector on %s:%d failed: %s';
const OTHERS = [
  ['Bun', 'https://bun.sh'],
  ['Deno', 'https://deno.land'],
] as const;

export type Program = 'Node.js' | 'Bun' | 'Deno' | 'another';

/** Libraries that are smaller hold no Node.js. */
const LIBRARY_AT_LEAST = 4 << 20;

/**
 * Undefined where the executable cannot be read: not on Linux, or not permitted. Cost: reads the
 * file.
 */
export function programOf(pid: number): Program | undefined {
  const exe = `/proc/${pid}/exe`;
  if (process.platform !== 'linux' || !isReadable(exe)) return undefined;
  if (holds(exe, NODE) || librariesOf(pid).some((file) => holds(file, NODE))) return 'Node.js';
  return OTHERS.find(([, mark]) => holds(exe, mark))?.[0] ?? 'another';
}

/** Files that a process has mapped in order to run code out of them, as they are seen from here. */
function librariesOf(pid: number): string[] {
  try {
    const maps = fs.readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n');
    const files = maps.flatMap((line) => /^\S+ r-x\S* \S+ \S+ \S+ +(\/.*)$/.exec(line)?.[1] ?? []);
    const root = `/proc/${pid}/root`;
    return [...new Set(files)]
      .map((file) => root + file)
      .filter((file) => (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= LIBRARY_AT_LEAST);
  } catch {
    return [];
  }
}

function isReadable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.R_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

const PIECE = 1 << 22;

function holds(file: string, mark: string): boolean {
  const wanted = Buffer.from(mark, 'latin1');
  const piece = Buffer.allocUnsafe(PIECE);
  let fd: number;
  try {
    fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  } catch {
    return false;
  }
  try {
    let kept = 0;
    for (
      let read = fs.readSync(fd, piece);
      read > 0;
      read = fs.readSync(fd, piece, kept, PIECE - kept, null)
    ) {
      const filled = kept + read;
      if (piece.subarray(0, filled).includes(wanted)) return true;
      kept = Math.min(filled, wanted.length - 1); // the mark may lie across two pieces
      piece.copyWithin(0, filled - kept, filled);
    }
    return false;
  } catch {
    return false;
  } finally {
    fs.closeSync(fd);
  }
}
