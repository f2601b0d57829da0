/**
 * What a program made between two snapshots of it and still has: its own objects and closures, by
 * class.
 */

import { byDescending, byText, byType, inOrder } from '../../base/order.js';
import type { Graph } from '../../graph/graph.js';
import { idIndex } from '../../graph/ids.js';
import { NODE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import { isMadeByProgram } from '../../v8/program-types.js';
import { type SourceLocation, sourceLocation } from '../../v8/scripts.js';
import { isSystemName } from '../../v8/system-names.js';
import { literalTemplates } from '../../v8/templates.js';
import { heapgraphNodes } from '../classes/own-objects.js';
import { matcherOf, type TypeMatcher } from '../classes/type-matcher.js';
import { dominatorTree } from '../sizes/dominators.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';

/** Which classes are looked at. */
export interface ProgramGrowthOptions {
  /**
   * Exact names, patterns or a function. Default: everything that a program makes by itself, which
   * is objects, closures, symbols, regular expressions and bigints; not strings and numbers, and
   * nothing of V8's own (code, shapes, contexts, hash tables, …). Of a class named here every node
   * counts.
   */
  readonly classes?: string | RegExp | TypeMatcher | readonly (string | RegExp)[] | undefined;
}

/** A class that has more objects than before, or functions made from one place of the code. */
export interface ProgramGrowth {
  readonly type: string;
  /**
   * Where the constructor or, for closures, the function stands; undefined when the snapshot does
   * not say.
   */
  readonly location: SourceLocation | undefined;
  readonly countBefore: number;
  readonly count: number;
  readonly countDelta: number;
  /** Difference of the shallow sizes in bytes. */
  readonly sizeDelta: number;
  /** Ordinals in the later graph of the objects that the earlier one does not have, ascending. */
  readonly newNodes: readonly number[];
}

interface Group {
  readonly type: string;
  readonly counts: [number, number];
  readonly sizes: [number, number];
  readonly newNodes: number[];
}

/**
 * Classes with more objects in the later snapshot of one process. For snapshots that a process
 * takes of itself this is the one to use, not `growth`.
 *
 * - In: two graphs with edges and, to tell closures apart, locations.
 * - Out: closures are told apart by the place of their code: a function that is made again and
 *   again grows, a library that is loaded does not. Left out are what earlier snapshots held by
 *   the process (`takeSnapshot`) and tags take up, V8's templates of literals, and what nothing
 *   in the snapshot holds.
 * - Order: the largest increase in number first.
 * - Ties: those whose code is known first; then by bytes, by name and place.
 * - Empty: nothing grew.
 * - Cost: one pass over the nodes of both, and that of `shallowSizes` and `dominatorTree`.
 */
export function programGrowth(
  before: Graph,
  after: Graph,
  options: ProgramGrowthOptions = {},
): ProgramGrowth[] {
  const groups = new Map<string, Group>();
  const earlier = idIndex(before);
  tally(before, 0, groups, options);
  tally(after, 1, groups, options, (node) => earlier.nodeOf(after.ids[node]!) < 0);
  const grown: ProgramGrowth[] = [];
  for (const { type, counts, sizes, newNodes } of groups.values()) {
    if (counts[1] <= counts[0]) continue;
    grown.push({
      type,
      location: newNodes.length > 0 ? sourceLocation(after, newNodes[0]!) : undefined,
      countBefore: counts[0],
      count: counts[1],
      countDelta: counts[1] - counts[0],
      sizeDelta: sizes[1] - sizes[0],
      newNodes,
    });
  }
  return grown.sort(
    inOrder<ProgramGrowth>(
      byDescending((row) => row.countDelta),
      byDescending((row) => Number(row.location !== undefined)),
      byDescending((row) => row.sizeDelta),
      byType,
      byText(place),
    ),
  );
}

/** Counts one snapshot: 0 is the earlier one, 1 the later. */
function tally(
  graph: Graph,
  side: 0 | 1,
  groups: Map<string, Group>,
  { classes }: ProgramGrowthOptions,
  isNew?: (node: number) => boolean,
): void {
  const { nodeCount, nodeTypes, locations } = graph;
  const { labels, of } = classIndex(graph);
  const sizes = shallowSizes(graph);
  const own = heapgraphNodes(graph);
  const templates = literalTemplates(graph);
  const matches = classes === undefined ? isOfProgram : matcherOfAny(classes);
  const watched = Uint8Array.from(labels, (name) => (matches(name) ? 1 : 0));
  const group = (key: string, type: string): Group => {
    let found = groups.get(key);
    if (!found) {
      found = { type, counts: [0, 0], sizes: [0, 0], newNodes: [] };
      groups.set(key, found);
    }
    return found;
  };
  // What nothing holds is about to go, or V8 does not show who holds it: no growth that anybody
  // could explain.
  const held = new Uint8Array(nodeCount);
  const { order, reached } = dominatorTree(graph);
  for (let i = 0; i < reached; i++) held[order[i]!] = 1;
  const byClass: Group[] = [];
  const byPlace: Group[] = []; // of closures, by the number of their place
  for (let node = 0; node < nodeCount; node++) {
    const type = of[node]!;
    if (watched[type] === 0 || held[node] === 0 || own?.[node] === 1 || templates[node] === 1) continue;
    const nodeType = nodeTypes[node]!;
    if (classes === undefined && isMadeByProgram[nodeType] === 0) continue;
    const name = labels[type]!;
    const at = nodeType === NODE.closure ? (locations?.placeOf[node] ?? 0) : 0;
    let found = at > 0 ? byPlace[at] : byClass[type];
    if (found === undefined) {
      if (at > 0) {
        const { scriptId, line, column } = locations!.place(at - 1);
        found = byPlace[at] = group(`${name}\n${scriptId}:${line}:${column}`, name);
      } else found = byClass[type] = group(name, name);
    }
    found.counts[side]++;
    found.sizes[side] += sizes[node]!;
    if (isNew?.(node)) found.newNodes.push(node);
  }
}

/** V8 writes some of its own things (contexts, the tables of WeakMaps) as objects. */
function isOfProgram(name: string): boolean {
  return !isSystemName(name);
}

function matcherOfAny(classes: NonNullable<ProgramGrowthOptions['classes']>): TypeMatcher {
  if (typeof classes !== 'object' || classes instanceof RegExp) return matcherOf(classes);
  const matchers = classes.map(matcherOf);
  return (name) => matchers.some((matches) => matches(name));
}

/** A key of the place, equal only for equal places. */
function place({ location }: ProgramGrowth): string {
  return location ? `${location.script ?? location.scriptId}:${location.line}:${location.column}` : '';
}
