/** The numbers of a snapshot that was made anonymous, and that nothing of the program is in it. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { classesOf } from '../../src/analysis/classes/classes.js';
import { distances } from '../../src/analysis/sizes/distances.js';
import { dominatorTree } from '../../src/analysis/sizes/dominators.js';
import { retainedSizes } from '../../src/analysis/sizes/retained-sizes.js';
import { shallowSizes } from '../../src/analysis/sizes/shallow-sizes.js';
import type { Graph } from '../../src/graph/graph.js';
import { loadSnapshot } from '../../src/load/load.js';
import { type AnonymizeOptions, anonymized, type KeptText } from '../../src/session/anonymized.js';
import { sliced } from '../../src/session/sliced.js';
import { RUNTIME_NAMES } from '../../src/v8/runtime-names.generated.js';
import { shapeIndex } from '../../src/v8/shapes.js';
import { fixtureGraph } from '../support/fixture-graphs.js';
import { type Fixture, fixturePath } from '../support/fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
let made = 0;

async function anonymous(file: string, options: AnonymizeOptions = {}): Promise<string> {
  const output = path.join(folder, `${made++}.heapsnapshot`);
  const fd = openSync(output, 'w');
  await anonymized(file, (bytes) => void writeSync(fd, bytes), options);
  closeSync(fd);
  return output;
}

interface RawSnapshot {
  readonly strings: readonly string[];
  readonly [section: string]: unknown;
}

function raw(file: string): RawSnapshot {
  return JSON.parse(readFileSync(file, 'utf8')) as RawSnapshot;
}

/** What each class counts, without its name: all the same where names are distinct. */
function classNumbers(graph: Graph): string[] {
  return classesOf(graph)
    .rows.map(({ count, shallowSize }) => `${count} ${shallowSize}`)
    .sort();
}

describe('a snapshot made anonymous', () => {
  it.each<Fixture>(['node18-after', 'node22-after', 'node26-after', 'chromium156'])(
    'has the numbers of %s',
    async (name) => {
      const before = await fixtureGraph(name);
      const after = await loadSnapshot(await anonymous(fixturePath(name)), { locations: true });
      expect(after.nodeTypes).toEqual(before.nodeTypes);
      expect(after.ids).toEqual(before.ids);
      expect(after.firstEdge).toEqual(before.firstEdge);
      expect(shallowSizes(after)).toEqual(shallowSizes(before));
      expect(dominatorTree(after)).toEqual(dominatorTree(before));
      expect(retainedSizes(after)).toEqual(retainedSizes(before));
      expect(distances(after)).toEqual(distances(before));
      expect(shapeIndex(after).of).toEqual(shapeIndex(before).of);
      expect(classNumbers(after)).toEqual(classNumbers(before));
    },
  );

  const secrets = fileURLToPath(new URL('../support/secrets.cjs', import.meta.url));

  it('has none of 400 secrets, wherever a program keeps them', async () => {
    const file = path.join(folder, 'secrets.heapsnapshot');
    const list = path.join(folder, 'secrets.json');
    execFileSync(process.execPath, [secrets, file, list]);
    const words = JSON.parse(readFileSync(list, 'utf8')) as string[];
    const isIn = (text: string): string[] =>
      words.filter(
        (word) => text.includes(word) || text.includes(Buffer.from(word).toString('base64').slice(0, 12)),
      );
    expect(words.length).toBeGreaterThan(400);
    expect(isIn(raw(file).strings.join('\n'))).toEqual(words);
    const output = await anonymous(file);
    expect(isIn(raw(output).strings.join('\n'))).toEqual([]);
    expect(isIn(readFileSync(output, 'latin1'))).toEqual([]);
    const graph = await loadSnapshot(file, { locations: true });
    const kept = new Uint8Array(graph.nodeCount).fill(1);
    const facts = { kind: 'slice', nodeCount: 0, edgeCount: 0, selfSize: 0 } as const;
    const pieces: Uint8Array[] = [];
    await sliced(graph, (bytes) => void pieces.push(bytes.slice()), { kept, facts, anonymize: {} });
    expect(isIn(Buffer.concat(pieces).toString('latin1'))).toEqual([]);
  });

  it('has the same pseudonyms with the same salt, and others without', async () => {
    const file = fixturePath('node22-after');
    const [one, two, three] = await Promise.all([
      anonymous(file, { salt: 'a' }),
      anonymous(file, { salt: 'a' }),
      anonymous(file),
    ]);
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
    expect(raw(one).strings).not.toEqual(raw(three).strings);
    const { strings: _, ...numbers } = raw(one);
    const { strings: __, ...others } = raw(three);
    expect(numbers).toEqual(others);
  });
});

