/** What a variable of the program holds beside a handle hangs on the variable. */
import { describe, expect, test } from 'vitest';
import { backrefChains } from '../../../src/analysis/holders/chains.js';
import { holderChain, holderChains } from '../../../src/analysis/holders/holder-chains.js';
import { essentialEdges } from '../../../src/analysis/sizes/essential-edges.js';
import { edgesOf } from '../../../src/graph/graph.js';
import { NODE } from '../../../src/graph/schema.js';
import { isRoot } from '../../../src/v8/roots.js';
import { type GraphSpec, graphOf } from '../../support/builder.js';
import { random } from '../../support/random-graph.js';

/** Two handles: of a socket, and of a server whose listener's scope has the socket in a variable. */
function sockets(file: string, more: GraphSpec = {}): GraphSpec {
  return {
    root: { edges: [['element', 1, '(Global handles)']] },
    '(Global handles)': {
      type: 'synthetic',
      edges: [
        ['element', 0, 'TCP'],
        ['element', 1, 'Server handle'],
      ],
    },
    TCP: { edges: [['property', 'owner', 'Socket']] },
    Socket: { edges: [['property', '_events', 'events']] },
    'Server handle': { edges: [['property', 'owner', 'Server']] },
    Server: { edges: [['property', 'onconnection', 'listener']] },
    listener: {
      type: 'closure',
      edges: [
        ['internal', 'context', 'scope'],
        ['internal', 'shared', 'shared'],
      ],
    },
    shared: { type: 'code', edges: [['internal', 'script', 'script']] },
    script: { type: 'code', name: file },
    scope: { name: 'system / Context', edges: [['context', 'upstream', 'Socket']] },
    events: {},
    ...more,
  };
}

/** Names along the chain of a node, the root's child first. */
async function chainTo(name: string, spec: GraphSpec): Promise<string> {
  const graph = await graphOf(spec);
  const nameOf = (node: number): string => graph.strings.get(graph.nodeNames[node]!);
  const node = [...graph.ids.keys()].find((one) => nameOf(one) === name)!;
  const { nodes } = holderChain(graph, node);
  expect(holderChains(graph).depths[node]).toBe(nodes.length - 1);
  return nodes.map(nameOf).join(' > ');
}

describe('holderChains, from handles', () => {
  test('through a variable of the program, though the handle is nearer; what is behind follows', async () => {
    expect(await chainTo('events', sockets('/app/server.js'))).toBe(
      '(Global handles) > Server handle > Server > listener > system / Context > Socket > events',
    );
  });

  test('not through a variable of the runtime', async () => {
    expect(await chainTo('events', sockets('node:net'))).toBe('(Global handles) > TCP > Socket > events');
  });

  test('not through a scope that only the object itself holds', async () => {
    const spec = sockets('/app/server.js', {
      'Server handle': {},
      events: { edges: [['property', 'drain', 'listener']] },
    });
    expect(await chainTo('events', spec)).toBe('(Global handles) > TCP > Socket > events');
    expect(await chainTo('system / Context', spec)).toBe(
      '(Global handles) > TCP > Socket > events > listener > system / Context',
    );
  });

  test("what the program's globals hold keeps its chain", async () => {
    const spec = sockets('/app/server.js', { app: { edges: ['Socket'] } });
    expect(
      await chainTo('events', { ...spec, root: { edges: [['element', 1, '(Global handles)'], 'app'] } }),
    ).toBe('app > Socket > events');
  });
});

