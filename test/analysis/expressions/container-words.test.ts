import { expect, test } from 'vitest';
import { containerWords } from '../../../src/analysis/expressions/container-words.js';
import { holderChain } from '../../../src/analysis/holders/holder-chains.js';
import { idIndex } from '../../../src/graph/ids.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { type NodeSpec, snapshotBytes } from '../../support/builder.js';

/** Words for the last of some objects that refer to each other by these names. */
async function wordsOf(...references: readonly string[]): Promise<string> {
  const nodes: Record<string, NodeSpec> = {
    root: { id: 1, edges: ['global'] },
    global: { id: 3, name: 'Window / x', edges: [['property', references[0]!, 'o0']] },
  };
  for (const [i] of references.entries())
    nodes[`o${i}`] = {
      id: 11 + 2 * i,
      name: 'Thing',
      edges: i + 1 < references.length ? [['property', references[i + 1]!, `o${i + 1}`]] : [],
    };
  const graph = await loadSnapshot(snapshotBytes(nodes));
  const last = idIndex(graph).nodeOf(11 + 2 * (references.length - 1));
  return containerWords(graph, holderChain(graph, last)).text;
}

test('a reference that is followed again and again is named once', async () => {
  expect(await wordsOf('list', 'next', 'next', 'next', 'next')).toMatch(/list\.next … \(4 times\)$/);
});

test('a key that looks like that stays as it is', async () => {
  expect(await wordsOf('servers', '0.0.0.0')).toMatch(/servers\["0\.0\.0\.0"\]$/);
});

test('very long words keep the beginning and what is innermost', async () => {
  const names = Array.from({ length: 60 }, (_, i) => `aRatherLongName${i}`);
  const text = await wordsOf(...names);
  expect(text.length).toBeLessThan(400);
  expect(text).toContain('aRatherLongName0');
  expect(text).toContain('aRatherLongName59');
});
