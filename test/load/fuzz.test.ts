import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeapgraphError, SnapshotError } from '../../src/base/errors.js';
import type { Graph } from '../../src/graph/graph.js';
import { loadSnapshot, readSection, type Tallies, tallySnapshot } from '../../src/load/load.js';
import type { SnapshotInput } from '../../src/load/source.js';
import { loadClasses } from '../../src/session/class-counts.js';
import { type NodeSpec, type SnapshotOptions, snapshotText } from '../support/builder.js';
import { disagreement, type Parsed } from './compare.js';
import { bytesOf, chunksOf, expectSound, SMALL } from './inputs.js';

const SPEC = {
  ...SMALL,
  e: { name: '","strings":["' },
  'detached <b id="1">': { type: 'native', detachedness: 2 },
};

/** Snapshots to be damaged: as today, as Node.js 18, in another order of fields, with sections, as gzip. */
const SEEDS: readonly Uint8Array[] = [
  snapshotText(SPEC, { sections: { samples: [1], locations: [0, 5, 1, 2], trace_tree: [['"]}']] } }),
  snapshotText(SPEC, {
    recordSeparator: '\n',
    nodeFields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'],
  }),
  snapshotText(SPEC, { nodeFields: ['id', 'name', 'type', 'edge_count', 'self_size'] }),
  JSON.stringify(JSON.parse(snapshotText(SPEC)), null, 1),
].map(bytesOf);

/** Bytes that stand in snapshots more often than chance would have it. */
const PIECES = [
  ...['"', '\\', ',', ':', '[', ']', '{', '}', '\n', ' ', '0', '9', '-', '.', 'e', '\0', '\xff', '\xc3'],
  ...[
    '99999999999',
    '4294967295',
    '4294967296',
    '2147483648',
    '9007199254740993',
    '"strings":[',
    '"nodes":[',
    '],"',
  ],
  ...['"snapshot":', '"meta":', '"__proto__":', '"constructor":[],', '\\u12', '\\ud800', 'null', '[[', '}}'],
].map((piece) => Buffer.from(piece, 'latin1'));

interface Change {
  readonly at: number;
  readonly remove: number;
  readonly insert: Uint8Array;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.oneof(fc.constant(0), fc.constant(1), fc.nat(5), fc.nat(300)),
  insert: fc.oneof(
    fc.constant(new Uint8Array(0)),
    fc.constantFrom(...PIECES),
    fc.uint8Array({ minLength: 1, maxLength: 3 }),
    fc
      .tuple(fc.constantFrom(...SEEDS), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(200))
      .map(([seed, from, length]) => seed.subarray(Math.floor(from * seed.length)).subarray(0, length)),
  ),
});

function changed(seed: Uint8Array, changes: readonly Change[]): Uint8Array {
  return changes.reduce<Uint8Array>((bytes, { at, remove, insert }) => {
    const from = Math.floor(at * bytes.length);
    return Buffer.concat([bytes.subarray(0, from), insert, bytes.subarray(from + remove)]);
  }, seed);
}

type Outcome<T> =
  | { readonly value: T; readonly error?: undefined }
  | { readonly value?: undefined; readonly error: SnapshotError };

/** A value or a SnapshotError, within a second; everything else fails. */
async function outcomeOf<T>(promise: Promise<T>): Promise<Outcome<T>> {
  const begin = performance.now();
  let outcome: Outcome<T>;
  try {
    outcome = { value: await promise };
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    expect(error.message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
    outcome = { error };
  }
  expect(performance.now() - begin).toBeLessThan(10_000); // it ends: no measure of speed
  return outcome;
}

function jsonOf(bytes: Uint8Array): Parsed | undefined {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as Parsed;
  } catch {
    return undefined;
  }
}

function expectSameOutcome(actual: Outcome<unknown>, expected: Outcome<unknown>): void {
  expect(actual.error?.code).toBe(expected.error?.code);
  expect(actual.error?.section).toBe(expected.error?.section);
  if (actual.error?.code !== 'range') expect(actual.error?.offset).toBe(expected.error?.offset);
}

