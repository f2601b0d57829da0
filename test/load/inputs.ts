/** Inputs in all their forms, and the errors that bad ones give. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect } from 'vitest';
import { SnapshotError } from '../../src/base/errors.js';
import { formatCount } from '../../src/base/units.js';
import type { Graph } from '../../src/graph/graph.js';
import { type GraphSpec, type SnapshotOptions, snapshotText } from '../support/builder.js';

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The bytes as a stream of chunks of one size. No generator: millions of chunks would take twice the time. */
export function chunksOf(bytes: Uint8Array, size: number): AsyncIterableIterator<Uint8Array> {
  let at = 0;
  return {
    next() {
      if (at >= bytes.length) return Promise.resolve({ done: true, value: undefined });
      const value = bytes.subarray(at, at + size);
      at += size;
      return Promise.resolve({ done: false, value });
    },
    return() {
      at = bytes.length;
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** A folder that is gone after the tests of the file, and a way to put files into it. */
export function temporaryFolder(): {
  folder: string;
  write: (name: string, content: Uint8Array | string) => string;
} {
  const folder = mkdtempSync(path.join(tmpdir(), 'heapgraph-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    write: (name, content) => {
      const file = path.join(folder, name);
      writeFileSync(file, content);
      return file;
    },
  };
}

/** The SnapshotError that a promise ends with; any other outcome fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<SnapshotError> {
  const outcome = await promise.then(
    () => 'no error',
    (error: unknown) => error,
  );
  if (outcome instanceof SnapshotError) return outcome;
  if (outcome instanceof Error) throw new Error(`not a SnapshotError: ${outcome.stack}`, { cause: outcome });
  throw new Error(`not a SnapshotError: ${String(outcome)}`);
}

/** What holds for every error that a user sees. */
export function expectReadable(error: SnapshotError, file = '(memory)'): void {
  const { message, section, offset, expected, found, hint } = error;
  expect(error.file).toBe(file);
  expect(message.startsWith(`${file}: `), message).toBe(true);
  expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
  expect(message.length, message).toBeLessThan(1000);
  if (section !== undefined) expect(message).toContain(`section "${section}"`);
  if (offset !== undefined) expect(message).toContain(`byte ${formatCount(offset)}`);
  if (expected !== undefined) expect(message).toContain('expected ');
  if (found !== undefined) expect(message).toContain('found ');
  expect(hint ?? '(none)', `hint of: ${message}`).toMatch(/^[A-Z].{10,}[.…)-]$|^[A-Z].{5,}: .+$/);
  expect(hint ?? '').not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
}

/** A graph on which every invariant of a salvaged snapshot holds. */
export function expectSound(graph: Graph): void {
  const { nodeCount, firstEdge, edges, head } = graph;
  expect(nodeCount).toBeLessThanOrEqual(head.nodeCount);
  for (const column of [graph.nodeTypes, graph.nodeNames, graph.ids, graph.selfSizes]) {
    expect(column.length).toBe(nodeCount);
  }
  expect(firstEdge.length).toBe(nodeCount + 1);
  expect(firstEdge[0]).toBe(0);
  for (let node = 0; node < nodeCount; node++) {
    if (firstEdge[node]! > firstEdge[node + 1]!) throw new Error(`firstEdge falls behind node ${node}`);
  }
  expect(edges, 'edges, which were asked for').toBeDefined();
  expect(firstEdge[nodeCount]).toBe(edges!.count);
  for (const column of [edges!.types, edges!.names, edges!.targets]) expect(column.length).toBe(edges!.count);
  for (const target of edges!.targets) if (target >= nodeCount) throw new Error(`an edge leads to ${target}`);
}

/** The snapshot that most cases start from: 5 nodes, 6 edges, 8 strings, edges named by texts and by numbers. */
export const SMALL: GraphSpec = {
  root: { edges: ['a', ['element', 1, 'b'], ['shortcut', 'sc', 'c']] },
  a: { edges: ['c', ['hidden', 3, 'b']], size: 48 },
  b: { type: 'native', name: '<div class="x">', detachedness: 2, edges: [['weak', 'w', 'c']] },
  c: { type: 'string', name: 'text "quoted" \\ é 😀 \u0001', size: 32 },
  d: { type: 'closure', id: 4_294_967_295 },
};

export function smallText(options: SnapshotOptions = {}): string {
  return snapshotText(SMALL, options);
}

/** A snapshot text with another order of sections, or with some left out. */
export function reordered(text: string, order: readonly string[]): string {
  const sections = JSON.parse(text) as Record<string, unknown>;
  return `{${['snapshot', ...order].map((name) => `${JSON.stringify(name)}:${JSON.stringify(sections[name])}`).join(',')}}`;
}

/** A snapshot as JSON, to be changed. */
export interface Editable {
  snapshot: Record<string, unknown> & { meta: Record<string, unknown> };
  nodes: number[];
  edges: number[];
  strings: string[];
  [section: string]: unknown;
}

/** A snapshot text with something changed in it. */
export function edited(text: string, edit: (sections: Editable) => void): string {
  const sections = JSON.parse(text) as Editable;
  edit(sections);
  return JSON.stringify(sections);
}
