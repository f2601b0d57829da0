/** gc's garbage. */
import { chainResult } from '../../analysis/expressions/chain-result.js';
import { type Garbage, garbageOf, type LastingEntry, REACH } from '../../analysis/garbage/garbage.js';
import { holderPaths } from '../../analysis/holders/holder-paths.js';
import { beside } from '../../analysis/sizes/ahead.js';
import { tallyByClass } from '../../analysis/sizes/class-tally.js';
import { retainedSetSizes } from '../../analysis/sizes/retained-set.js';
import { shallowSizes } from '../../analysis/sizes/shallow-sizes.js';
import { note, option } from '../../base/notes.js';
import type { Cell, Detail, Fact } from '../../base/result.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { maskOf } from '../../query/mask-of.js';
import { readQuery } from '../../query/query.js';
import { classIndex } from '../../v8/class-names.js';
import { sourceLocation } from '../../v8/scripts.js';
import { cleanupOf } from '../../v8/weak-objects.js';
import { defineCommand } from '../command.js';
import { columns, locationCell } from '../shared/columns.js';
import { comparesError } from '../shared/named-types.js';
import { allRows, limitOf } from '../shared/row-limit.js';
import { sizesField } from '../shared/sizes.js';
import { absentClassNotes } from '../shared/target-notes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';

/** In the order in which they are shown. */
const WAYS = [
  { way: REACH.registry, key: 'registry', words: 'held values of FinalizationRegistries alone' },
  { way: REACH.debugger, key: 'debugger', words: 'the debugger or the console alone' },
  { way: REACH.weak, key: 'weak', words: 'weak references alone' },
  { way: REACH.nothing, key: 'nothing', words: 'nothing' },
] as const;

export const garbageCommand = defineCommand({
  name: 'garbage',
  summary: 'what no ordinary reference keeps',
  description:
    'Reached by: nothing, weak references alone, held values of FinalizationRegistries alone, or what an inspector keeps for the console and the debugger. And entries of FinalizationRegistries whose held value leads to the object that is registered: it is never freed while the registry lives.',
  snapshot: true,
  answers: 'details',
  options: {
    where: {
      kind: 'text',
      read: readQuery,
      value: 'query',
      help: 'only objects that a query accepts',
    },
    limit: { kind: 'integer', default: 10, help: 'classes to show of each group, and registries' },
    all: allRows,
  },
  examples: [
    { line: 'heapgraph garbage app.heapsnapshot', says: 'what V8 can free, and what it never will' },
    { line: "heapgraph garbage --where 'class = Request'", says: 'of one class' },
  ],
  needs(_, options) {
    const query = options.where;
    if (query?.compares !== undefined) throw comparesError(query.compares);
    return WHOLE_GRAPH;
  },
  async run({ snapshot: { graph }, options, machine: { readIds } }) {
    const query = options.where;
    const mask = query && (await maskOf(query, { graph, readIds }));
    const limit = limitOf(options);
    const { items, omitted, unknown } = beside(graph, { work: () => answerOf(graph, mask, limit) });
    return {
      result: { kind: 'details', items, total: items.length + omitted, omitted },
      fields: sizesField(false),
      notes: [
        ...(await absentClassNotes([graph], query)),
        ...(items.length === 0 ? [note('answer')`ordinary references keep all that was asked about`] : []),
        ...(unknown > 0
          ? [note('answer')`${formatCount(unknown)} entries of registries were not looked at: too many steps`]
          : []),
        ...(omitted > 0
          ? [
              note(
                'omitted',
              )`${formatCount(omitted)} more registries with such entries; ${option('all')} shows them`,
            ]
          : []),
        ...(items.some(({ lists }) => lists[0]!.table.omitted > 0)
          ? [note('omitted')`not all classes are shown; ${option('all')} shows them`]
          : []),
      ],
    };
  },
});

/** What is told of each group, and how many registries are left out. */
interface Told {
  readonly items: readonly Detail[];
  readonly omitted: number;
  readonly unknown: number;
}

