/** Seeded random graphs in which nodes and edges have names for which there are rules. */
import type { GraphSpec, NodeSpec } from './builder.js';
import { random, randomGraph } from './random-graph.js';

const PAIR = (key: number, table: number): string =>
  `${key} / part of key (Object @${key}) -> value (Object @7) pair in WeakMap (table @${table})`;

/** A random graph with nodes and edges for which there are rules. */
export function ruledGraph(seed: number): GraphSpec {
  const next = random(seed + 1e6);
  const below = (limit: number): number => Math.floor(next() * limit);
  const names = Object.keys(randomGraph(seed));
  const others: Readonly<Record<string, Partial<NodeSpec>>> = {
    documents: { type: 'synthetic', name: '(Document DOM trees)' },
    context: { type: 'hidden', name: 'system / NativeContext' },
    descriptors: { type: 'array', name: '(map descriptors)' },
    more: { type: 'array', name: '(map descriptors)' },
    table: { type: 'array', name: 'table', id: 501 },
    second: { type: 'array', name: 'table', id: 503 },
    text: { type: 'native', name: 'system / ExternalStringData' },
  };
  const all = [...names, ...Object.keys(others)];
  const edge = (): readonly [string, string | number, string] => {
    const to = all[below(all.length)]!;
    const pair = PAIR(below(3), 501 + 2 * below(2));
    const kinds: readonly (readonly [string, string | number, string])[] = [
      ['element', below(9), to],
      ['hidden', below(9), to],
      ['internal', String(below(9)), to],
      ['property', 'sloppy_function_map', to],
      ['internal', 'sloppy_function_map', to],
      ['internal', pair, to],
      ['internal', pair, to],
      ['property', pair, to],
      ['weak', 'w', to],
      ['shortcut', 's', to],
    ];
    return kinds[below(kinds.length)]!;
  };
  const edges = (): (readonly [string, string | number, string])[] => Array.from({ length: below(8) }, edge);
  const base = Object.entries(randomGraph(seed)).map(([key, spec]): [string, NodeSpec] => [
    key,
    { ...(spec as NodeSpec), edges: [...((spec as NodeSpec).edges ?? []), ...edges()] },
  ]);
  const added = Object.entries(others).map(([key, spec]): [string, NodeSpec] => [
    key,
    { size: below(50), ...spec, edges: edges() },
  ]);
  return Object.fromEntries([...base, ...added]);
}
