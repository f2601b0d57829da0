/**
 * What the code of Chrome DevTools and of memlab says of copies that `anonymize` and `slice` make, as
 * bench/record-sharing.mjs has recorded it, and heapgraph of the same copies.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { distances } from '../../src/analysis/sizes/distances.js';
import { dominatorTree } from '../../src/analysis/sizes/dominators.js';
import { retainedSizes } from '../../src/analysis/sizes/retained-sizes.js';
import { sliceOf } from '../../src/analysis/slices/slice.js';
import type { Graph } from '../../src/graph/graph.js';
import { loadSnapshot } from '../../src/load/load.js';
import { anonymized } from '../../src/session/anonymized.js';
import { sliced } from '../../src/session/sliced.js';

interface Numbers {
  readonly nodes: number;
  readonly classRows: string;
  readonly dominators: string;
  readonly retainedSizes: string;
  readonly distances: string;
}

interface Recorded {
  readonly original: Numbers;
  readonly anonymized: Numbers;
  readonly slice: {
    readonly ids: readonly number[];
    readonly devtools: Numbers;
    readonly memlab: Readonly<Record<'nodes' | 'edges' | 'found' | 'held', number>>;
  };
}

const pathOf = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const recorded = JSON.parse(readFileSync(pathOf('sharing/recorded.json'), 'utf8')) as Record<
  string,
  Recorded
>;

function digest({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}

/** As bench/record-sharing.mjs digests DevTools' numbers. */
function numbersOf(graph: Graph): Omit<Numbers, 'classRows'> {
  return {
    nodes: graph.nodeCount,
    dominators: digest(dominatorTree(graph).dominators),
    retainedSizes: digest(retainedSizes(graph)),
    distances: digest(distances(graph)),
  };
}

async function loaded(write: (take: (bytes: Uint8Array) => undefined) => Promise<unknown>): Promise<Graph> {
  const pieces: Uint8Array[] = [];
  await write((bytes) => void pieces.push(bytes.slice()));
  return loadSnapshot(Buffer.concat(pieces), { locations: true });
}

describe.each(Object.entries(recorded))('%s', (name, { original, anonymized: copy, slice }) => {
  it('has the same numbers in DevTools when it is made anonymous', { tags: 'slow' }, async () => {
    expect(copy).toEqual(original);
    expect(copy).toMatchObject(numbersOf(await loaded((take) => anonymized(pathOf(name), take))));
  });

  it('has slices that DevTools and memlab read', { tags: 'slow' }, async () => {
    const graph = await loadSnapshot(pathOf(name), { locations: true });
    const objects = slice.ids.map((id) => graph.ids.indexOf(id));
    const { kept, unheld } = sliceOf(graph, objects, { depth: 1, retained: true, bytes: 3_000_000 });
    const facts = { kind: 'slice', nodeCount: 0, edgeCount: 0, selfSize: 0 } as const;
    const small = await loaded((take) => sliced(graph, take, { kept, facts }));
    expect(slice.devtools).toMatchObject(numbersOf(small));
    expect(slice.memlab).toEqual({
      nodes: small.nodeCount,
      edges: small.edges!.count,
      found: objects.length,
      held: objects.length - unheld,
    });
  });
});