function answerOf(graph: Graph, mask: Uint8Array | undefined, limit: number): Told {
  const garbage = garbageOf(graph);
  const { reach, lasting, unknown } = garbage;
  const registries = byRegistry(
    graph,
    lasting.filter(({ target }) => !mask || mask[target] === 1),
  );
  const entries = registries.slice(0, limit);
  const omitted = registries.length - entries.length;
  const members = WAYS.map((): number[] => []);
  for (let node = 0; node < graph.nodeCount; node++) {
    if (reach[node] === REACH.strong || (mask && mask[node] !== 1)) continue;
    members[WAYS.findIndex(({ way }) => way === reach[node])]!.push(node);
  }
  const sets = [...entries.map(targetsOf), ...members].filter((nodes) => nodes.length > 0);
  const retained = retainedSetSizes(graph, sets);
  const ofEntries = entries.map((group, i) => lastingDetail(graph, garbage, group, retained[i]!, limit));
  const ofWays = WAYS.filter((_, i) => members[i]!.length > 0).map(({ key, words }, i) => {
    const at = entries.length + i;
    const nodes = sets[at]!;
    const of = `${formatCount(nodes.length)} ${nodes.length === 1 ? 'node' : 'nodes'}`;
    return detail(graph, {
      title: `${of} reached by ${words}, ${formatBytes(retained[at]!)} retained`,
      nodes,
      retainedSize: retained[at]!,
      limit,
      way: key,
    });
  });
  return { items: [...ofEntries, ...ofWays], omitted, unknown };
}

interface Group {
  readonly title: string;
  readonly nodes: readonly number[];
  readonly retainedSize: number;
  readonly limit: number;
  readonly way: string;
  readonly facts?: readonly Fact[];
  readonly fields?: Readonly<Record<string, Cell>>;
}

function detail(graph: Graph, { title, nodes, retainedSize, limit, way, facts = [], fields }: Group): Detail {
  const sizes = shallowSizes(graph);
  const size = nodes.reduce((sum, node) => sum + sizes[node]!, 0);
  const classes = tallyByClass(classIndex(graph), nodes, (node) => sizes[node]!).sort(
    (a, b) => b.size - a.size || b.count - a.count || (a.type < b.type ? -1 : 1),
  );
  const shown = classes.slice(0, limit);
  return {
    title,
    fields: { reachedBy: way, count: nodes.length, ...fields },
    facts: [
      { key: 'shallowSize', title: 'Shallow size', value: size, unit: 'bytes' },
      { key: 'retainedSize', title: 'Retained size', value: retainedSize, unit: 'bytes' },
      ...facts,
    ],
    lists: [
      {
        key: 'classes',
        title: 'Classes',
        table: {
          kind: 'table',
          columns: [columns.type, columns.count, columns.shallowSize],
          rows: shown.map(({ type, count, size: shallowSize }) => ({ type, count, shallowSize })),
          total: classes.length,
          omitted: classes.length - shown.length,
          layout: 'grid',
        },
      },
    ],
  };
}

/** Entries of one registry, and of registries that the file does not tell. */
function byRegistry(graph: Graph, entries: readonly LastingEntry[]): LastingEntry[][] {
  const groups = new Map<number | undefined, LastingEntry[]>();
  for (const entry of entries) {
    const known = groups.get(entry.registry);
    if (known) known.push(entry);
    else groups.set(entry.registry, [entry]);
  }
  const file = (entry: LastingEntry): number => graph.ids[entry.cell]!;
  return [...groups.values()].sort((a, b) => b.length - a.length || file(a[0]!) - file(b[0]!));
}

function targetsOf(entries: readonly LastingEntry[]): number[] {
  return [...new Set(entries.map(({ target }) => target))];
}

function lastingDetail(
  graph: Graph,
  { chainOf }: Garbage,
  entries: readonly LastingEntry[],
  retainedSize: number,
  limit: number,
): Detail {
  const { registry } = entries[0]!;
  const nodes = targetsOf(entries);
  const cleanup = registry === undefined ? undefined : cleanupOf(graph, registry);
  const paths = holderPaths(graph);
  const { steps } = chainResult(graph, chainOf(entries[0]!), { found: true, rooted: false, sizes: false });
  const way = steps
    .map(({ type, id, edge }) => `${edge ? ` –${edge.called ?? edge.name}→ ` : ''}${type} @${id}`)
    .join('');
  const title = `${formatCount(nodes.length)} registered ${nodes.length === 1 ? 'object' : 'objects'} that the held value of the own entry keeps: never freed while the registry lives, ${formatBytes(retainedSize)} retained`;
  const location = cleanup === undefined ? null : locationCell(sourceLocation(graph, cleanup));
  const holder = registry === undefined ? null : paths.text(paths.pathOf(registry));
  return detail(graph, {
    title,
    nodes,
    retainedSize,
    limit,
    way: 'own held value',
    fields: {
      entries: entries.length,
      registryId: registry === undefined ? null : graph.ids[registry]!,
      chain: steps.map(({ id, type, edge }) => ({
        id,
        type,
        reference: edge ? String(edge.called ?? edge.name) : null,
      })),
    },
    facts: [
      { key: 'registry', title: 'Registry', value: holder, unit: 'text' },
      { key: 'callback', title: 'Callback', value: location, unit: 'location' },
      { key: 'way', title: 'Held value', value: way, unit: 'text' },
    ],
  });
}
