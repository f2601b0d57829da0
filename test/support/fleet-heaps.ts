/** Small heaps of a fleet: a server with sessions and a table that grows. */
import { type NodeSpec, snapshotText } from './builder.js';

export interface FleetHeap {
  /** Makes the content another one. */
  readonly seed: number;
  /** Entries of the table that grows; below twenty there is none. */
  readonly leaked: number;
  readonly sessions?: number;
  /** Bytes of a buffer. */
  readonly buffer?: number;
}

/** The text of a snapshot. */
export function fleetHeap({ seed, leaked, sessions = 10, buffer = 0 }: FleetHeap): string {
  const graph: Record<string, NodeSpec> = {
    root: {
      name: '',
      edges: [
        ['element', 1, 'gc'],
        ['shortcut', 'global', 'global'],
      ],
    },
    gc: { type: 'synthetic', name: '(GC roots)' },
    global: {
      name: 'Object / global',
      edges: [
        ['property', 'app', 'app'],
        ['property', 'seed', 'seed'],
      ],
    },
    seed: { type: 'string', name: `seed ${seed}`, size: 24 },
    app: {
      name: 'App',
      edges: [
        ['property', 'cache', 'cache'],
        ['property', 'sessions', 'sessions'],
        ...(buffer > 0 ? [['property', 'buffer', 'buffer'] as const] : []),
      ],
    },
    cache: list('cacheElements', 'entry', leaked),
    cacheElements: {
      type: 'array',
      name: '(object elements)',
      size: 16 + 8 * leaked,
      edges: range(leaked).map((i) => ['hidden', i, `entry${i}`] as const),
    },
    sessions: list('sessionElements', 'session', sessions),
    sessionElements: {
      type: 'array',
      name: '(object elements)',
      size: 16 + 8 * sessions,
      edges: range(sessions).map((i) => ['hidden', i, `session${i}`] as const),
    },
  };
  if (buffer > 0) graph.buffer = { type: 'native', name: 'system / JSArrayBufferData', size: buffer };
  for (const i of range(leaked))
    graph[`entry${i}`] = { name: 'Entry', size: 32, edges: [['property', 'text', `text${i}`]] };
  for (const i of range(leaked))
    graph[`text${i}`] = { type: 'string', name: `entry ${i} of ${seed}`, size: 1000 };
  for (const i of range(sessions)) graph[`session${i}`] = { name: 'Session', size: 64 };
  return snapshotText(graph);
}

/** V8 has references of an array to its members and from its elements to them. */
function list(elements: string, name: string, count: number): NodeSpec {
  const members = range(count).map((i) => ['element', i, `${name}${i}`] as const);
  return { name: 'Array', size: 16, edges: [['internal', 'elements', elements], ...members] };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
