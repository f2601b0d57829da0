/** What leaks, by three snapshots. */
import { holderChain } from '../analysis/holder-chains.js';
import { type LeakGroup, leaks } from '../analysis/leaks.js';
import { lineage } from '../analysis/lineage.js';
import { NodeView } from '../analysis/nodes.js';
import { UsageError } from '../errors.js';
import type { Graph } from '../graph/graph.js';
import { printable } from '../printable.js';
import type { Answer, ChainResult, Group } from '../result.js';
import { formatCount } from '../units.js';
import { defineCommand, type Heap, type Need } from './command.js';
import { requireOneProcess } from './compare.js';
import { allRows, limitOf, locationCell, omittedNote } from './shared.js';
import { chainResult, WHOLE_GRAPH } from './targets.js';

const NODES: Need = { kind: 'graph', edges: false, locations: false };

export const leaksCommand = defineCommand({
  name: 'leaks',
  summary: 'what was made between two snapshots and is still there in a third, by who holds it',
  description:
    "Write the first snapshot when the program has warmed up, the second after some work, the third after the same work again. Objects of the second that are not in the first and still in the third are what leaks, or what a cache keeps. Shown are those that no other of them dominates, grouped by who holds them, the group that retains most first: how many of which class, the bytes they retain (the sum of their retained sizes), the path to them, and one of them with the references that keep it alive. V8's arrays, code and shapes, what only the system reaches, and (without --internals) what Node.js and V8 hold for themselves, are left out.",
  snapshot: { names: ['baseline', 'target', 'final'], least: 3, most: 3 },
  answers: 'groups',
  options: {
    'min-size': {
      kind: 'bytes',
      default: 10_000,
      help: 'groups that retain less are left out: bytes, or 64kB, 10MB',
    },
    limit: { kind: 'integer', default: 10, help: 'groups to show' },
    all: allRows,
    internals: { kind: 'flag', help: 'also what the modules of Node.js and V8 itself hold' },
    'fail-if-any': { kind: 'flag', help: 'exit with 1 when there is a group' },
    'by-id': { kind: 'flag', help: 'go by ids even if the snapshots seem to be of several processes' },
  },
  examples: [
    {
      line: 'heapgraph leaks warm.heapsnapshot worked.heapsnapshot again.heapsnapshot',
      says: 'what leaks, and who holds it',
    },
    {
      line: 'heapgraph leaks 1.heapsnapshot 2.heapsnapshot 3.heapsnapshot --min-size 1MB --fail-if-any',
      says: 'in CI',
    },
  ],
  needs: () => [NODES, NODES, WHOLE_GRAPH],
  run(_, __, options, heaps): Answer {
    const notes = requireOneProcess(heaps, options['by-id'], 'leaks');
    if (options['fail-if-any']) checkOrder(heaps, notes);
    const [baseline, target, final] = heaps.map(({ graph }) => graph) as [Graph, Graph, Graph];
    const found = leaks(baseline, target, final);
    const large = found.groups.filter((group) => group.retainedSize >= options['min-size']);
    const isShown = (group: LeakGroup): boolean => options.internals || !group.internal;
    const wanted = large.filter(isShown);
    const shown = wanted.slice(0, limitOf(options));
    const omitted = wanted.length - shown.length;
    const hidden = large.length - wanted.length;
    const size = large
      .filter((group) => !isShown(group))
      .reduce((sum, { retainedSize }) => sum + retainedSize, 0);
    return {
      result: {
        kind: 'groups',
        groups: shown.map((group) => groupOf(final, group)),
        total: wanted.length,
        omitted,
      },
      fields: {
        minSize: options['min-size'],
        born: found.born,
        alive: found.alive,
        systemOnly: found.systemOnly,
        internalGroups: hidden,
      },
      notes: [
        ...notes,
        ...(wanted.length === 0
          ? [
              `no leak found: of ${formatCount(found.born)} objects made between ${printable(baseline.file)} and ${printable(target.file)}, ${formatCount(found.alive)} are still there, in no group that retains ${formatCount(options['min-size'])} bytes`,
              ...(found.systemOnly > 0
                ? [
                    `${formatCount(found.systemOnly)} more are held by nothing but the stack, handles or V8 itself`,
                  ]
                : []),
            ]
          : []),
        ...omittedNote(omitted, 'group', 'groups'),
        ...(hidden > 0
          ? [
              `Node.js and V8 hold ${formatCount(hidden)} more ${hidden === 1 ? 'group' : 'groups'} for themselves, ${formatCount(size)} bytes; --internals shows them`,
            ]
          : []),
      ],
      found: !(options['fail-if-any'] && wanted.length > 0),
    };
  },
});

/** Throws UsageError for the wrong order and for one snapshot twice, which `notes` tell: nothing would be found, and CI be green. */
function checkOrder(heaps: readonly Heap[], notes: readonly string[]): void {
  const isWrong = heaps.slice(1).some(({ graph }, i) => {
    const { identical, inOrder } = lineage(heaps[i]!.graph, graph);
    return identical || !inOrder;
  });
  if (!isWrong) return;
  throw new UsageError(
    `--fail-if-any cannot judge these snapshots: ${notes.join('; ')}`,
    'Name three snapshots of one process, the earliest first; without --fail-if-any this is only a note.',
  );
}

/** Of a chain with more steps (a list has one for each of its members) as many are shown of each end. */
const END = 10;

function exampleChain(graph: Graph, node: number, found: boolean): ChainResult {
  const { nodes, edges } = holderChain(graph, node);
  const facts = { found, rooted: true, sizes: true };
  if (nodes.length <= 2 * END) return chainResult(graph, { nodes, edges }, facts);
  const first = chainResult(graph, { nodes: nodes.slice(0, END), edges: edges.slice(0, END - 1) }, facts);
  const last = chainResult(graph, { nodes: nodes.slice(-END - 1), edges: edges.slice(-END) }, facts);
  return {
    ...first,
    steps: [...first.steps, ...last.steps.slice(1)],
    omitted: { after: END, count: nodes.length - 2 * END },
    expression: null,
    evaluable: false,
  };
}

function groupOf(graph: Graph, group: LeakGroup): Group {
  const { example, ...facts } = group;
  const view = new NodeView(graph, example);
  return {
    ...facts,
    example: {
      id: view.id,
      type: view.type,
      name: view.name,
      retainedSize: view.retainedSize,
      location: locationCell(view.location),
      chain: exampleChain(graph, example, group.root !== null),
    },
  };
}
