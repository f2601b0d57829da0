import { classesOf } from '../../analysis/classes/classes.js';
import { NodeView, nodesOfClass } from '../../analysis/classes/nodes.js';
import { UsageError } from '../../base/errors.js';
import type { NoteLike } from '../../base/notes.js';
import { option, parts } from '../../base/notes.js';
import type { Answer, Row } from '../../base/result.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import type { ClassQuery } from '../../query/class-query.js';
import { nodesIn } from '../../query/masks.js';
import { isFunctionLabel } from '../../v8/function-label.js';
import { closuresWithLabel, functionIndex } from '../../v8/functions.js';
import { defineCommand, type Machine } from '../command.js';
import type { ValuesOf } from '../options.js';
import { NOT_RECORDED, requireTraces, stackTable, traceNotes } from '../shared/allocations.js';
import { nodeRow } from '../shared/columns.js';
import {
  failIfNone,
  maskOfTypes,
  noneNote,
  patternOptions,
  QUERIED,
  readType,
} from '../shared/named-types.js';
import { nodeLimit, nodeTable } from '../shared/node-table.js';
import { partitionOptions } from '../shared/partition.js';
import { allRows, limitOf, omittedNote } from '../shared/row-limit.js';
import { rawSizes, sizesField } from '../shared/sizes.js';

const byTypeOptions = {
  limit: { kind: 'integer', help: 'rows to show (default 20, with --ids all)' },
  all: allRows,
  by: {
    kind: 'choice',
    choices: ['id', 'self', 'retained', 'name'],
    default: 'id',
    help: 'by id, by shallow or retained size (largest first), or by value; ties by id',
    formerly: 'sort',
  },
  retained: { kind: 'flag', help: 'show retained sizes and distances too' },
  ids: { kind: 'flag', help: 'bare ids, one a line' },
  allocated: {
    kind: 'flag',
    help: 'by the stack on which they were made, where allocations were tracked; most objects first',
  },
  functions: partitionOptions.functions,
  ...patternOptions,
  ...failIfNone,
  ...rawSizes,
} as const;

export const byTypeCommand = defineCommand({
  name: 'by-type',
  summary: 'the objects of a class, one a line',
  description:
    "Shows id, a short form of the value, V8's size, the number of edges, and where the function or the constructor stands, as far as the snapshot knows it.",
  arguments: { name: 'type', help: 'a class name, or a query', least: 1, most: 1, read: readType },
  snapshot: true,
  options: byTypeOptions,
  examples: [
    { line: 'heapgraph by-type Session app.heapsnapshot --by self', says: 'the largest first' },
    {
      line: "heapgraph by-type 'onReload() app.js:5' app.heapsnapshot",
      says: 'the closures of one function',
    },
    { line: 'heapgraph by-type Session --ids | head -1', says: 'the id of one of them' },
    { line: "heapgraph by-type 'Session and not heldby(Map)' --by retained", says: 'what a query accepts' },
    { line: 'heapgraph by-type Session --allocated', says: 'which code made how many of them' },
  ],
  needs: ([query], options) => {
    const functions = options.functions || isFunctionLabel(query!.text);
    if (options.allocated) {
      refuseWithAllocated(options);
      const locations = functions || query!.classes === undefined;
      return { kind: 'graph', edges: true, locations, traces: true };
    }
    if (query!.classes === undefined) return QUERIED;
    const bare = options.ids && (options.by === 'id' || (options.by === 'self' && options.raw));
    return {
      kind: 'graph',
      edges: bare && !functions ? 'for-names' : true,
      locations: !options.ids || functions,
      few: !functions,
      work: options.retained || options.by === 'retained' ? 'retained' : bare ? 'counts' : 'sizes',
    };
  },
  async run({ snapshot: { graph }, targets, options, machine }) {
    const query = targets[0]!;
    const members = await membersOf(graph, query, options, machine);
    if (options.allocated) return allocated(graph, members, query, options);
    const nodes = Array.from(members, (node) => new NodeView(graph, node));
    const functions = options.functions && !options.ids ? functionIndex(graph) : undefined;
    const typeOf = (view: NodeView): string =>
      functions ? functions.labels[functions.of[view.ordinal]!]! : view.type;
    const retained = options.retained || options.by === 'retained';
    const sorted = sortNodes(nodes, options.by, options.raw);
    const shown = sorted.slice(0, nodeLimit(options));
    const omitted = nodes.length - shown.length;
    const notes: NoteLike[] = [...omittedNote(omitted)];
    if (nodes.length === 0) {
      const partition = options.functions || isFunctionLabel(query.text) ? functionIndex : undefined;
      notes.push(await noneNote(classesOf(graph, { raw: true, partition }), query));
    }
    return {
      result: nodeTable(
        shown,
        options.ids
          ? ({ id }) => ({ id })
          : (node): Row => ({ ...nodeRow(node, { raw: options.raw, retained }), type: typeOf(node) }),
        { count: shown.length, total: nodes.length },
        {
          ids: options.ids,
          type: !query.isName || options.regex || options.ignoreCase || options.functions,
          retained,
        },
      ),
      fields: sizesField(options.raw),
      notes,
      found: !(options.failIfNone && nodes.length === 0),
    };
  },
});

