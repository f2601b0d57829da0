/** gc's cycles. */

import { nodeRoles, WAY } from '../../analysis/classes/node-roles.js';
import { type Cycle, cyclesOf } from '../../analysis/cycles/cycles.js';
import { chainResult } from '../../analysis/expressions/chain-result.js';
import { chainsSubgraph } from '../../analysis/pictures/chain-pictures.js';
import { tallyByClass } from '../../analysis/sizes/class-tally.js';
import { note, option } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import type { Detail, Row } from '../../base/result.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { edgeName } from '../../graph/walk.js';
import { maskOf } from '../../query/mask-of.js';
import { readQuery } from '../../query/query.js';
import { classIndex, className } from '../../v8/class-names.js';
import { defineCommand } from '../command.js';
import { columns } from '../shared/columns.js';
import { comparesError } from '../shared/named-types.js';
import { sizesField } from '../shared/sizes.js';
import { absentClassNotes } from '../shared/target-notes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';

export const cyclesCommand = defineCommand({
  name: 'cycles',
  summary: 'objects of the program that refer to each other',
  description:
    'Cycles are no leaks: V8 frees them as soon as nothing else refers to them. They say which objects live and die together. Left out: prototypes, the scopes of modules, the runtime; --all takes them.',
  snapshot: true,
  answers: 'details',
  draws: true,
  options: {
    where: {
      kind: 'text',
      read: readQuery,
      value: 'query',
      help: 'only cycles with an object that a query accepts',
    },
    limit: { kind: 'integer', default: 5, help: 'cycles to show, those that retain the most first' },
    all: { kind: 'flag', help: "also those of the runtime's and V8's own objects" },
  },
  examples: [
    { line: 'heapgraph cycles app.heapsnapshot', says: 'the largest, each with one shortest way round' },
    { line: 'heapgraph cycles --where Session', says: 'those that a Session is in' },
    { line: 'heapgraph cycles --limit 1 -o cycle.svg', says: 'a shortest way round as a picture' },
  ],
  needs(_, options) {
    const query = options.where;
    if (query?.compares !== undefined) throw comparesError(query.compares);
    return { ...WHOLE_GRAPH, work: 'all' };
  },
  async run({ snapshot: { graph }, options, machine: { readIds } }) {
    const query = options.where;
    const mask = query && (await maskOf(query, { graph, readIds }));
    const { total, cycles } = cyclesOf(graph, {
      all: options.all,
      limit: options.limit,
      ...(mask ? { mask } : {}),
    });
    const omitted = total - cycles.length;
    return {
      result: {
        kind: 'details',
        items: cycles.map((cycle) => detail(graph, cycle)),
        total,
        omitted,
      },
      fields: sizesField(false),
      picture: () => ({
        result: chainsSubgraph(
          graph,
          cycles.map(({ chain }) => chain),
          { direction: 'forward', merge: false },
        ),
        found: true,
      }),
      notes: [
        ...(await absentClassNotes([graph], query)),
        ...(total === 0
          ? [
              note(
                'answer',
              )`no cycle${options.all ? '' : " of the program's own objects"}${query === undefined ? '' : ` has an object that "${printable(query.text)}" accepts`} in ${printable(graph.file)}`,
            ]
          : []),
        ...(omitted > 0
          ? [note('omitted')`${formatCount(omitted)} more cycles; ${option('limit')} shows more`]
          : []),
      ],
    };
  },
});

function detail(graph: Graph, { count, size, retainedSize, nodes, chain }: Cycle): Detail {
  const rows = tallyByClass(classIndex(graph), nodes, () => 0)
    .map(({ type, count: of }): Row => ({ type, count: of }))
    .sort((a, b) => Number(b.count) - Number(a.count) || (String(a.type) < String(b.type) ? -1 : 1));
  const shown = rows.slice(0, 5);
  const way = wayRound(graph, chain.nodes, chain.edges);
  const expression = chainResult(
    graph,
    { nodes: chain.nodes, edges: chain.edges },
    { found: true, rooted: false, sizes: false },
  ).expression;
  return {
    title: `${formatCount(count)} objects that refer to each other, ${formatBytes(retainedSize)} retained`,
    fields: { count, chain: way.map((step) => ({ ...step })) },
    facts: [
      { key: 'shallowSize', title: 'Shallow size', value: size, unit: 'bytes' },
      { key: 'retainedSize', title: 'Retained size', value: retainedSize, unit: 'bytes' },
      { key: 'way', title: 'Way round', value: wayText(way), unit: 'text' },
      { key: 'expression', title: 'JavaScript', value: expression ?? null, unit: 'text' },
    ],
    lists: [
      {
        key: 'classes',
        title: 'Classes',
        table: {
          kind: 'table',
          columns: [columns.type, columns.count],
          rows: shown,
          total: rows.length,
          omitted: rows.length - shown.length,
          layout: 'grid',
        },
      },
    ],
  };
}

/** An object of a cycle, and the reference to the next one. */
interface Step {
  readonly type: string;
  readonly id: number;
  /** Null of the last one, which is the first again. */
  readonly reference: string | null;
}

/** Without V8's own arrays and tables. */
function wayRound(graph: Graph, nodes: readonly number[], edges: readonly number[]): readonly Step[] {
  const roles = nodeRoles(graph);
  const steps: Step[] = [];
  let pending: string | undefined;
  nodes.forEach((node, i) => {
    const reference = i < edges.length ? edgeName(graph, edges[i]!) : null;
    const isPart = i > 0 && i < nodes.length - 1 && roles[node] === WAY;
    if (isPart) {
      pending = reference ?? undefined;
      return;
    }
    const before = steps.at(-1);
    if (before && pending !== undefined) steps[steps.length - 1] = { ...before, reference: pending };
    pending = undefined;
    steps.push({ type: className(graph, node), id: graph.ids[node]!, reference });
  });
  return steps;
}

function wayText(steps: readonly Step[]): string {
  return steps
    .map(({ type, id, reference }) => `${type} @${id}${reference === null ? '' : ` –${reference}→ `}`)
    .join('');
}
