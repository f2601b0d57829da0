/**
 * Derived data is computed when it is first asked for and kept as long as the graph lives: a function of the
 * graph stays a plain function, with no order of initialisation to remember.
 */
export function memo<Graph extends object, T>(compute: (graph: Graph) => T): (graph: Graph) => T {
  const known = new WeakMap<Graph, T>();
  return (graph) => {
    if (known.has(graph)) return known.get(graph) as T;
    const value = compute(graph);
    known.set(graph, value);
    return value;
  };
}
