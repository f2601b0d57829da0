/** Seeded random graphs, with everything that makes graphs hard: cycles nobody holds, self edges, several edges between two nodes, weak edges. */
import type { GraphSpec, NodeSpec } from './builder.js';

/** A generator of numbers from 0 to 1 (mulberry32), the same for the same seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const EDGE_TYPES = ['property', 'element', 'internal', 'context', 'hidden', 'shortcut', 'weak'] as const;
const NODE_TYPES = ['object', 'object', 'array', 'hidden', 'closure', 'native', 'synthetic'] as const;

/** Up to 24 nodes; the first is the root. */
export function randomGraph(seed: number): GraphSpec {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const count = 2 + below(23);
  const edgeCount = below(count * 3);
  const edges: (readonly [string, string | number, string])[][] = Array.from({ length: count }, () => []);
  for (let i = 0; i < edgeCount; i++) {
    const type = EDGE_TYPES[below(EDGE_TYPES.length)]!;
    const indexed = type === 'element' || type === 'hidden';
    edges[below(count)]!.push([type, indexed ? below(5) : `e${below(5)}`, `n${below(count)}`]);
  }
  return Object.fromEntries(
    edges.map((list, i): [string, NodeSpec] => [
      `n${i}`,
      {
        type: i === 0 ? 'synthetic' : NODE_TYPES[below(NODE_TYPES.length)]!,
        size: i === 0 ? 0 : below(100),
        edges: list,
      },
    ]),
  );
}
