/** Conditions on the fields of nodes. */
import { origins } from '../analysis/holders/origins.js';
import { distances } from '../analysis/sizes/distances.js';
import { retainedSizes } from '../analysis/sizes/retained-sizes.js';
import { shallowSizes } from '../analysis/sizes/shallow-sizes.js';
import { QueryError } from '../base/errors.js';
import type { Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { retainersOf } from '../graph/retainers.js';
import { classIndex } from '../v8/class-names.js';
import { itemCount } from '../v8/item-count.js';
import { packageOf } from '../v8/packages.js';
import { scriptNames } from '../v8/scripts.js';
import { restricted } from './masks.js';
import type { Condition, Field, Operator, Value } from './syntax.js';
import { textTest } from './text-test.js';
import { idsMask, maskOfLabels } from './things.js';

type FieldCondition = Extract<Condition, { kind: 'compare' | 'in' }>;

/**
 * By node 1 where a field fits. Nodes outside of `within` are 0.
 *
 * - Throws: QueryError for a node type or an origin that there is not.
 * - Cost: one pass over the nodes, and what the field needs: `retainers` and `shallow` the edges,
 *   `distance` a breadth-first search, `retained` dominators. Each distinct name is tested once.
 */
export function fieldMask(
  graph: Graph,
  condition: FieldCondition,
  within: Uint8Array | undefined,
): Uint8Array {
  const { field } = condition;
  switch (field) {
    case 'class': {
      const { labels, of } = classIndex(graph);
      return restricted(maskOfLabels(labels.map(textTest(condition)), of), within);
    }
    case 'type':
      checkWords(graph.nodeTypeNames, condition);
      return restricted(maskOfLabels(graph.nodeTypeNames.map(textTest(condition)), graph.nodeTypes), within);
    case 'origin': {
      const { labels, of } = origins(graph);
      checkWords(labels, condition);
      return restricted(maskOfLabels(labels.map(textTest(condition)), of), within);
    }
    case 'name':
      return nameMask(graph, textTest(condition), within);
    case 'script':
    case 'package':
      return scriptMask(graph, field, textTest(condition), within);
    case 'id':
      return idMask(graph, condition, within);
    default:
      return numberMask(graph, field, condition, within);
  }
}

/** Words of which there are few: another one is a mistake. */
function checkWords(known: readonly string[], condition: FieldCondition): void {
  const values = condition.kind === 'in' ? condition.values : [condition.value];
  for (const value of values) {
    if (value.kind !== 'text' || known.includes(value.text)) continue;
    throw new QueryError(
      `there is no ${condition.field} "${value.text}"`,
      `${condition.field === 'type' ? 'Node types' : 'Origins'}: ${known.join(', ')}.`,
    );
  }
}

function nameMask(
  { nodeCount, nodeNames, strings }: Graph,
  test: (text: string) => boolean,
  within: Uint8Array | undefined,
): Uint8Array {
  const mask = new Uint8Array(nodeCount);
  const known = new Uint8Array(strings.length); // 0 not tested, 1 no, 2 yes
  for (let node = 0; node < nodeCount; node++) {
    if (within && within[node] === 0) continue;
    const name = nodeNames[node]!;
    if (name >= strings.length) continue; // lost in a salvaged file
    if (known[name] === 0) known[name] = test(strings.get(name)) ? 2 : 1;
    if (known[name] === 2) mask[node] = 1;
  }
  return mask;
}

/** Nodes without a script fit no test. */
function scriptMask(
  graph: Graph,
  field: 'script' | 'package',
  test: (text: string) => boolean,
  within: Uint8Array | undefined,
): Uint8Array {
  const mask = new Uint8Array(graph.nodeCount);
  const { locations } = graph;
  if (!locations) return mask;
  const names = scriptNames(graph);
  const fits = Array.from(locations.scriptIds, (scriptId) => {
    const script = names.get(scriptId);
    const text = field === 'script' ? script : packageOf(script)?.name;
    return text !== undefined && test(text);
  });
  for (let node = 0; node < mask.length; node++) {
    const place = locations.placeOf[node]!;
    if (place > 0 && fits[place - 1] && (!within || within[node] === 1)) mask[node] = 1;
  }
  return mask;
}

function idMask(graph: Graph, condition: FieldCondition, within: Uint8Array | undefined): Uint8Array {
  const values = condition.kind === 'in' ? condition.values : [condition.value];
  const mask = idsMask(
    graph,
    values.map((value) => (value.kind === 'id' ? value.id : -1)),
  );
  if (condition.kind === 'compare' && condition.operator === '!=')
    for (let node = 0; node < mask.length; node++) mask[node] = 1 - mask[node]!;
  return restricted(mask, within);
}

type NumberField = Exclude<Field, 'class' | 'type' | 'origin' | 'name' | 'script' | 'package' | 'id'>;

/** The field of every node. NaN, which fits no comparison, where it has none. */
function numbersOf(
  graph: Graph,
  field: NumberField,
  within: Uint8Array | undefined,
): (node: number) => number {
  switch (field) {
    case 'edges': {
      const { firstEdge } = graph;
      return (node) => firstEdge[node + 1]! - firstEdge[node]!;
    }
    case 'retainers': {
      const { firstRetainer } = retainersOf(graph);
      return (node) => firstRetainer[node + 1]! - firstRetainer[node]!;
    }
    case 'shallow': {
      const sizes = shallowSizes(graph);
      return (node) => sizes[node]!;
    }
    case 'retained': {
      if (within && !within.includes(1)) return () => Number.NaN;
      const sizes = retainedSizes(graph);
      return (node) => sizes[node]!;
    }
    case 'distance': {
      const found = distances(graph);
      return (node) => (found[node]! < 0 ? Number.NaN : found[node]!);
    }
    case 'length':
      return (node) => itemCount(graph, node) ?? Number.NaN;
  }
}

function numberMask(
  graph: Graph,
  field: NumberField,
  condition: FieldCondition,
  within: Uint8Array | undefined,
): Uint8Array {
  const mask = new Uint8Array(graph.nodeCount);
  const of = numbersOf(graph, field, within);
  const test = numberTest(graph, condition);
  for (let node = 0; node < mask.length; node++)
    if ((!within || within[node] === 1) && test(of(node))) mask[node] = 1;
  return mask;
}

function numberTest(graph: Graph, condition: FieldCondition): (number: number) => boolean {
  if (condition.kind === 'in') {
    const wanted = new Set(condition.values.map((value) => numberIn(graph, value)));
    return (number) => wanted.has(number);
  }
  return comparison(condition.operator, numberIn(graph, condition.value));
}

/** Compares with a number. NaN fits nothing. */
export function comparison(operator: Operator, wanted: number): (number: number) => boolean {
  switch (operator) {
    case '=':
      return (number) => number === wanted;
    case '!=':
      return (number) => number !== wanted && !Number.isNaN(number);
    case '<':
      return (number) => number < wanted;
    case '<=':
      return (number) => number <= wanted;
    case '>':
      return (number) => number > wanted;
    case '>=':
      return (number) => number >= wanted;
    default:
      return () => false;
  }
}

function numberIn(graph: Graph, value: Value): number {
  switch (value.kind) {
    case 'number':
      return value.number;
    case 'bytes':
      return value.bytes;
    case 'share':
      return value.share * totalSize(graph);
    default:
      return Number.NaN;
  }
}

/** Bytes of the whole heap, as Chrome DevTools counts them. */
const totalSize = memo(({ selfSizes }: Graph): number => {
  let total = 0;
  for (let node = 0; node < selfSizes.length; node++) total += selfSizes[node]!;
  return total;
});
