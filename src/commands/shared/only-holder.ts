/** The option for what only one kind of holder keeps. */
import { heldOnlyBy, ONLY_HOLDERS, type OnlyHolder } from '../../analysis/sizes/held-only.js';
import { type NoteLike, note } from '../../base/notes.js';
import type { Graph } from '../../graph/graph.js';
import type { Partition, Partitioner } from '../../graph/partition.js';
import { classIndex } from '../../v8/class-names.js';

export const onlyHolderOption = {
  heldByOnly: {
    kind: 'choice',
    choices: ['anything', ...ONLY_HOLDERS],
    default: 'anything',
    help: "only what nothing but event listeners, detached DOM nodes, scopes of functions or DevTools' console holds",
  },
} as const;

/** What the option is set to. */
export type HeldByOnly = (typeof onlyHolderOption)['heldByOnly']['choices'][number];

/** By node 1 where it counts; undefined where all do. */
export function onlyHolderMask(graph: Graph, heldByOnly: HeldByOnly): Uint8Array | undefined {
  return heldByOnly === 'anything' ? undefined : heldOnlyBy(graph, heldByOnly as OnlyHolder);
}

/** The class of nodes that do not count. No class of a file is called so. */
export const OTHERS = '\0others';

/** Classes of what counts, and OTHERS. */
export function onlyHolderPartition(
  heldByOnly: HeldByOnly,
  partition: Partitioner = classIndex,
): Partitioner {
  return (graph): Partition => {
    const { labels, of } = partition(graph);
    const mask = onlyHolderMask(graph, heldByOnly);
    if (!mask) return { labels, of };
    const masked = Uint32Array.from(mask, (is, node) => (is === 1 ? of[node]! : labels.length));
    return { labels: [...labels, OTHERS], of: masked };
  };
}

const WORDS = {
  events: 'event listeners of a page',
  detached: 'detached DOM nodes',
  contexts: 'scopes of functions',
  console: "DevTools' console",
} as const;

/** What is said where nothing is held so. */
export function noneHeldNotes(heldByOnly: HeldByOnly, count: number, file: string): readonly NoteLike[] {
  if (heldByOnly === 'anything' || count > 0) return [];
  return [note('answer')`nothing in ${file} is held by ${WORDS[heldByOnly as OnlyHolder]} alone`];
}