const SMALL = JSON.stringify({
  snapshot: {
    title: 'made by Ada',
    meta: {
      node_fields: ['type', 'name', 'id', 'self_size', 'edge_count'],
      node_types: [['hidden', 'string', 'object', 'synthetic'], 'string', 'number', 'number', 'number'],
      edge_fields: ['type', 'name_or_index', 'to_node'],
      edge_types: [['property', 'element'], 'string_or_number', 'node'],
    },
    node_count: 4,
    edge_count: 3,
  },
  nodes: [3, 0, 1, 0, 2, 2, 1, 3, 8, 1, 2, 6, 7, 8, 0, 1, 2, 5, 16, 0],
  edges: [0, 3, 5, 0, 5, 10, 0, 4, 15],
  notes: ['by Ada Lovelace'],
  strings: ['(GC roots)', 'Invoice', 'Ada', 'voucher', '<symbol ledger>', 'length', 'Detached Voucher'],
});

describe('names', () => {
  const file = path.join(folder, 'small.heapsnapshot');
  writeFileSync(file, SMALL);

  it('are those that heaps of Node.js and of pages hold, and no others of its sources', () => {
    const names = new Set(RUNTIME_NAMES.split('\n'));
    const has = (text: string): string[] => text.split(' ').filter((name) => names.has(name));
    const runtime = 'length Map Server Socket IncomingMessage Timeout Worker node:http HTMLDivElement LoadIC';
    expect(has(runtime).join(' ')).toBe(runtime);
    expect(has('Session token Token Cache Class property program describe fullName getToken')).toEqual([]);
  });

  it('of a program that rarely loaded parts of Node.js have, too, are replaced', async () => {
    const like = path.join(folder, 'like.heapsnapshot');
    writeFileSync(like, SMALL.replace('Invoice', 'Session').replace('voucher', 'token'));
    const kept: KeptText[] = [];
    const done = await anonymized(like, () => undefined, { onKept: (one) => kept.push(one) });
    expect(done).toMatchObject({ values: 1, names: 4 });
    expect(kept.map(({ text, uses }) => [text, uses])).toEqual([
      ['(GC roots)', ['system']],
      ['length', ['property']],
    ]);
  });

  it('stay when they are of the runtime, are allowed, or of classes that are kept', async () => {
    const texts = async (options: AnonymizeOptions = {}): Promise<readonly string[]> =>
      raw(await anonymous(file, { salt: 'x', ...options })).strings;
    const [root, type, value, name, symbol, length, detached] = await texts();
    expect([root, length]).toEqual(['(GC roots)', 'length']);
    expect(type).toMatch(/^[A-Z]\w{6}$/);
    expect(value).toMatch(/^[a-z]\w{15}$/);
    expect(name).toMatch(/^[a-z]\w{6}$/);
    expect(symbol).toMatch(/^<symbol \w{6}>$/);
    expect(detached).toMatch(/^Detached [A-Z]\w{6}$/);
    const kept = await texts({ keepClasses: true });
    expect(kept.slice(0, 3)).toEqual(['(GC roots)', 'Invoice', value]);
    expect(await texts({ allow: (text) => text === 'Ada' })).toContain('Ada');
    expect(await texts({ keepClasses: true, deny: (text) => /invoice/i.test(text) })).not.toContain(
      'Session',
    );
    expect(await texts({ deny: (text) => text === 'length' })).not.toContain('length');
  });

  it('of the head and of sections that are not known are left out', async () => {
    const output = await anonymous(file);
    expect(readFileSync(output, 'utf8')).not.toMatch(/Ada|title|notes|Lovelace/);
    const done = await anonymized(file, () => undefined);
    expect(done).toMatchObject({ strings: 7, values: 1, names: 4, leftOut: ['notes'] });
  });

  it('beyond the strings are told', async () => {
    const damaged = path.join(folder, 'damaged.heapsnapshot');
    writeFileSync(damaged, SMALL.replace('[3,0,1,', '[3,77,1,'));
    await expect(anonymized(damaged, () => undefined)).rejects.toThrow('a name is out of range');
    writeFileSync(damaged, SMALL.slice(0, -20));
    await expect(anonymized(damaged, () => undefined)).rejects.toThrow('the file ends too early');
    writeFileSync(damaged, SMALL.replace('[3,0,1,0,', '["x",0,1,0,'));
    await expect(anonymized(damaged, () => undefined)).rejects.toThrow('is damaged');
  });
});
