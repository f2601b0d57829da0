/** Conditions on the properties of objects and the variables of scopes. */
import { edgesOf, type Graph } from '../graph/graph.js';
import { EDGE, isIndexed, NODE } from '../graph/schema.js';
import { oddballOf } from '../v8/names.js';
import { numberText, stringText } from '../v8/values.js';
import { comparison } from './fields.js';
import { patternTest } from './pattern-test.js';
import type { Condition, Value } from './syntax.js';

/** Conditions on what a node refers to: each is tested by the node's own edges. */
export type PropertyCondition = Extract<Condition, { kind: 'has' | 'edge' | 'property' | 'bit' }>;

/**
 * By node 1 where the condition is true of it. Nodes without the property fit nothing, `!=`
 * neither. Numbers are in snapshots that were taken with them. Cost: one pass over the edges.
 */
export function propertyMask(
  graph: Graph,
  condition: PropertyCondition,
  within: Uint8Array | undefined,
): Uint8Array {
  const mask = new Uint8Array(graph.nodeCount);
  if (graph.strings.find(condition.name).length === 0) return mask;
  const test = propertyTest(graph, condition);
  for (let node = 0; node < mask.length; node++)
    if ((!within || within[node] === 1) && test(node)) mask[node] = 1;
  return mask;
}

/**
 * The same for single nodes. Cost: a look for the names among the strings; of a call the node's
 * edges.
 */
export function propertyTest(graph: Graph, condition: PropertyCondition): (node: number) => boolean {
  if (condition.kind === 'edge') return edgeTest(graph, condition.name, 'all', () => true);
  const { name, of = [] } = condition;
  return [...of, name]
    .reverse()
    .reduce((test, step) => edgeTest(graph, step, 'properties', test), targetTest(graph, condition));
}

function targetTest(
  graph: Graph,
  condition: Exclude<PropertyCondition, { kind: 'edge' }>,
): (target: number) => boolean {
  switch (condition.kind) {
    case 'has':
      return () => true;
    case 'property':
      return valueTest(graph, condition);
    case 'bit': {
      const { bit } = condition;
      return (target) => {
        const text = numberText(graph, target);
        return text !== undefined && Math.floor(Number(text) / 2 ** bit) % 2 === 1;
      };
    }
  }
}

/** Whether an edge of this name, a property or a variable or any, leads to a target that fits. */
function edgeTest(
  graph: Graph,
  name: string,
  which: 'properties' | 'all',
  test: (target: number) => boolean,
): (node: number) => boolean {
  const { firstEdge } = graph;
  const { types, names, targets } = edgesOf(graph);
  const wanted = graph.strings.indexesOf(name);
  const all = which === 'all';
  return (node) => {
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (!wanted.has(names[edge]!)) continue;
      const type = types[edge]!;
      const fits = all ? !isIndexed(type) : type === EDGE.property || type === EDGE.context;
      if (fits && test(targets[edge]!)) return true;
    }
    return false;
  };
}

/** A test for the target of a property. */
function valueTest(
  graph: Graph,
  { operator, value }: Extract<Condition, { kind: 'property' }>,
): (target: number) => boolean {
  if (value.kind === 'pattern') {
    const test = patternTest(value);
    const fits = (target: number): boolean => {
      const text = textOf(graph, target);
      return text !== undefined && test(text) === (operator === '~');
    };
    return remembered(fits);
  }
  if (value.kind === 'number' && operator !== '=' && operator !== '!=') {
    const test = comparison(operator, value.number);
    return (target) => test(numberOf(graph, target));
  }
  const equal = equalTest(graph, value);
  return operator === '!=' ? (target) => !equal(target) : equal;
}

function equalTest(graph: Graph, value: Value): (target: number) => boolean {
  switch (value.kind) {
    case 'constant':
      return (target) => oddballOf(graph, target) === value.name;
    case 'number':
      return (target) => numberOf(graph, target) === value.number;
    case 'id':
      return (target) => graph.ids[target] === value.id;
    case 'text':
      return remembered((target) => textOf(graph, target) === value.text);
    default:
      return () => false;
  }
}

/** Many objects share one value. */
function remembered(test: (target: number) => boolean): (target: number) => boolean {
  const known = new Map<number, boolean>();
  return (target) => {
    let fits = known.get(target);
    if (fits === undefined) {
      fits = test(target);
      known.set(target, fits);
    }
    return fits;
  };
}

function numberOf(graph: Graph, target: number): number {
  const text = numberText(graph, target);
  return text === undefined ? Number.NaN : Number(text);
}

const LONGEST = 10_000;

/** The text of a string; undefined for anything else. */
function textOf(graph: Graph, target: number): string | undefined {
  const type = graph.nodeTypes[target];
  return type === NODE.string || type === NODE['concatenated string']
    ? stringText(graph, target, LONGEST)
    : undefined;
}
