/** What matchers are given: graphs, and names of objects in them. */
import { instancesOf, prototypeNodes } from '../analysis/classes/instances.js';
import { heapgraphNodes } from '../analysis/classes/own-objects.js';
import { QueryError, usageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import type { Graph } from '../graph/graph.js';
import { readClassQuery } from '../query/class-query.js';
import { nodesIn } from '../query/masks.js';
import { selectNodes } from '../query/select-nodes.js';
import { described } from '../self/arguments.js';
import { literalTemplates } from '../v8/templates.js';

/**
 * Which objects: a string is the exact name of a class, or a query (docs/queries.md); a RegExp has
 * to match somewhere in the name of a class; a class stands for its name.
 */
export type HeapTarget = string | RegExp | (abstract new (...args: never) => unknown);

/** What a matcher answers. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

export function isGraph(value: unknown): value is Graph {
  const { edges, firstEdge, strings } = (value ?? {}) as Partial<Graph>;
  return edges !== undefined && firstEdge !== undefined && strings !== undefined;
}

export function graphOf(value: unknown, matcher: string): Graph {
  if (isGraph(value)) return value;
  throw usageError(
    `${matcher} takes a graph with edges`,
    'Take one of this process: await takeSnapshot(); or load a file: await loadSnapshot(file).',
  );
}

/**
 * Objects that are not parts of earlier snapshots, nor V8's templates of literals, nor prototypes.
 * Throws UsageError for what names no objects.
 */
export function foreignInstances(graph: Graph, type: HeapTarget): Uint32Array {
  const own = heapgraphNodes(graph);
  const templates = literalTemplates(graph);
  return instancesIn(graph, type).filter((node) => own?.[node] !== 1 && templates[node] === 0);
}

function instancesIn(graph: Graph, type: HeapTarget): Uint32Array {
  if (type instanceof RegExp) return instancesOf(graph, type);
  if (typeof type === 'function' && type.name !== '') return instancesOf(graph, type.name);
  if (typeof type !== 'string')
    throw usageError(
      `${described(type)} is not a class`,
      "Write 'Session', /^Session/, a class that has a name, or a query such as 'Session and closed = true'.",
    );
  try {
    const { condition, classes, compares, files } = readClassQuery(type);
    if (classes) return instancesOf(graph, classes);
    if (compares !== undefined || files.length > 0)
      throw usageError(
        `${compares === undefined ? 'set("FILE")' : `"${compares}"`} cannot be asked here`,
        'A matcher looks at each snapshot by itself.',
      );
    const isPrototype = prototypeNodes(graph);
    return nodesIn(selectNodes(condition, { graph })).filter((node) => isPrototype[node] === 0);
  } catch (error) {
    // A test runner prints the message alone.
    if (error instanceof QueryError) throw usageError(error.message, error.hint ?? '', error);
    throw error;
  }
}

export function classWords(type: HeapTarget): string {
  return printable(typeof type === 'function' ? type.name : String(type));
}
