/** What is still there of an object that should be gone. */
import { usageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import type { Graph } from '../graph/graph.js';
import { described } from '../self/arguments.js';
import { collectGarbage } from '../self/gc.js';
import { takeSnapshot } from '../self/snapshot.js';
import { tag, untag, wasTagged } from '../self/tag.js';
import { taggedNodes } from '../v8/tags.js';

export interface Survivors {
  readonly graph: Graph | undefined;
  readonly nodes: readonly number[];
  readonly words: string;
}

/** What is still there of the target, in a snapshot taken after garbage is collected. */
export async function survivors(received: unknown): Promise<Survivors> {
  if (typeof received === 'string') {
    if (!wasTagged(received))
      throw usageError(
        `nothing was ever tagged ${described(received)}`,
        `tag(object, ${described(received)}) gives an object that name.`,
      );
    const graph = await takeSnapshot();
    return { graph, nodes: taggedNodes(graph, received), words: `the object tagged ${described(received)}` };
  }
  if (!isWeakRef(received)) {
    throw usageError(
      'toBeUnreachable takes a WeakRef or the name of a tag',
      'An object that is given itself is reachable: make a new WeakRef(object), and let go of the object.',
    );
  }
  await collectGarbage();
  const name = 'heapgraph: the target of a WeakRef';
  const type = tagTarget(received, name);
  if (type === undefined) return { graph: undefined, nodes: [], words: 'the target of the WeakRef' };
  try {
    const graph = await takeSnapshot(); // in a later turn: nothing of `tagTarget` holds it any more
    return { graph, nodes: taggedNodes(graph, name), words: `the ${type}` };
  } finally {
    untagTarget(received, name);
  }
}

/** Tags what a WeakRef leads to, and gives the name of its class; undefined when it is gone. */
function tagTarget(ref: WeakRef<object>, name: string): string | undefined {
  const target = ref.deref();
  if (target === undefined) return undefined;
  tag(target, name);
  if (typeof target === 'function') return 'function';
  const type: unknown = Object.getPrototypeOf(target)?.constructor?.name;
  return typeof type === 'string' && type !== '' ? printable(type) : 'object';
}

function untagTarget(ref: WeakRef<object>, name: string): void {
  const target = ref.deref();
  if (target !== undefined) untag(target, name);
}

/** Jest's tests have a realm of their own, and so another WeakRef. */
function isWeakRef(value: unknown): value is WeakRef<object> {
  return Object.prototype.toString.call(value) === '[object WeakRef]';
}