/**
 * With `functions`, each function is a class of its own and also belongs to `Function`. Without it,
 * a name that no class has is looked up among the functions.
 */
async function membersOf(
  graph: Graph,
  query: ClassQuery,
  options: ByTypeValues,
  machine: Machine,
): Promise<Iterable<number>> {
  const { text, classes, isName } = query;
  if (classes === undefined) return nodesIn(await maskOfTypes(query, graph, machine));
  const ofClass = nodesOfClass(graph, classes);
  if (options.functions) return new Set([...ofClass, ...nodesOfClass(graph, classes, functionIndex(graph))]);
  return ofClass.length === 0 && isName ? closuresWithLabel(graph, text) : ofClass;
}

type ByTypeValues = ValuesOf<typeof byTypeOptions>;

function refuseWithAllocated({ ids, retained, by }: ByTypeValues): void {
  const other = ids ? '--ids' : retained ? '--retained' : by === 'retained' ? '--by retained' : undefined;
  if (other === undefined) return;
  throw new UsageError(
    parts`${option('allocated')} groups objects by their stacks, and ${other} is about single objects`,
    'Leave one of them out; at shows the stack of one object.',
  );
}

/** The objects by the stacks on which they were made. */
async function allocated(
  graph: Graph,
  members: Iterable<number>,
  query: ClassQuery,
  options: ByTypeValues,
): Promise<Answer> {
  requireTraces(graph);
  const nodes = [...members];
  const { table, withoutStack, lost } = stackTable(graph, nodes, {
    raw: options.raw,
    by: options.by === 'self' ? 'size' : 'count',
    limit: limitOf({ all: options.all, limit: options.limit ?? 20 }),
    allCallers: options.all,
  });
  const notes: NoteLike[] = [
    ...traceNotes(graph),
    ...omittedNote(table.omitted, 'stack', 'stacks'),
    ...(withoutStack > 0
      ? [
          `${formatCount(withoutStack)} of ${formatCount(nodes.length)} objects have no stack (${NOT_RECORDED})`,
        ]
      : []),
  ];
  if (lost > 0) notes.push(`${formatCount(lost)} of them have a stack that is not in the file`);
  if (nodes.length === 0) notes.push(await noneNote(classesOf(graph, { raw: true }), query));
  return {
    result: table,
    fields: { ...sizesField(options.raw), objects: nodes.length, withoutStack },
    notes,
    found: !(options.failIfNone && nodes.length === 0),
  };
}

function sortNodes(nodes: NodeView[], by: 'id' | 'self' | 'retained' | 'name', raw: boolean): NodeView[] {
  const byId = (a: NodeView, b: NodeView): number => a.id - b.id;
  if (by === 'id') return nodes.sort(byId);
  const keyOf = (node: NodeView): string | number => {
    if (by === 'name') return node.name;
    return -(by === 'retained' ? node.retainedSize : raw ? node.selfSize : node.shallowSize);
  };
  return nodes
    .map((node) => ({ node, key: keyOf(node) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : byId(a.node, b.node)))
    .map(({ node }) => node);
}
