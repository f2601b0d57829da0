/**
 * Runs @heap-snapshot/tool, a native program, and prints what it says of a class.
 * Arguments: class, file: its summary. `growth`, before, after: its comparison. `starts`: nothing.
 *
 * Its binary for Linux needs glibc 2.39. GLIBC_FOLDER names a folder with another one
 * (ld-linux*.so.2 and libc.so.6) for machines that have an older one.
 */
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const POLL = 10;
const MEMORY_LIMIT = Number(process.env.HEAPGRAPH_BENCH_MEMORY ?? Number.POSITIVE_INFINITY);
/** Clock ticks in a second, as Linux reports them to programs. */
const TICKS = 100;

function binary() {
  const { platform, arch } = process;
  const name = `@heap-snapshot/${platform}-${arch}/package.json`;
  try {
    const folder = path.dirname(createRequire(import.meta.url).resolve(name));
    return path.join(folder, platform === 'win32' ? 'heap-snapshot.exe' : 'heap-snapshot');
  } catch {
    throw new Error(`error: @heap-snapshot/tool has no binary for ${platform}-${arch}`);
  }
}

function commandLine(args) {
  const folder = process.env.GLIBC_FOLDER;
  if (!folder) return [binary(), args];
  const loader = readdirSync(folder).find((name) => /^ld-linux.*\.so\.\d+$/.test(name));
  if (loader === undefined) throw new Error(`error: GLIBC_FOLDER ${folder} has no ld-linux*.so`);
  return [path.join(folder, loader), ['--library-path', folder, binary(), ...args]];
}

/** Peak memory and processor time of a process so far, on Linux. */
function look(pid) {
  const peak = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  const processor = ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1e6;
  return peak ? { peak: Number(peak[1]) * 1024, processor } : undefined;
}

function run(args) {
  const [program, all] = commandLine(args);
  return new Promise((resolve, reject) => {
    const child = spawn(program, all, { stdio: ['ignore', 'pipe', 'pipe'] });
    const texts = ['', ''];
    for (const [i, stream] of [child.stdout, child.stderr].entries())
      stream.setEncoding('utf8').on('data', (text) => {
        texts[i] += text;
      });
    const timer = setInterval(() => {
      try {
        globalThis.measured = look(child.pid) ?? globalThis.measured;
        if (globalThis.measured.peak > MEMORY_LIMIT) child.kill('SIGKILL');
      } catch {
        // It has ended.
      }
    }, POLL);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearInterval(timer);
      if (code === 0) resolve(texts[0]);
      else if (globalThis.measured?.peak > MEMORY_LIMIT)
        reject(new Error(`error: more than ${Math.round(MEMORY_LIMIT / 1e9)} GB of memory`));
      else
        reject(new Error(`error: ${signal ?? `exit code ${code}`}: ${texts[1].trim().split('\n').at(-1)}`));
    });
  });
}

/** A row of its comparison: a name, then new, deleted and delta, then three sizes with their units. */
const DIFF_ROW =
  /^▶ (.+?)(?: \[script_id=[^\]]*\])?\s+[\d,]+\s+[\d,]+\s+([-+−]?[\d,]+)(?:\s+[-+−]?[\d.,]+ \w+){3}$/gm;

/** Rows of one of its tables: `▶ NodeObject [script_id=7:L1:2]  ×483,765   …`. */
const ROW = /^▶ (.+?)(?: \[script_id=[^\]]*\])?\s{2,}(.*)$/gm;
const number = (text) => Number(text.replaceAll(',', '').replace('−', '-'));

try {
  const [first, ...rest] = process.argv.slice(2);
  if (first === 'starts') {
    const [program, all] = commandLine(['--help']);
    execFileSync(program, all, { stdio: ['ignore', 'ignore', 'pipe'] });
  } else if (first === 'growth') {
    const growth = new Map();
    for (const [, name, delta] of (await run(['diff', ...rest.toReversed()])).matchAll(DIFF_ROW))
      growth.set(name, (growth.get(name) ?? 0) + number(delta));
    const [name, delta] = [...growth].reduce((most, each) => (each[1] > most[1] ? each : most));
    process.stdout.write(`${name} +${delta}\n`);
  } else {
    let count = 0;
    for (const [, name, columns] of (await run(['summary', ...rest])).matchAll(ROW))
      if (name === first) count += number(/^×([\d,]+)/.exec(columns)?.[1] ?? '0');
    process.stdout.write(`${count}\n`);
  }
} catch (error) {
  process.stderr.write(`${error.stderr?.toString().trim() || error.message}\n`);
  process.exitCode = 1;
}
