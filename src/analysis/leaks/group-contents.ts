/**
 * What lies behind the heads of a group of containers: how many of which class or function, by age.
 */

import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, IS_TEXT, NODE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import { isContext } from '../../v8/names.js';
import { scriptOrigin } from '../../v8/origin.js';
import { fileOfScope } from '../../v8/scopes.js';
import { type SourceLocation, sourceLocation } from '../../v8/scripts.js';
import { isSuspended, suspendedFunction } from '../../v8/suspended-calls.js';
import { nodeRoles, THING } from '../classes/node-roles.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import type { ContainerGroup, Frontier } from './frontier.js';
import { isShape, shapeKeys } from './object-shapes.js';

/** What a row of contents counts. */
export type ContentKind = 'function' | 'suspended' | 'scope' | 'object' | 'string' | 'other';

/** Things of one class, or functions, suspended functions or scopes of one place. */
export interface ContentRow {
  readonly kind: ContentKind;
  /** DevTools' class name. */
  readonly type: string;
  /** The function's name, of functions and suspended functions; else empty. */
  readonly name: string;
  /** Where the function or the constructor stands. */
  readonly location: SourceLocation | undefined;
  /**
   * Path or URL of that place, of scopes that of their function; undefined when the snapshot does
   * not say.
   */
  readonly script: string | undefined;
  /** Whether its code is the program's (or a package's), the runtime's, or not known. */
  readonly origin: 'program' | 'runtime' | 'unknown';
  /** By age: how many. Age 0 counts nothing. */
  readonly counts: readonly number[];
  /** By age: how many of them are heads. */
  readonly heads: readonly number[];
  /** Bytes: the sum of the transferred shallow sizes. */
  readonly size: number;
  /**
   * References from a container to the nearest of them, V8's own nodes not counted; 0 for heads.
   */
  readonly depth: number;
  /** Ordinal of one of them: of the earliest age, the nearest, the first that was met. */
  readonly example: number;
  /**
   * Variables of the scope that were made since, with the classes of their values: `report:
   * Report`.
   */
  readonly variables: readonly string[];
}

interface Draft {
  readonly counts: number[];
  readonly heads: number[];
  size: number;
  depth: number;
  example: number;
}

/**
 * The contents of one group, of what it claims.
 *
 * - Order: by depth, then the most bytes, then as met.
 * - Cost: the nodes and edges that the group claims.
 */
export function contentsOf(frontier: Frontier, group: ContainerGroup): ContentRow[] {
  const { graph, ages, newest, groupOf, headNodes } = frontier;
  const { firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const roles = nodeRoles(graph);
  const sizes = shallowSizes(graph);
  const keyOf = shapeKeys(graph);
  const rows = new Map<number | string, Draft>();
  const seen = new Set<number>();
  let level: number[] = [];
  const meet = (node: number, list: number[]): void => {
    if (groupOf[node] !== group.number || seen.has(node)) return;
    seen.add(node);
    list.push(node);
  };
  for (let i = group.firstHead; i < group.lastHead; i++) meet(headNodes[i]!, level);
  for (let depth = 0; level.length > 0; depth++) {
    const next: number[] = [];
    for (let i = 0; i < level.length; i++) {
      const node = level[i]!;
      const isThing = roles[node] === THING;
      if (isThing) {
        const key = keyOf(node);
        let row = rows.get(key);
        if (!row) {
          const none = new Array<number>(newest + 1).fill(0);
          row = { counts: none, heads: [...none], size: 0, depth, example: node };
          rows.set(key, row);
        }
        row.counts[ages[node]!]! += 1;
        if (depth === 0) row.heads[ages[node]!]! += 1;
        row.size += sizes[node]!;
        if (ages[node]! < ages[row.example]!) row.example = node;
      }
      // Ways are a part of what leads to them: of the same level.
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        const target = targets[edge]!;
        meet(target, roles[target] === THING ? next : level);
      }
    }
    level = next;
  }
  return Array.from(withoutRareShapes(rows), (row) => ({
    ...row,
    ...describeContent(frontier, row.example),
  })).sort((a, b) => a.depth - b.depth || b.size - a.size);
}

/**
 * The rows of two groups: those of one kind are one.
 *
 * - Order: as the first's; then what only the second has.
 */
