/** Parts by the place of the code that made a node. */
import type { Graph } from '../../graph/graph.js';
import { packageOf, packageText } from '../../v8/packages.js';
import { shownPlace } from '../../v8/place-map.js';
import { isRuntimeScript } from '../../v8/runtime.js';
import { scriptNames } from '../../v8/scripts.js';
import { dominatorTree } from '../sizes/dominators.js';
import { LabelNumbers, type Parts, partsOf } from './parts.js';

/** The label of nodes that neither say where they come from nor have a dominator that does. */
export const NO_PLACE = '(not known)';

/**
 * By script: of its function or its constructor, else that of the nearest dominator that has one.
 *
 * - In: a graph with edges and locations.
 * - Cost: that of `dominatorTree`.
 */
export function byModule(graph: Graph): Parts {
  return inherited(graph, (script) => script);
}

/**
 * By npm package, as `byModule`: `lodash@4.17.21`; `(program)` for code outside of packages,
 * `(runtime)`.
 */
export function byPackage(graph: Graph): Parts {
  return inherited(graph, (script) => {
    if (isRuntimeScript(script)) return '(runtime)';
    const found = packageOf(script);
    return found === undefined ? '(program)' : packageText(found);
  });
}

function inherited(graph: Graph, labelOf: (script: string) => string): Parts {
  const { locations, nodeCount } = graph;
  const numbers = new LabelNumbers();
  const none = numbers.numberOf(NO_PLACE);
  const of = new Uint32Array(nodeCount).fill(none);
  if (!locations) return partsOf({ labels: numbers.labels, of });
  const scripts = scriptNames(graph);
  const byPlace = Array.from(locations.scriptIds, (scriptId) => {
    const script = scripts.get(scriptId);
    return script === undefined ? none : numbers.numberOf(labelOf(script));
  });
  const { dominators, order } = dominatorTree(graph);
  // Every node stands after its dominator.
  for (const node of order) {
    const place = locations.placeOf[node]!;
    const own = place > 0 ? byPlace[place - 1]! : none;
    of[node] = own === none ? of[dominators[node]!]! : own;
  }
  return partsOf({ labels: numbers.labels, of });
}

/**
 * By the place of its function or constructor: `app.js:5:12`. Nodes that do not say it are
 * together.
 */
export function byLocation(graph: Graph): Parts {
  const { locations, nodeCount } = graph;
  if (!locations) return { count: 1, of: new Uint32Array(nodeCount), label: () => NO_PLACE };
  const scripts = scriptNames(graph);
  const { placeOf, placeCount } = locations;
  return {
    count: placeCount + 1,
    of: placeOf,
    label(part) {
      if (part === 0) return NO_PLACE;
      const { scriptId, line, column } = locations.place(part - 1);
      const own = { script: scripts.get(scriptId), scriptId, line: line + 1, column: column + 1 };
      const shown = shownPlace(graph, own);
      return `${shown.script ?? `script ${scriptId}`}:${shown.line}:${shown.column}`;
    },
  };
}
