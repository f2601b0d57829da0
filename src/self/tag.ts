/**
 * Names for objects that can be found again in any snapshot of the process. The name stands in an
 * instance of HeapgraphTag, the value of a WeakMap entry whose key is the object: the object keeps
 * its tag alive, nothing the other way round.
 */
import { usageError } from '../base/errors.js';

/** Its class name and its properties are what `taggedNodes` looks for. */
class HeapgraphTag {
  constructor(
    readonly name: string,
    /** A further tag of the same object. */
    readonly next: HeapgraphTag | undefined,
  ) {}
}

interface Registry {
  readonly tags: WeakMap<object, HeapgraphTag>;
  /** Every name that was ever given. */
  readonly names: Set<string>;
}

/**
 * One for all copies of this module in a process: the library and the matchers are bundled apart.
 */
function registry(): Registry {
  const place = globalThis as { [REGISTRY]?: Registry };
  place[REGISTRY] ??= { tags: new WeakMap(), names: new Set() };
  return place[REGISTRY];
}

const REGISTRY: unique symbol = Symbol.for('heapgraph.tags') as never;

/**
 * Gives an object (or a function) a name, by which it can be found in every later snapshot of this
 * process: `--tag NAME` on the command line, `taggedNodes(graph, NAME)` in code. Several objects
 * may have one name and one object several names; the same name twice is once. The tag does not
 * keep the object alive. The first 1,024 characters of the name count. Returns the object. Throws
 * UsageError for anything that is not an object, and for an empty name.
 * Cost: constant; one small object each.
 */
export function tag<T extends object>(object: T, name: string): T {
  if ((typeof object !== 'object' || object === null) && typeof object !== 'function')
    throw usageError(`a ${typeof object} cannot be tagged`, 'Only objects and functions can.');
  if (typeof name !== 'string' || name === '')
    throw usageError('a tag needs a name', "Write tag(object, 'name').");
  const { tags, names } = registry();
  names.add(name);
  const first = tags.get(object);
  for (let known = first; known; known = known.next) if (known.name === name) return object;
  tags.set(object, new HeapgraphTag(name, first));
  return object;
}

/** Takes one name away again; others stay. */
export function untag(object: object, name: string): void {
  const { tags } = registry();
  const rest: string[] = [];
  for (let known = tags.get(object); known; known = known.next)
    if (known.name !== name) rest.unshift(known.name);
  tags.delete(object);
  let next: HeapgraphTag | undefined;
  for (const kept of rest) next = new HeapgraphTag(kept, next);
  if (next) tags.set(object, next);
}

/** Whether this process ever gave the name to an object, dead or alive. */
export function wasTagged(name: string): boolean {
  return registry().names.has(name);
}
