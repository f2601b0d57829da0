/** A plain snapshot of any size, written piece by piece: nodes of 200 classes, each held by one before it. */
import { closeSync, openSync, writeSync } from 'node:fs';

export interface LargeFile {
  readonly nodes: number;
  /** Edges of each node. */
  readonly degree: number;
  /** Strings beside the classes' names, of 100 characters. */
  readonly strings: number;
}

const META = {
  node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
  node_types: [
    ['hidden', 'array', 'string', 'object', 'code', 'closure', 'regexp', 'number', 'native', 'synthetic'],
    'string',
    'number',
    'number',
    'number',
    'number',
  ],
  edge_fields: ['type', 'name_or_index', 'to_node'],
  edge_types: [
    ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'],
    'string_or_number',
    'node',
  ],
};

const CLASSES = 200;
/** Records written at a time. */
const BATCH = 20_000;

/** Writes it, and gives its bytes. The same every time. */
export function writeLargeFile(file: string, { nodes, degree, strings }: LargeFile): number {
  const fd = openSync(file, 'w');
  let length = 0;
  let lines: string[] = [];
  const flush = (): void => {
    length += writeSync(fd, lines.join(''));
    lines = [];
  };
  const put = (line: string): void => {
    if (lines.push(line) >= BATCH) flush();
  };
  let state = 42;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const fields = META.node_fields.length;
  put(
    `{"snapshot":{"meta":${JSON.stringify(META)},"node_count":${nodes},"edge_count":${nodes * degree},"trace_function_count":0},\n"nodes":[`,
  );
  for (let node = 0; node < nodes; node++) {
    const type = node === 0 ? 9 : 3;
    put(
      `${node === 0 ? '' : ','}${type},${node % CLASSES},${2 * node + 1},${16 + 8 * random(20)},${degree},0\n`,
    );
  }
  put('],\n"edges":[');
  for (let node = 0; node < nodes; node++) {
    for (let i = 0; i < degree; i++) {
      const child = node * 2 + 1 + i;
      const target = i < 2 && child < nodes ? child : random(nodes);
      put(`${node === 0 && i === 0 ? '' : ','}2,${random(CLASSES)},${target * fields}\n`);
    }
  }
  put('],\n"locations":[],\n"strings":[');
  for (let i = 0; i < CLASSES + strings; i++)
    put(`${i === 0 ? '' : ',\n'}"${i < CLASSES ? `Class${i}` : `${i} `.padEnd(100, 'text ')}"`);
  put(']}');
  flush();
  closeSync(fd);
  return length;
}