/** A cache with a timer, which the page owns, in a variable of a module whose scope only a server holds. */
const TIMED: GraphSpec = {
  root: {
    edges: [
      ['shortcut', 'global', 'global'],
      ['element', 1, '(Global handles)'],
      ['element', 2, 'native'],
    ],
  },
  global: { name: 'global', edges: [['property', 'lists', 'list']] },
  native: { type: 'hidden', name: 'system / NativeContext' },
  list: { name: 'TimersList', edges: [['property', '_idleNext', 'Timeout']] },
  Timeout: { edges: [['property', '_onTimeout', 'check']] },
  check: { type: 'closure', edges: [['internal', 'bound_this', 'Cache']] },
  Cache: { edges: [['property', 'data', 'data']] },
  data: {},
  '(Global handles)': { type: 'synthetic', edges: [['element', 0, 'Server']] },
  Server: { edges: [['property', 'onrequest', 'listener']] },
  listener: {
    type: 'closure',
    edges: [
      ['internal', 'context', 'scope'],
      ['internal', 'shared', 'shared'],
    ],
  },
  shared: { type: 'code', edges: [['internal', 'script', 'script']] },
  script: { type: 'code', name: '/app/server.js' },
  scope: {
    name: 'system / Context',
    edges: [
      ['context', 'cache', 'Cache'],
      ['internal', 'previous', 'native'],
    ],
  },
};

describe('what the page owns, in a variable of a module whose scope it does not own', () => {
  test('is held by the variable, not by a timer', async () => {
    expect(await chainTo('data', TIMED)).toBe('system / Context > Cache > data');
    const graph = await graphOf(TIMED);
    const node = graph.nodeNames.findIndex((name) => graph.strings.get(name) === 'data');
    const chains = backrefChains(graph, node, isRoot(graph));
    expect(chains.map(({ nodes }) => nodes.length)).toEqual([3]);
    expect(essentialEdges(graph)[chains[0]!.edges[0]!]).toBe(0);
  });

  test('and by the timer, where the scope is not that of a module', async () => {
    const script: GraphSpec = { ...TIMED, script: { type: 'code', name: 'node:net' } };
    expect(await chainTo('data', script)).toBe('TimersList > Timeout > check > Cache > data');
    const graph = await graphOf(script);
    const node = graph.nodeNames.findIndex((name) => graph.strings.get(name) === 'data');
    expect(backrefChains(graph, node, isRoot(graph))[0]!.nodes).toHaveLength(5);
  });
});

test('of random forests: whole chains over edges that are there, depths that are theirs', {
  tags: 'slow',
}, async () => {
  let hung = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const next = random(seed);
    const keys = Array.from({ length: 30 }, (_, i) => `n${i}`);
    const pick = (): string => keys[Math.floor(next() * keys.length)]!;
    const scopes = keys.filter(() => next() < 0.3);
    const spec: GraphSpec = {
      root: { edges: [['element', 1, '(Global handles)']] },
      '(Global handles)': { type: 'synthetic', edges: keys.slice(0, 3).map((key) => ['element', 1, key]) },
      shared: { type: 'code', edges: [['internal', 'script', 'script']] },
      script: { type: 'code', name: '/app/server.js' },
      ...Object.fromEntries(
        keys.map((key) =>
          scopes.includes(key)
            ? [key, { name: 'system / Context', edges: [0, 1].map(() => ['context', 'v', pick()] as const) }]
            : [
                key,
                {
                  type: 'closure',
                  edges: [
                    ['internal', 'context', scopes[Math.floor(next() * scopes.length)] ?? key] as const,
                    ['internal', 'shared', 'shared'] as const,
                    ...[0, 1].map(() => ['property', 'p', pick()] as const),
                  ],
                },
              ],
        ),
      ),
    };
    const graph = await graphOf(spec);
    const { targets } = edgesOf(graph);
    const { parents, depths } = holderChains(graph);
    for (let node = 0; node < graph.nodeCount; node++) {
      const chain = holderChain(graph, node);
      expect(new Set(chain.nodes).size).toBe(chain.nodes.length);
      expect(depths[node]).toBe(chain.edges.length);
      chain.edges.forEach((edge, i) => {
        expect(targets[edge]).toBe(chain.nodes[i + 1]);
        expect(
          edge >= graph.firstEdge[chain.nodes[i]!]! && edge < graph.firstEdge[chain.nodes[i]! + 1]!,
        ).toBe(true);
      });
      if (chain.edges.length > 0 && graph.nodeTypes[node] === NODE.closure)
        hung += graph.strings.equals(graph.nodeNames[parents[node]!]!, 'system / Context') ? 1 : 0;
    }
  }
  expect(hung).toBeGreaterThan(100);
});
