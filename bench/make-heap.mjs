/**
 * Makes the large snapshots that are measured, in heaps/, unless they are there.
 *
 *   node make-heap.mjs 10mb ts1 ts4
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from './generate.mjs';
import { nodeForHeaps } from './node-binary.mjs';

/** Compiler programs kept alive; each adds some 300 MB to the snapshot. */
const UNITS = { ts1: 1, ts4: 4, pair: 1 };
/** Generated heaps, by size in bytes. */
const SIZES = { '10mb': 10e6, '5gb': 5e9 };
/** Generated pairs: of the size of the heap, and a little larger. */
const PAIRS = { '10mb': 10e6, ts4: 1.19e9 };
const GROWN = 1.02;
const FOLDER = fileURLToPath(new URL('heaps', import.meta.url));

/** The heaps that can be asked for, by size. */
export const HEAPS = ['10mb', 'ts1', 'ts4', '5gb'];

/** The path of a heap, which is made if need be. */
export function ensureHeap(name) {
  if (SIZES[name]) return generated(`${name}.heapsnapshot`, SIZES[name]);
  const [file] = ensureHeaps(name, [`${name}.heapsnapshot`]);
  return file;
}

/**
 * The paths of two snapshots of one process about as large as a heap; undefined for the largest.
 * Those of ts1 were taken before and after it leaked 20,000 objects; the others are generated.
 */
export function ensurePair(name) {
  if (name === 'ts1') return ensureHeaps('pair', ['pair-before.heapsnapshot', 'pair-after.heapsnapshot']);
  const size = PAIRS[name];
  if (size === undefined) return undefined;
  return [
    generated(`${name}-before.heapsnapshot`, size),
    generated(`${name}-after.heapsnapshot`, size * GROWN),
  ];
}

function generated(name, size) {
  const file = path.join(FOLDER, name);
  if (existsSync(file)) return file;
  mkdirSync(FOLDER, { recursive: true });
  process.stderr.write(`generating ${file}, once\n`);
  const unfinished = `${file}.unfinished`;
  rmSync(unfinished, { force: true });
  generate({ file: unfinished, size });
  renameSync(`${unfinished}.answers.json`, `${file}.answers.json`);
  renameSync(unfinished, file);
  return file;
}

function ensureHeaps(name, names) {
  const units = UNITS[name];
  if (!units) throw new Error(`there is no heap "${name}": expected ${Object.keys(UNITS).join(' or ')}`);
  const files = names.map((each) => path.join(FOLDER, each));
  if (files.every((file) => existsSync(file))) return files;
  const node = nodeForHeaps();
  process.stderr.write(
    `making ${files.join(', ')} with Node.js ${node.version}, once; this takes a minute or two\n`,
  );
  mkdirSync(FOLDER, { recursive: true });
  const unfinished = files.map((file) => `${file}.unfinished`);
  try {
    const program = fileURLToPath(new URL('heap-program.mjs', import.meta.url));
    execFileSync(node.path, ['--max-old-space-size=6144', program, String(units), ...unfinished], {
      stdio: 'inherit',
    });
    files.forEach((file, i) => {
      renameSync(unfinished[i], file);
    });
  } finally {
    for (const file of unfinished) rmSync(file, { force: true });
  }
  for (const file of files)
    process.stderr.write(`made ${file}: ${Math.round(statSync(file).size / 1e6)} MB\n`);
  return files;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  for (const name of names.length > 0 ? names : ['10mb', 'ts1', 'ts4']) {
    ensureHeap(name);
    ensurePair(name);
  }
}
