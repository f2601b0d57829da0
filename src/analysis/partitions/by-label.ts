/** Parts by what a node says of itself. */

import { formatCount, formatId } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { detachedNodes } from '../../v8/detachedness.js';
import { agesOf } from '../growth/ages.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import type { Parts } from './parts.js';

/** By V8's node type. */
export function byNodeType({ nodeTypes, nodeTypeNames }: Graph): Parts {
  return {
    count: nodeTypeNames.length,
    of: Uint32Array.from(nodeTypes),
    label: (part) => nodeTypeNames[part]!,
  };
}

/** By shallow size: `40 bytes`. Cost: that of `shallowSizes`. */
export function bySize(graph: Graph): Parts {
  const sizes = shallowSizes(graph);
  const numbers = new Map<number, number>();
  const of = new Uint32Array(graph.nodeCount);
  for (let node = 0; node < of.length; node++) {
    const size = sizes[node]!;
    let number = numbers.get(size);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(size, number);
    }
    of[node] = number;
  }
  const distinct = [...numbers.keys()];
  return { count: distinct.length, of, label: (part) => `${formatCount(distinct[part]!)} bytes` };
}

/** Each node by itself. */
export function byId({ ids, nodeCount }: Graph): Parts {
  const of = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) of[node] = node;
  return { count: nodeCount, of, label: (part) => formatId(ids[part]!) };
}

const STATES = ['(not known)', 'attached', 'detached'] as const;

/**
 * By whether it is in a document: `attached`, `detached`, or not known, as for all that is no
 * native node.
 */
export function byDetachedness(graph: Graph): Parts {
  const of = new Uint32Array(graph.nodeCount);
  const { detachedness } = graph;
  const detached = detachedNodes(graph);
  for (let node = 0; node < of.length; node++)
    of[node] = detached?.[node] === 1 ? 2 : Math.min(detachedness?.[node] ?? 0, 2);
  return { count: STATES.length, of, label: (part) => STATES[part]! };
}

/**
 * By the first of several snapshots of one process that has the object.
 *
 * - In: the graph, and the snapshots before it, the earliest first.
 */
export function byGeneration(graph: Graph, earlier: readonly Graph[]): Parts {
  const of = Uint32Array.from(agesOf([...earlier, graph]));
  const files = [...earlier, graph].map(({ file }) => file);
  return {
    count: files.length,
    of,
    label: (part) =>
      part === 0
        ? `in ${files[0]}`
        : part < earlier.length
          ? `since ${files[part - 1]}`
          : `after ${files[part - 1]}`,
  };
}