/** All that has to hold for any bytes whatsoever. */
async function expectAnswers(bytes: Uint8Array, chunk: number): Promise<void> {
  const whole = await outcomeOf(loadSnapshot(bytes, { locations: true, windowSize: 4096 }));
  const file = jsonOf(bytes);
  if (whole.value && file) expect(disagreement(whole.value, file)).toBeUndefined();
  if (whole.value) await expectUsable(whole.value);

  const streamed = await outcomeOf(
    loadSnapshot(chunksOf(bytes, chunk), { locations: true, windowSize: 4096 }),
  );
  expectSameOutcome(streamed, whole);

  const salvaged = await outcomeOf(loadSnapshot(bytes, { salvage: true, windowSize: 4096 }));
  if (salvaged.value) await expectUsable(salvaged.value);
  if (whole.value) expect(salvaged.value?.truncation).toBeUndefined();

  const tallies = await outcomeOf(tallySnapshot(bytes, { windowSize: 4096 }));
  if (whole.value) expectTallied(tallies.value, whole.value.nodeCount);
  const salvagedTallies = await outcomeOf(tallySnapshot(bytes, { salvage: true, windowSize: 4096 }));
  if (salvaged.value) expect(salvagedTallies.value?.nodeCount).toBe(salvaged.value.nodeCount);
  const classes = await outcomeOf(loadClasses(bytes, { salvage: true, windowSize: 4096 }));
  if (salvaged.value) {
    expect(classes.value?.rows.reduce((sum, row) => sum + row.count, 0)).toBe(salvaged.value.nodeCount);
  }
}

function expectTallied(tallies: Tallies | undefined, nodeCount: number): void {
  expect(tallies?.nodeCount).toBe(nodeCount);
  expect(tallies?.rows.reduce((sum, row) => sum + row.count, 0)).toBe(nodeCount);
}

async function expectUsable(graph: Graph): Promise<void> {
  expectSound(graph);
  for (let index = 0; index <= graph.strings.length; index++) graph.strings.get(index);
  if (graph.head.compression) return; // a few bytes in front of JSON can make it brotli
  for (const { name, length } of graph.sections) {
    if (graph.sections.filter((section) => section.name === name).length > 1) continue;
    expect((await readSection(graph, name)).length).toBe(length);
  }
}

describe('any bytes', () => {
  it('a snapshot with 1 to 4 changes is a graph that JSON.parse agrees with, or a SnapshotError (1,000 runs)', {
    tags: 'slow',
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(SEEDS.length - 1),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 50 }),
        async (seed, changes, chunk) => expectAnswers(changed(SEEDS[seed]!, changes), chunk),
      ),
      { seed: 20_261, numRuns: 1000 },
    );
  });

  it('a snapshot with one byte replaced, at every place, by two of 10 (2,000 files)', {
    tags: 'slow',
  }, async () => {
    const seed = bytesOf(snapshotText(SPEC));
    const replacements = [...'"\\,[]{}0-\u0000'].map((character) => character.charCodeAt(0));
    for (let at = 0; at < seed.length; at++) {
      for (const [i, byte] of replacements.entries()) {
        if ((at + i) % 5 !== 0) continue;
        const bytes = Uint8Array.from(seed);
        bytes[at] = byte;
        const { value } = await outcomeOf(loadSnapshot(bytes, { windowSize: 4096 }));
        const file = jsonOf(bytes);
        if (value && file) expect(disagreement(value, file)).toBeUndefined();
      }
    }
  });

  it('noise is a SnapshotError (1,500 runs)', { tags: 'slow' }, async () => {
    const noise = fc.oneof(
      fc.uint8Array({ minLength: 0, maxLength: 400 }),
      fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => Buffer.concat(pieces)),
      fc
        .array(fc.constantFrom(...PIECES), { maxLength: 40 })
        .map((pieces) => Buffer.concat([SEEDS[0]!.subarray(0, 13 + pieces.length * 7), ...pieces])),
    );
    await fc.assert(
      fc.asyncProperty(noise, fc.boolean(), async (bytes, salvage) => {
        for (const input of [bytes, chunksOf(bytes, 7)] as SnapshotInput[]) {
          const { error } = await outcomeOf(loadSnapshot(input, { salvage, windowSize: 64 }));
          expect(error).toBeInstanceOf(HeapgraphError);
        }
      }),
      { seed: 20_262, numRuns: 1500 },
    );
  });

  it('gzip with 1 to 3 changes is a graph or a SnapshotError (500 runs)', { tags: 'slow' }, async () => {
    const stored = SEEDS.map((seed) => gzipSync(seed));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(stored.length - 1),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 100 }),
        async (seed, changes, chunk) => {
          const bytes = changed(stored[seed]!, changes);
          await outcomeOf(loadSnapshot(bytes, { windowSize: 4096 }));
          const { value } = await outcomeOf(
            loadSnapshot(chunksOf(bytes, chunk), { salvage: true, windowSize: 4096 }),
          );
          if (value) expectSound(value);
        },
      ),
      { seed: 20_263, numRuns: 500 },
    );
  });

  it('brackets 200,000 deep, in the head and behind it, are a graph or a SnapshotError', {
    tags: 'slow',
  }, async () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const text = snapshotText(SPEC);
    for (const bad of [
      text.replace('"edges":', `"deep":${deep},"edges":`),
      text.replace('"edges":', `"deep":${deep.slice(0, -1)},"edges":`),
      text.replace('"meta":{', `"deep":${deep},"meta":{`),
      text
        .replace('"meta":{', `"meta":{"node_fields":${deep},`)
        .replace('"node_fields":["type', '"x":["type'),
      text.replace(/"node_count":\d+/, `"node_count":${deep}`),
      deep,
      deep.replaceAll('[', '{"a":').replaceAll(']', '}'),
    ]) {
      await outcomeOf(loadSnapshot(bytesOf(bad)));
      await outcomeOf(loadSnapshot(bytesOf(bad), { salvage: true }));
      await outcomeOf(tallySnapshot(bytesOf(bad)));
    }
  });
});

