import { phase } from '../base/phases.js';

/**
 * Derived data is computed when it is first asked for and kept as long as the graph lives: a
 * function of the graph stays a plain function, with no order of initialisation to remember.
 * `known` gives what was computed already, or undefined. `name` is that of the phase in which it is
 * computed, see `--stats`; without one it belongs to the phase around it.
 */
export function memo<Graph extends object, T>(compute: (graph: Graph) => T, name?: string): Memo<Graph, T> {
  const known = new WeakMap<Graph, T>();
  const given = new WeakMap<Graph, () => T | undefined>();
  const get = (graph: Graph): T => {
    if (known.has(graph)) return known.get(graph) as T;
    const make = (): T => given.get(graph)?.() ?? compute(graph);
    const value = name === undefined ? make() : phase(name, make);
    known.set(graph, value);
    return value;
  };
  return Object.assign(get, {
    known: (graph: Graph) => (given.has(graph) ? get(graph) : known.get(graph)),
    has: (graph: Graph) => known.has(graph) || given.has(graph),
    keep: (graph: Graph, value: T) => void known.set(graph, value),
    give: (graph: Graph, make: () => T | undefined) => void given.set(graph, make),
  });
}

export interface Memo<Graph, T> {
  (graph: Graph): T;
  known(graph: Graph): T | undefined;
  /** Whether it is there, or somebody is at it. */
  has(graph: Graph): boolean;
  /** Takes what was computed in another way. */
  keep(graph: Graph, value: T): void;
  /**
   * In place of computing it: `make` is called when it is first asked for. Where that says
   * undefined, it is computed after all.
   */
  give(graph: Graph, make: () => T | undefined): void;
}

/**
 * State of each graph that its users write to: counters, caches that fill up. `memo` is for data
 * that is computed once and only read.
 *
 * - Out: the same object at every call for a graph, made at the first one; it lives as long as the
 *   graph.
 */
export function perGraph<Graph extends object, T extends object>(
  create: (graph: Graph) => T,
): (graph: Graph) => T {
  return memo(create);
}
