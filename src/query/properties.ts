/** Conditions on the properties of objects and the variables of scopes. */
import { edgesOf, type Graph } from '../graph/graph.js';
import { EDGE, NODE } from '../graph/schema.js';
import { oddballOf } from '../v8/names.js';
import { numberText, stringText } from '../v8/values.js';
import { comparison } from './fields.js';
import { patternTest } from './pattern-test.js';
import type { Condition, Value } from './syntax.js';

/** By node 1 where it has a property, or as a scope a variable, of this name. Cost: one pass over the edges. */
export function hasMask(graph: Graph, name: string, within: Uint8Array | undefined): Uint8Array {
  return propertiesMask(graph, name, within, () => true);
}

/**
 * By node 1 where a property has a value that fits. Nodes without the property fit nothing, `!=` neither. Numbers are in
 * snapshots that were taken with them.
 */
export function propertyMask(
  graph: Graph,
  condition: Extract<Condition, { kind: 'property' }>,
  within: Uint8Array | undefined,
): Uint8Array {
  return propertiesMask(graph, condition.name, within, valueTest(graph, condition));
}

/** By node 1 where a bit of a property that is a number is set. */
export function bitMask(
  graph: Graph,
  { name, bit }: Extract<Condition, { kind: 'bit' }>,
  within: Uint8Array | undefined,
): Uint8Array {
  return propertiesMask(graph, name, within, (target) => {
    const text = numberText(graph, target);
    return text !== undefined && Math.floor(Number(text) / 2 ** bit) % 2 === 1;
  });
}

function propertiesMask(
  graph: Graph,
  name: string,
  within: Uint8Array | undefined,
  test: (target: number) => boolean,
): Uint8Array {
  const { nodeCount, firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const mask = new Uint8Array(nodeCount);
  const wanted = strings.indexesOf(name);
  if (wanted.size === 0) return mask;
  for (let node = 0; node < nodeCount; node++) {
    if (within && within[node] === 0) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const type = types[edge];
      if ((type !== EDGE.property && type !== EDGE.context) || !wanted.has(names[edge]!)) continue;
      if (!test(targets[edge]!)) continue;
      mask[node] = 1;
      break;
    }
  }
  return mask;
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
