/** What failure messages say of an object: who keeps it alive. */

import { NodeView } from '../analysis/classes/nodes.js';
import { heapgraphNodes } from '../analysis/classes/own-objects.js';
import { chainResult } from '../analysis/expressions/chain-result.js';
import { backrefChains, type Chain } from '../analysis/holders/chains.js';
import type { Frontier } from '../analysis/leaks/frontier.js';
import { type GrowthPlace, growthPlace } from '../analysis/leaks/growth-place.js';
import { growthWords, madeWords } from '../analysis/leaks/growth-words.js';
import { printable } from '../base/printable.js';
import { formatId } from '../base/units.js';
import type { Graph } from '../graph/graph.js';
import { NODE } from '../graph/schema.js';
import { PLAIN } from '../render/style.js';
import { renderText } from '../render/text.js';
import { isRoot, isStack, rootOf } from '../v8/roots.js';
import type { SourceLocation } from '../v8/scripts.js';

/** Objects that are tried. */
const TRIED = 20;

/** Roots that a program's author can do something about. */
const OWN_ROOTS: ReadonlySet<string> = new Set(['global', 'module', 'require cache', 'timer', 'microtask']);

/**
 * Lines that tell the chain which holds the first of the objects that anything of the program
 * holds, or else any of them: a line a reference, the holder in words, the chain as JavaScript.
 * Does not go through earlier snapshots.
 */
export function holderText(graph: Graph, nodes: ArrayLike<number>): string {
  const chain = bestChain(graph, nodes);
  if (chain) return chainText(graph, chain);
  if (nodes.length === 0) return '';
  const view = new NodeView(graph, nodes[0]!);
  return `${printable(view.type)} ${formatId(view.id)} is held by nothing that the snapshot shows\n`;
}

function chainText(graph: Graph, chain: Chain): string {
  const result = chainResult(graph, chain, { found: true, rooted: true, sizes: true });
  return [...renderText({ kind: 'chains', chains: [result] }, PLAIN)].join('');
}

/** Who holds new objects. */
export interface NewHolders {
  /**
   * Where they are: `all 5 new ones are in sessions (a variable of …)`; undefined where no
   * container is known.
   */
  readonly where: string | undefined;
  /** Where they are made, in words; undefined where that is not known. */
  readonly made: string | undefined;
  /** The chain to one of them through that container; as `holderText` without one. */
  readonly chain: string;
}

/**
 * Who holds objects that came between two snapshots: the container that was there before and has
 * most of them (see `growthPlace`).
 */
export function newHolders(
  frontier: Frontier,
  nodes: ArrayLike<number>,
  place: GrowthPlace = growthPlace(frontier, nodes),
): NewHolders {
  const { graph } = frontier;
  return {
    where: growthWords(frontier, place),
    made: madeWords(frontier, place),
    chain: place.chain ? chainText(graph, place.chain) : holderText(graph, nodes),
  };
}

function bestChain(graph: Graph, nodes: ArrayLike<number>): Chain | undefined {
  const own = heapgraphNodes(graph);
  const root = isRoot(graph);
  const chainTo = (node: number, passesCode: boolean): Chain | undefined =>
    backrefChains(graph, node, root, {
      isLastResort: isStack(graph),
      ignoreNode: (other) =>
        own?.[other] === 1 || (!passesCode && graph.nodeTypes[other] === NODE.code && other !== node),
    })[0];
  let any: Chain | undefined;
  // Code holds templates of the objects that it makes, which say nothing of who holds the others.
  for (const passesCode of [false, true]) {
    for (let i = 0; i < nodes.length && i < TRIED; i++) {
      const chain = chainTo(nodes[i]!, passesCode);
      const kind = chain && rootOf(graph, chain.nodes[0]!)?.kind;
      if (kind !== undefined && OWN_ROOTS.has(kind)) return chain;
      any ??= chain;
    }
    if (any) return any;
  }
  return undefined;
}

/** `/app/server.js:10:3`; undefined for no location. */
export function madeAt(location: SourceLocation | undefined): string | undefined {
  if (!location) return undefined;
  const { script, scriptId, line, column } = location;
  return `${printable(script ?? `script ${scriptId}`)}:${line}:${column}`;
}

/** Every line two spaces further in. */
export function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