describe('any graph', () => {
  const name = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom('', '__proto__', 'constructor', '","strings":["x', '\\', '"', '\ud800', ']', '\u0000'),
  );
  const key = (count: number): fc.Arbitrary<string> => fc.nat(count - 1).map((i) => `n${i}`);
  const nodes = fc.integer({ min: 1, max: 12 }).chain((count) =>
    fc.array(
      fc.record<NodeSpec>({
        type: fc.constantFrom('object', 'native', 'string', 'closure', 'hidden', 'object shape', 'array'),
        name,
        id: fc.oneof(fc.nat(1000), fc.integer({ min: 0, max: 0xffff_ffff })),
        size: fc.oneof(fc.nat(1000), fc.maxSafeNat()),
        detachedness: fc.constantFrom(0, 0, 0, 1, 2),
        traceNodeId: fc.constantFrom(0, 0, 1, 4_294_967_295),
        edges: fc.array(
          fc.oneof(
            fc.tuple(
              fc.constantFrom('property', 'internal', 'context', 'shortcut', 'weak'),
              name,
              key(count),
            ),
            fc.tuple(fc.constantFrom('element', 'hidden'), fc.nat(0xffff_ffff), key(count)),
          ),
          { maxLength: 6 },
        ),
      }),
      { minLength: count, maxLength: count },
    ),
  );
  const FIELDS = ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'];
  const options = fc.record<SnapshotOptions>({
    nodeFields: fc.oneof(
      fc.constantFrom(
        FIELDS,
        FIELDS.slice(0, 5),
        FIELDS.slice(0, 6),
        FIELDS.filter((field) => !field.startsWith('trace')),
      ),
      fc.shuffledSubarray([...FIELDS, 'x', 'y'], { minLength: 9 }),
    ),
    edgeFields: fc.oneof(
      fc.constant(['type', 'name_or_index', 'to_node']),
      fc.shuffledSubarray(['type', 'name_or_index', 'to_node', 'x'], { minLength: 4 }),
    ),
    recordSeparator: fc.constantFrom('', '\n', ' ', '\r\n'),
  });

  it('comes back as it was built, from bytes and from a stream, and tallied (200 runs)', {
    tags: 'slow',
  }, async () => {
    await fc.assert(
      fc.asyncProperty(nodes, options, fc.integer({ min: 1, max: 40 }), async (specs, settings, chunk) => {
        const spec = Object.fromEntries(specs.map((node, i) => [`n${i}`, node]));
        const bytes = bytesOf(snapshotText(spec, settings));
        const file = jsonOf(bytes)!;
        for (const input of [bytes, chunksOf(bytes, chunk)]) {
          const graph = await loadSnapshot(input, { windowSize: 4096 });
          expect(disagreement(graph, file)).toBeUndefined();
          expectSound(graph);
        }
        expectTallied(await tallySnapshot(bytes), specs.length);
      }),
      { seed: 20_264, numRuns: 200 },
    );
  });
});
