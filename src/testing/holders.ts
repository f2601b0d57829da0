/** What failure messages say of an object: who keeps it alive. */

import { chainResult } from '../analysis/chain-result.js';
import { backrefChains, type Chain } from '../analysis/chains.js';
import { NodeView } from '../analysis/nodes.js';
import { isRoot, rootOf } from '../analysis/roots.js';
import type { SourceLocation } from '../analysis/scripts.js';
import { heapgraphNodes } from '../analysis/tags.js';
import type { Graph } from '../graph/graph.js';
import { printable } from '../printable.js';
import { PLAIN } from '../render/style.js';
import { renderText } from '../render/text.js';
import { formatId } from '../units.js';

/** Objects that are tried, and references from an object at most. */
const TRIED = 20;
const DEEPEST = 200;

/** Roots that a program's author can do something about. */
const OWN_ROOTS: ReadonlySet<string> = new Set(['global', 'module', 'require cache', 'timer', 'microtask']);

/**
 * Lines that tell the chain which holds the first of the objects that anything of the program holds, or else any of them:
 * a line a reference, the holder in words, the chain as JavaScript. Does not go through earlier snapshots.
 */
export function holderText(graph: Graph, nodes: ArrayLike<number>): string {
  const own = heapgraphNodes(graph);
  const root = isRoot(graph);
  let chain: Chain | undefined;
  for (let i = 0; i < nodes.length && i < TRIED; i++) {
    const [found] = backrefChains(graph, nodes[i]!, root, {
      maxDepth: DEEPEST,
      ...(own ? { ignoreNode: (node: number) => own[node] === 1 } : {}),
    });
    if (!found) continue;
    const kind = rootOf(graph, found.nodes[0]!)?.kind ?? 'internal';
    if (OWN_ROOTS.has(kind)) {
      chain = found;
      break;
    }
    chain ??= found;
  }
  if (chain)
    return [
      ...renderText(
        { kind: 'chains', chains: [chainResult(graph, chain, { found: true, rooted: true, sizes: true })] },
        PLAIN,
      ),
    ].join('');
  if (nodes.length === 0) return '';
  const view = new NodeView(graph, nodes[0]!);
  return `${printable(view.type)} ${formatId(view.id)} is held by nothing that the snapshot shows\n`;
}

/** ` (made at /app/server.js:10:3)`, or nothing. */
export function madeAt(location: SourceLocation | undefined): string {
  if (!location) return '';
  const { script, scriptId, line, column } = location;
  return ` (${printable(script ?? `script ${scriptId}`)}:${line}:${column})`;
}

/** Every line two spaces further in. */
export function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
