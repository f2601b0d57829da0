/**
 * Which nodes a condition accepts: loops over columns that fill a mask, one byte a node.
 *
 *     and   the cheapest part first; each next one looks only at the nodes that are left
 *     or    each next part looks only at the nodes that none has accepted
 *
 * So dominators are computed only when a part that needs them still has a node to look at.
 */
import type { Graph } from '../graph/graph.js';
import { fieldMask } from './fields.js';
import { givenIds } from './given-ids.js';
import { restricted } from './masks.js';
import { propertyMask } from './properties.js';
import { relationMask } from './relations.js';
import type { Condition } from './syntax.js';
import { classMask, idsMask, tagMask, wordMask } from './things.js';

/** What a condition is about, and what else it may ask for. */
export interface QueryWorld {
  readonly graph: Graph;
  /** An earlier snapshot of the process, for `new`. */
  readonly before?: Graph | undefined;
  /** A later snapshot of the process, for `died`. */
  readonly after?: Graph | undefined;
  /** Ids in the file that `set("FILE")` names. */
  readonly idsOf?: ((file: string) => Iterable<number>) | undefined;
}

/**
 * The nodes that a condition accepts.
 *
 * - In: a condition, a graph with edges; with locations for `script`, `package` and `origin`.
 * - Out: by node 1 where it is accepted. The caller owns it.
 * - Throws: QueryError where a condition asks for what there is not (`new` without a snapshot
 *   before).
 * - Cost: a pass over the nodes for each condition; `has`, `prop`, `bit`, `edge` and relations the
 *   edges as well; `retained` and `dominatedby` dominators. One byte a node for each level of
 *   brackets.
 */
export function selectNodes(condition: Condition, world: QueryWorld): Uint8Array {
  return evaluate(condition, world, undefined);
}

/** Nodes outside of `within` are not looked at, and are 0. */
function evaluate(condition: Condition, world: QueryWorld, within: Uint8Array | undefined): Uint8Array {
  const { graph } = world;
  switch (condition.kind) {
    case 'and':
      return allOf(condition.parts, world, within);
    case 'or':
      return anyOf(condition.parts, world, within);
    case 'not': {
      const mask = evaluate(condition.part, world, within);
      for (let node = 0; node < mask.length; node++)
        mask[node] = mask[node] === 0 && (within === undefined || within[node] === 1) ? 1 : 0;
      return mask;
    }
    case 'class':
    case 'classPattern':
      return restricted(classMask(graph, condition), within);
    case 'object':
      return restricted(idsMask(graph, [condition.id]), within);
    case 'set':
      return restricted(idsMask(graph, idsIn(condition.file, world)), within);
    case 'tag':
      return restricted(tagMask(graph, condition.name), within);
    case 'word':
      return restricted(wordMask(world, condition.word), within);
    case 'compare':
    case 'in':
      return fieldMask(graph, condition, within);
    case 'has':
    case 'edge':
    case 'property':
    case 'bit':
      return propertyMask(graph, condition, within);
    case 'relation':
      return restricted(
        relationMask(graph, condition.relation, evaluate(condition.to, world, undefined)),
        within,
      );
  }
}

function idsIn(file: string, { graph, idsOf }: QueryWorld): Iterable<number> {
  const ids = idsOf ? idsOf(file) : givenIds(graph, file);
  if (!ids) throw new TypeError(`nobody has read ${file}: set() needs QueryWorld.idsOf`);
  return ids;
}

function allOf(parts: readonly Condition[], world: QueryWorld, within: Uint8Array | undefined): Uint8Array {
  let left = within;
  for (const part of byCost(parts)) {
    left = evaluate(part, world, left);
    if (!left.includes(1)) break;
  }
  return left!;
}

function anyOf(parts: readonly Condition[], world: QueryWorld, within: Uint8Array | undefined): Uint8Array {
  const { nodeCount } = world.graph;
  const accepted = new Uint8Array(nodeCount);
  const left = within?.slice() ?? new Uint8Array(nodeCount).fill(1);
  for (const part of byCost(parts)) {
    const mask = evaluate(part, world, left);
    for (let node = 0; node < nodeCount; node++)
      if (mask[node] === 1) {
        accepted[node] = 1;
        left[node] = 0;
      }
  }
  return accepted;
}

function byCost(parts: readonly Condition[]): readonly Condition[] {
  return [...parts].sort((a, b) => costOf(a) - costOf(b));
}

/** What passes over the nodes, over the edges, and over everything: only the order counts. */
const FIELD_COSTS: Readonly<Record<string, number>> = {
  script: 3,
  package: 3,
  origin: 3,
  length: 4,
  shallow: 5,
  retainers: 5,
  distance: 6,
  retained: 9,
};

/** How dear a condition is, compared with others. */
function costOf(condition: Condition): number {
  switch (condition.kind) {
    case 'object':
    case 'set':
      return 0;
    case 'class':
    case 'classPattern':
      return 1;
    case 'compare':
    case 'in':
      return FIELD_COSTS[condition.field] ?? 1;
    case 'has':
    case 'edge':
    case 'property':
    case 'bit':
      return 4;
    case 'tag':
    case 'word':
      return 5;
    case 'relation':
      return (condition.relation === 'dominatedby' ? 9 : 7) + costOf(condition.to) / 100;
    case 'not':
      return costOf(condition.part);
    case 'and':
    case 'or':
      return Math.max(...condition.parts.map(costOf)) + 0.01;
  }
}