export function joinedContents(
  graph: Graph,
  first: readonly ContentRow[],
  second: readonly ContentRow[],
): ContentRow[] {
  const keyOf = shapeKeys(graph);
  const rows = new Map(first.map((row) => [keyOf(row.example), row]));
  const sums = (some: readonly number[], more: readonly number[]): number[] =>
    some.map((count, age) => count + (more[age] ?? 0));
  for (const row of second) {
    const key = keyOf(row.example);
    const known = rows.get(key);
    rows.set(
      key,
      known
        ? {
            ...known,
            counts: sums(known.counts, row.counts),
            heads: sums(known.heads, row.heads),
            size: known.size + row.size,
            depth: Math.min(known.depth, row.depth),
          }
        : row,
    );
  }
  return [...rows.values()];
}

/** Fewer things of a step are taken for chance. */
export const FEWEST = 3;

/** Rows in which plain objects of shapes that are not in every step are one. */
function withoutRareShapes(rows: ReadonlyMap<number | string, Draft>): Draft[] {
  const kept: Draft[] = [];
  let rare: Draft | undefined;
  let most = 0;
  for (const [key, row] of rows) {
    const isRare = isShape(key) && row.counts.slice(1).some((count) => count < FEWEST);
    if (!isRare) {
      kept.push(row);
      continue;
    }
    const count = row.counts.reduce((sum, one) => sum + one, 0);
    if (rare === undefined) {
      rare = row;
      most = count;
      continue;
    }
    for (const [age, one] of row.counts.entries()) rare.counts[age]! += one;
    for (const [age, one] of row.heads.entries()) rare.heads[age]! += one;
    rare.size += row.size;
    rare.depth = Math.min(rare.depth, row.depth);
    if (count > most) rare.example = row.example;
    most = Math.max(most, count);
  }
  return rare === undefined ? kept : [...kept, rare];
}

/** What a row says of itself, by one of its members. */
export function describeContent(
  { graph, ages }: Pick<Frontier, 'graph' | 'ages'>,
  node: number,
): Pick<ContentRow, 'kind' | 'type' | 'name' | 'location' | 'script' | 'origin' | 'variables'> {
  const { nodeTypes, nodeNames, strings } = graph;
  const { labels, of } = classIndex(graph);
  const type = nodeTypes[node]!;
  const plain = { type: labels[of[node]!]!, name: '', location: undefined, script: undefined, variables: [] };
  if (type === NODE.closure || type === NODE.object) {
    const suspended = type === NODE.object ? suspendedFunction(graph, node) : node;
    if (suspended !== undefined) {
      const location = sourceLocation(graph, suspended);
      const kind = suspended === node ? 'function' : isSuspended(graph, node) ? 'suspended' : 'object';
      return {
        ...plain,
        kind,
        name: kind === 'object' ? '' : strings.get(nodeNames[suspended]!),
        location,
        script: location?.script,
        origin: originOf(location?.script),
      };
    }
    if (isContext(graph)(node)) {
      const script = fileOfScope(graph, node);
      return {
        ...plain,
        kind: 'scope',
        script,
        origin: originOf(script),
        variables: variablesOf(graph, ages, node),
      };
    }
    const location = sourceLocation(graph, node);
    return {
      ...plain,
      kind: 'object',
      location,
      script: location?.script,
      origin: originOf(location?.script),
    };
  }
  return {
    ...plain,
    kind: IS_TEXT[type!] === 1 ? 'string' : type === NODE.native ? 'object' : 'other',
    origin: 'unknown',
  };
}

function originOf(script: string | undefined): ContentRow['origin'] {
  return scriptOrigin(script) ?? 'unknown';
}

/** Names of a scope's variables whose values were made since, and of what class these are. */
function variablesOf(graph: Graph, ages: Uint8Array, scope: number): string[] {
  const { firstEdge, strings, nodeTypes, nodeNames } = graph;
  const { types, names, targets } = edgesOf(graph);
  const classes = classIndex(graph);
  const roles = nodeRoles(graph);
  const found: string[] = [];
  for (let edge = firstEdge[scope]!, end = firstEdge[scope + 1]!; edge < end; edge++) {
    const target = targets[edge]!;
    if (types[edge] !== EDGE.context || ages[target] === 0 || roles[target] !== THING) continue;
    const name = strings.get(names[edge]!);
    if (name === 'this' || name === '') continue;
    const closure = nodeTypes[target] === NODE.closure;
    found.push(
      `${name}: ${closure ? `${strings.get(nodeNames[target]!)}()` : classes.labels[classes.of[target]!]!}`,
    );
  }
  return found;
}
