/** Who refers to objects, merged by kind. */
import { describe, expect, test } from 'vitest';
import { nodeRoles, WAY } from '../../../src/analysis/classes/node-roles.js';
import { nodesOfClass } from '../../../src/analysis/classes/nodes.js';
import { holderChain } from '../../../src/analysis/holders/holder-chains.js';
import { mergedPaths } from '../../../src/analysis/patterns/merged-paths.js';
import type { PatternNode } from '../../../src/analysis/patterns/pattern-node.js';
import { referencePattern } from '../../../src/analysis/patterns/reference-pattern.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { className } from '../../../src/v8/class-names.js';
import { snapshotBytes } from '../../support/builder.js';
import { fixtureGraph } from '../../support/fixture-graphs.js';
import { randomGraph } from '../../support/random-graph.js';

/** One line a branch, as deep as it stands. */
function lines(nodes: readonly PatternNode[], indent = ''): string[] {
  return nodes.flatMap(({ type, via, count, isCycle, children }) => [
    `${indent}${count} ${via === undefined ? '' : `${via} `}${type}${isCycle ? ' (cycle)' : ''}`,
    ...lines(children, `${indent}  `),
  ]);
}

const SPEC = {
  root: { edges: [['shortcut', 'window', 'app']] },
  app: { name: 'App', edges: ['cache', 'log', ['property', 'last', 's3']] },
  cache: { name: 'Map', edges: [['internal', 'table', 'table']] },
  table: {
    type: 'array',
    name: '',
    edges: [
      ['internal', '3', 's1'],
      ['internal', '6', 's2'],
      ['internal', '9', 's3'],
    ],
  },
  log: {
    name: 'Array',
    edges: [
      ['element', 0, 's1'],
      ['element', 1, 's2'],
    ],
  },
  s1: { name: 'Session', edges: ['user'] },
  s2: { name: 'Session', edges: [['property', 'user', 'user']] },
  s3: { name: 'Session', edges: [['weak', 'user', 'user']] },
  user: { name: 'User', edges: [['property', 'sessions', 's1']] },
} as const;

describe('a small graph', () => {
  test('from objects up', async () => {
    const graph = await loadSnapshot(snapshotBytes(SPEC));
    expect(lines(referencePattern(graph, nodesOfClass(graph, 'Session')))).toEqual([
      '3 Session',
      '  1 […] Map',
      '    1 .cache App',
      '  1 […] Array',
      '    1 .log App',
      '  1 .last App',
      '  1 .sessions User',
      '    2 .user Session (cycle)',
    ]);
  });

  test('depth and limit', async () => {
    const graph = await loadSnapshot(snapshotBytes(SPEC));
    expect(lines(referencePattern(graph, nodesOfClass(graph, 'Session'), { depth: 1, limit: 2 }))).toEqual([
      '3 Session',
      '  1 […] Map',
      '  1 […] Array',
    ]);
  });

  test('from the roots down', async () => {
    const graph = await loadSnapshot(snapshotBytes(SPEC));
    expect(lines(mergedPaths(graph, nodesOfClass(graph, 'Session')))).toEqual([
      '3 App',
      '  2 .log Array',
      '    2 […] Session',
      '  1 .last Session',
    ]);
    expect(lines(mergedPaths(graph, nodesOfClass(graph, 'App')))).toEqual(['1 App']);
    expect(mergedPaths(graph, [])).toEqual([]);
  });
});

test('merged paths of random graphs: every chain is a branch, and counts add up', async () => {
  for (let seed = 0; seed < 200; seed++) {
    const graph = await loadSnapshot(snapshotBytes(randomGraph(seed)));
    const nodes = [...Array(graph.nodeCount).keys()].filter((node) => node % 3 !== 0);
    const tree = mergedPaths(graph, nodes);
    expect(tree.reduce((sum, { count }) => sum + count, 0)).toBe(nodes.length);
    const roles = nodeRoles(graph);
    for (const node of nodes) {
      let branches = tree;
      const chain = holderChain(graph, node).nodes;
      const shown = chain.filter((at, i) => i === 0 || i === chain.length - 1 || roles[at] !== WAY);
      for (const at of shown) {
        const found = branches.filter(({ type }) => type === className(graph, at));
        expect(found.length, `node ${node}, seed ${seed}`).toBeGreaterThan(0);
        branches = found.flatMap(({ children }) => children);
      }
    }
    const check = (branch: PatternNode): void => {
      expect(branch.children.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(branch.count);
      branch.children.forEach(check);
    };
    tree.forEach(check);
  }
});

test('random graphs: patterns end', async () => {
  for (let seed = 0; seed < 100; seed++) {
    const graph = await loadSnapshot(snapshotBytes(randomGraph(seed)));
    const nodes = [...Array(graph.nodeCount).keys()];
    expect(
      referencePattern(graph, nodes, { depth: 4, limit: 100 }).reduce((sum, { count }) => sum + count, 0),
    ).toBe(graph.nodeCount);
  }
});

test('a real snapshot: 100 objects in one array of a module', async () => {
  const graph = await fixtureGraph('node22-after');
  const found = lines(referencePattern(graph, nodesOfClass(graph, 'OBJ'), { depth: 3 }));
  expect(found.slice(0, 2)).toEqual(['100 OBJ', expect.stringMatching(/^ {2}1 (\[…\]|\.\w+) /)]);
  expect(mergedPaths(graph, nodesOfClass(graph, 'OBJ'))[0]!.count).toBeGreaterThan(90);
});
