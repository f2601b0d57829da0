/** Conditions that name nodes: classes, ids, tags, words. */
import { newNodes } from '../analysis/growth/diff.js';
import { QueryError } from '../base/errors.js';
import type { Graph } from '../graph/graph.js';
import { idIndex } from '../graph/ids.js';
import { classIndex } from '../v8/class-names.js';
import { detachedNodes } from '../v8/detachedness.js';
import { isFunctionLabel } from '../v8/function-label.js';
import { closuresWithLabel } from '../v8/functions.js';
import { isRoot } from '../v8/roots.js';
import { taggedNodes } from '../v8/tags.js';
import { patternTest } from './pattern-test.js';
import type { QueryWorld } from './select-nodes.js';
import type { Condition, Word } from './syntax.js';

/** By node 1 where it has the class, matches, or is a closure of the function. Cost: one pass. */
export function classMask(
  graph: Graph,
  condition: Extract<Condition, { kind: 'class' | 'classPattern' }>,
): Uint8Array {
  const { labels, of } = classIndex(graph);
  const test =
    condition.kind === 'class'
      ? (name: string): boolean => name === condition.name
      : patternTest(condition.pattern);
  const mask = maskOfLabels(labels.map(test), of);
  if (condition.kind === 'class' && isFunctionLabel(condition.name))
    for (const node of closuresWithLabel(graph, condition.name)) mask[node] = 1;
  return mask;
}

/** By node 1 where its number is one of those accepted. */
export function maskOfLabels(accepted: readonly boolean[], of: ArrayLike<number>): Uint8Array {
  const fits = Uint8Array.from(accepted, Number);
  const mask = new Uint8Array(of.length);
  for (let node = 0; node < mask.length; node++) mask[node] = fits[of[node]!]!;
  return mask;
}

/** By node 1 where it has one of these ids. */
export function idsMask(graph: Graph, ids: Iterable<number>): Uint8Array {
  const mask = new Uint8Array(graph.nodeCount);
  const index = idIndex(graph);
  for (const id of ids) {
    const node = index.nodeOf(id);
    if (node >= 0) mask[node] = 1;
  }
  return mask;
}

/** By node 1 where the program tagged it so. */
export function tagMask(graph: Graph, name: string): Uint8Array {
  const mask = new Uint8Array(graph.nodeCount);
  for (const node of taggedNodes(graph, name)) mask[node] = 1;
  return mask;
}

/** By node 1 where the word is true of it. Throws QueryError without the other snapshot. */
export function wordMask({ graph, before, after }: QueryWorld, word: Word): Uint8Array {
  const mask = new Uint8Array(graph.nodeCount);
  switch (word) {
    case 'root': {
      const test = isRoot(graph);
      for (let node = 0; node < mask.length; node++) if (test(node)) mask[node] = 1;
      return mask;
    }
    case 'detached': {
      const found = detachedNodes(graph);
      for (let node = 0; node < mask.length; node++)
        if (found?.[node] === 1 || graph.detachedness?.[node] === DETACHED) mask[node] = 1;
      return mask;
    }
    case 'new':
      if (!before) throw lacking('new', 'before');
      return newNodes(before, graph);
    case 'died':
      if (!after) throw lacking('died', 'after');
      return newNodes(after, graph);
  }
}

/** As V8 writes it. */
const DETACHED = 2;

function lacking(word: string, when: string): QueryError {
  return new QueryError(
    `"${word}" compares two snapshots, and there is one`,
    `Name the snapshot ${when} as well.`,
  );
}
