/** Chains whose steps have verdicts, as a picture. */
import { NodeView } from '../../analysis/classes/nodes.js';
import type { DeadStepRow } from '../../base/result.js';
import type { Subgraph, SubgraphEdge, SubgraphNode } from '../../base/subgraph.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { idIndex } from '../../graph/ids.js';
import { retainersOf } from '../../graph/retainers.js';

/** A chain from a root, and what stands at its end. */
export interface JudgedChain {
  readonly steps: readonly DeadStepRow[];
  /** Further lines below the last step: how many there are of it, what they keep. */
  readonly extra?: string;
}

/** Of a longer chain, so many steps of either end are drawn. */
const END = 10;

/** What is drawn of a step, of all chains that lead over it. */
interface Box {
  readonly step: DeadStepRow;
  readonly depth: number;
  readonly extra: readonly string[];
}

/**
 * A box for each step, the same for all chains that lead over it, and an arrow for each reference.
 *
 * - Out: what one chain says to be in use is in use, whatever another says of it; a
 *   reference is a suspect where it is one on each chain that has it. Of a chain of more than 20
 *   steps one arrow stands for the middle; it is a suspect where it leaves one out.
 * - Order: of the chains, each from its root.
 */
export function verdictPicture(graph: Graph, chains: readonly JudgedChain[]): Subgraph {
  const boxes = new Map<number, Box>();
  const edges = new Map<string, SubgraphEdge>();
  let maxDepth = 1;
  for (const chain of chains) {
    const { steps } = chain;
    const isShown = (i: number): boolean => i < END || i >= steps.length - END;
    let before: DeadStepRow | undefined;
    let left: DeadStepRow[] = [];
    for (const [i, step] of steps.entries()) {
      if (!isShown(i)) {
        left.push(step);
        continue;
      }
      const extra = i === steps.length - 1 && chain.extra !== undefined ? [chain.extra] : [];
      const known = boxes.get(step.id);
      boxes.set(step.id, known === undefined ? { step, depth: i, extra } : merged(known, step, extra));
      maxDepth = Math.max(maxDepth, i);
      if (before !== undefined) addEdge(edges, before, step, left);
      before = step;
      left = [];
    }
  }
  return {
    kind: 'subgraph',
    direction: 'forward',
    maxDepth,
    nodes: Array.from(boxes.values(), describer(graph)),
    edges: [...edges.values()],
    cut: [],
  };
}

/** Verdicts that say more than others. */
const RANKS: Readonly<Record<string, number>> = { dead: 2, alive: 1, unknown: 0 };

function merged(known: Box, step: DeadStepRow, extra: readonly string[]): Box {
  const isMore = (RANKS[step.verdict] ?? 0) > (RANKS[known.step.verdict] ?? 0);
  return { ...known, step: isMore ? step : known.step, extra: [...known.extra, ...extra] };
}

function addEdge(
  edges: Map<string, SubgraphEdge>,
  from: DeadStepRow,
  to: DeadStepRow,
  left: readonly DeadStepRow[],
): void {
  const name = left.length === 0 ? referenceName(to) : `… ${formatCount(left.length)} more …`;
  const key = `${from.id} ${to.id} ${name}`;
  const known = edges.get(key);
  const isSuspect =
    [...left, to].some(({ suspect }) => suspect) && (known === undefined || known.suspect === true);
  edges.set(key, {
    from: from.id,
    to: to.id,
    type: left.length === 0 ? 'property' : 'omitted',
    name,
    count: 1,
    ...(isSuspect ? { suspect: true } : {}),
  });
}

/** Long sentences make a box too wide. */
const WIDEST = 50;

function wrapped(text: string): string {
  return text.replace(new RegExp(`(.{1,${WIDEST}})(?:\\s+|$)`, 'gu'), '$1\n').trimEnd();
}

/** Without the file, which stands in the box that the arrow comes from. */
function referenceName({ reference }: DeadStepRow): string {
  return (reference ?? '').replace(/^(variable \S+) of .*$/s, '$1');
}

/** What the graph says of a step's object, beside its verdict. */
function describer(graph: Graph): (box: Box) => SubgraphNode {
  const { firstRetainer } = retainersOf(graph);
  const index = idIndex(graph);
  return ({ step: { id, type, name, verdict, reason }, depth, extra }) => {
    const node = index.nodeOf(id);
    const { nodeType, shallowSize, location } = new NodeView(graph, node);
    return {
      id,
      type,
      nodeType,
      name,
      shallowSize,
      retainers: firstRetainer[node + 1]! - firstRetainer[node]!,
      depth,
      asked: false,
      highlighted: false,
      root: false,
      finalizer: false,
      verdict: verdict as NonNullable<SubgraphNode['verdict']>,
      ...(reason === '' ? {} : { reason }),
      ...(extra.length === 0 ? {} : { extra: extra.map(wrapped).join('\n') }),
      location: location ? { ...location, script: location.script ?? null } : null,
    };
  };
}
