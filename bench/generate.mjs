#!/usr/bin/env node
/**
 * Writes a snapshot of any size that is like those of real programs, and what is to be found in it.
 * Memory: the same for any size. The same options give the same bytes.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { answersOf } from './generated/answers.mjs';
import { ByteWriter } from './generated/byte-writer.mjs';
import { Heap } from './generated/heap.mjs';
import { SLOTS } from './generated/shapes.mjs';

const USAGE = `node generate.mjs (--size 5gb | --nodes N) -o FILE [--seed 1]

  --size SIZE   bytes of the file, within two percent: 10mb, 1.2gb
  --nodes N     its nodes instead, to the next multiple of ${SLOTS}
  -o, --output  the file; what there is to find in it goes to FILE.answers.json
  --seed N      another heap of the same kind (default 1). Heaps of one seed are snapshots of one
                process: the larger one has all of the objects of the smaller one, and more
`;

const UNITS = { '': 1, kb: 1e3, mb: 1e6, gb: 1e9 };
/** Bytes of a file for a node of it, to begin with. */
const BYTES_PER_NODE = 115;
/** How close to the wanted size is close enough, and how often it is tried. */
const CLOSE = 0.01;
const MOST_ROUNDS = 3;
/** Units that the smallest heap has: each page of the registry needs some. */
const FEWEST = 2;

function readSize(text) {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(kb|mb|gb|)$/i.exec(text) ?? [];
  if (number === undefined) throw new Error(`--size ${text}: expected a size such as 10mb or 1.2gb`);
  return Number(number) * UNITS[unit.toLowerCase()];
}

function readCount(option, text, most) {
  if (/^\d+$/.test(text) && Number(text) <= most) return Number(text);
  throw new Error(`--${option} ${text}: expected a whole number up to ${most}`);
}

/** A heap whose file has so many bytes. */
function heapOfSize(bytes, seed) {
  let units = Math.max(FEWEST, Math.round(bytes / BYTES_PER_NODE / SLOTS));
  for (let round = 0; ; round++) {
    const heap = new Heap({ units, seed });
    const ratio = bytes / heap.estimate();
    if (round === MOST_ROUNDS || Math.abs(ratio - 1) < CLOSE) return heap;
    units = Math.max(FEWEST, Math.round(units * ratio));
  }
}

function heapOfNodes(nodes, seed) {
  const header = new Heap({ units: FEWEST, seed }).first;
  return new Heap({ units: Math.max(FEWEST, Math.round((nodes - header) / SLOTS)), seed });
}

/** Out: {heap, bytes}. In: `size` in bytes or `nodes`. Throws where the file exists. */
export function generate({ file, size, nodes, seed = 1, onProgress }) {
  const heap = size === undefined ? heapOfNodes(nodes, seed) : heapOfSize(size, seed);
  const writer = new ByteWriter(file);
  try {
    heap.write(writer, onProgress);
    writer.close();
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
  writeFileSync(`${file}.answers.json`, `${JSON.stringify(answersOf(heap), null, 2)}\n`);
  return { heap, bytes: writer.written };
}

function main() {
  const { values } = parseArgs({
    options: {
      size: { type: 'string' },
      nodes: { type: 'string' },
      output: { type: 'string', short: 'o' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return process.stdout.write(USAGE);
  if (values.output === undefined || (values.size === undefined) === (values.nodes === undefined))
    throw new Error(USAGE);
  const start = performance.now();
  const { heap, bytes } = generate({
    file: values.output,
    size: values.size === undefined ? undefined : readSize(values.size),
    nodes: values.nodes === undefined ? undefined : readCount('nodes', values.nodes, 2 ** 32),
    seed: readCount('seed', values.seed, 2 ** 31 - 1),
  });
  const seconds = (performance.now() - start) / 1000;
  process.stderr.write(
    `${values.output}: ${Math.round(bytes / 1e6)} MB, ${heap.nodeCount} nodes, ${heap.edgeCount} edges, ` +
      `${seconds.toFixed(1)} s, ${Math.round(bytes / 1e6 / seconds)} MB/s\n`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    main();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}
