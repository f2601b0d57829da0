/** Where the new objects of classes are that grew too much, and whether they are the program's. */

import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { classIndex } from '../../v8/class-names.js';
import { runtimeName } from '../../v8/runtime.js';
import { newNodes } from '../growth/diff.js';
import type { Chain } from '../holders/chains.js';
import { exampleOfEach } from '../holders/examples.js';
import { type ContainerPlace, containerPlace } from '../leaks/container-place.js';
import { shortTexts } from '../leaks/container-text.js';
import { frontierOf } from '../leaks/frontier.js';
import { type GrowthPlace, growthPlace } from '../leaks/growth-place.js';
import { growthWords, madeWords } from '../leaks/growth-words.js';
import type { BudgetClass } from './budgets.js';

/** What is said of a class that grew too much. */
export interface GrownClass {
  /** One of its objects: a new one where the earlier snapshot tells. */
  readonly node: number;
  /**
   * The way through the container that most of the new ones hang on; undefined where none is known.
   */
  readonly chain: Chain | undefined;
  /** That container. */
  readonly container: ContainerPlace | undefined;
  /** How many of the new ones are in it. */
  readonly members: number;
  /** In short, for a list: `100 in sessions, server.js`. */
  readonly where: string | null;
  /** In full. */
  readonly sentence: string | null;
  /** Whether the budget would be kept without what the runtime keeps for itself. */
  readonly isForeign: boolean;
}

/** What is said of a class beyond its limit; undefined where the later snapshot has none of it. */
export type GrownClasses = (failing: BudgetClass) => GrownClass | undefined;

/**
 * What is said of the classes of these names that are beyond a limit; see `growthPlace`. Without an
 * earlier snapshot of the same process nothing tells new objects from old ones, and the example is
 * that of `exampleOfEach`.
 *
 * - Cost: that of `frontierOf`.
 */
export function grownClasses(
  graph: Graph,
  types: ReadonlySet<string>,
  earlier: Graph | undefined,
): GrownClasses {
  if (types.size === 0) return () => undefined;
  const { labels, of } = classIndex(graph);
  const wanted = labels.map((label) => types.has(label));
  const isNew = earlier && newNodes(earlier, graph);
  const examples = exampleOfEach(graph, (node) =>
    wanted[of[node]!] && isNew?.[node] !== 0 ? of[node]! : -1,
  );
  const numbers = new Map(labels.map((label, number) => [label, number]));
  if (!isNew) {
    const nothing = {
      chain: undefined,
      container: undefined,
      members: 0,
      where: null,
      sentence: null,
      isForeign: false,
    };
    return ({ type }) => {
      const node = examples.get(numbers.get(type) ?? -1);
      return node === undefined ? undefined : { node, ...nothing };
    };
  }
  const members = new Map<number, number[]>();
  for (let node = 0; node < graph.nodeCount; node++) {
    if (isNew[node] === 0 || !wanted[of[node]!]) continue;
    const list = members.get(of[node]!);
    if (list) list.push(node);
    else members.set(of[node]!, [node]);
  }
  const frontier = frontierOf([earlier, graph]);
  const places = new Map(Array.from(members, ([type, nodes]) => [type, growthPlace(frontier, nodes)]));
  const containers = new Map(
    Array.from(places, ([type, { group }]) => [type, group && containerPlace(frontier, group)]),
  );
  const short = shortTexts(
    graph,
    Array.from(containers.values(), (place) => place?.file),
  );
  return (failing) => {
    const type = numbers.get(failing.type) ?? -1;
    const place = places.get(type);
    if (!place) return undefined;
    const container = containers.get(type);
    const node = place.chain?.nodes.at(-1) ?? examples.get(type)!;
    const foreign = foreignWords(graph, place, failing);
    const where = container ? `${formatCount(place.count)} in ${short.container(container)}` : null;
    const words = [growthWords(frontier, place), madeWords(frontier, place)];
    const told = words[0] === undefined ? null : words.filter((part) => part !== undefined).join(', ');
    return {
      node,
      chain: place.chain,
      container,
      members: place.count,
      where: joined(where, foreign),
      sentence: joined(told, foreign),
      isForeign: foreign !== null,
    };
  };
}

function joined(...parts: readonly (string | null)[]): string | null {
  const texts = parts.filter((part) => part !== null);
  return texts.length === 0 ? null : texts.join('; ');
}

/** What to say when only the runtime's own objects are too many. */
function foreignWords(
  graph: Graph,
  { boundedCount, bounded, runtimeCount }: GrowthPlace,
  { value, limit }: BudgetClass,
): string | null {
  if (bounded && value - boundedCount <= limit) {
    const { words, limit: most, size } = bounded;
    const filled = most === null ? '' : ` (${formatCount(size)} of at most ${formatCount(most)})`;
    return `without the ${formatCount(boundedCount)} in ${words}${filled} it would be kept`;
  }
  const own = boundedCount + runtimeCount;
  if (own === 0 || value - own > limit) return null;
  return `without the ${formatCount(own)} that only ${runtimeName(graph)} and V8 hold it would be kept`;
}
