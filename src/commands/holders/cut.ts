/** What if: which references to drop so that objects are freed. */
import { NodeView } from '../../analysis/classes/nodes.js';
import { type Cut, type CutReference, cutOf } from '../../analysis/cuts/cut.js';
import { chainResult } from '../../analysis/expressions/chain-result.js';
import { expressionOf } from '../../analysis/expressions/expression.js';
import { type Chain, searchBackrefs } from '../../analysis/holders/chains.js';
import { chainEnding } from '../../analysis/holders/endings.js';
import { type Note, note, option } from '../../base/notes.js';
import type { Column, Row } from '../../base/result.js';
import { formatBytes, formatCount, formatId } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { edgeName } from '../../graph/walk.js';
import { className } from '../../v8/class-names.js';
import { isRoot } from '../../v8/roots.js';
import { defineCommand } from '../command.js';
import { columns, locationCell } from '../shared/columns.js';
import { beforeOption, beforeSnapshot, queryArgument, select } from '../shared/query-option.js';
import { sizesField } from '../shared/sizes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';

export const cutCommand = defineCommand({
  name: 'cut',
  summary: 'the fewest references to drop so that objects are freed',
  description:
    'Properties, items, variables, entries of Maps and Sets: what a program can change. Of several smallest sets the one nearest to the objects, which frees the least beside them. What each reference frees alone, and all of them together.',
  arguments: queryArgument,
  snapshot: true,
  options: {
    nearest: {
      kind: 'choice',
      choices: ['objects', 'roots'],
      default: 'objects',
      help: 'of several smallest sets the one nearest to the objects, or to the roots',
    },
    limit: { kind: 'integer', default: 100, help: 'references at most; where it takes more, that is said' },
    ...beforeOption,
  },
  examples: [
    { line: 'heapgraph cut Session app.heapsnapshot', says: 'what to delete so that all sessions go' },
    { line: 'heapgraph cut @114969 app.heapsnapshot', says: 'one object' },
    { line: "heapgraph cut 'Session and closed = true'", says: 'those of a query' },
    { line: 'heapgraph cut Session --nearest roots', says: 'as far from them as possible' },
  ],
  needs: () => ({ ...WHOLE_GRAPH, work: 'both' }),
  others: beforeSnapshot,
  async run({ targets: [query], options, snapshots: heaps, machine }) {
    const { graph, mask, notes, isAbsent } = await select(query!, heaps, options, machine);
    const cut = cutOf(graph, mask, { limit: options.limit, nearest: options.nearest });
    const rows = (cut.references ?? []).map((reference) => rowOf(graph, reference));
    return {
      result: {
        kind: 'table',
        columns: CUT_COLUMNS,
        rows,
        total: rows.length,
        omitted: 0,
        layout: 'grid',
        textColumns: ['aloneSize', 'aloneObjects', 'expression', 'heldBy'],
        ...(rows.length > 0 ? { title: titleOf(cut) } : {}),
      },
      fields: {
        ...sizesField(false),
        objects: cut.objects,
        references: cut.size,
        complete: cut.references !== undefined,
        freedCount: cut.freed.count,
        freedSize: cut.freed.size,
        retainedCount: cut.retained.count,
        retainedSize: cut.retained.size,
        fixed: cut.fixed.length,
        onStack: cut.onStack,
        alsoOnStack: cut.alsoOnStack,
        unheld: cut.unheld,
      },
      notes: [...notes, ...notesOf(graph, cut, isAbsent ? undefined : query!.text)],
      found: rows.length > 0,
    };
  },
});

const CUT_COLUMNS: readonly Column[] = [
  { key: 'aloneSize', title: 'Frees alone', unit: 'bytes', role: 'size' },
  { key: 'aloneCount', title: 'Nodes alone', unit: 'count' },
  { key: 'aloneObjects', title: 'Objects', unit: 'count', role: 'count' },
  { key: 'expression', title: 'Reference', unit: 'text', role: 'name' },
  { key: 'evaluable', title: 'Evaluable', unit: 'text' },
  { key: 'heldBy', title: 'Held by', unit: 'text', role: 'dim' },
  { key: 'holder', title: 'Holder', unit: 'text' },
  { key: 'holderId', title: 'Holder id', unit: 'id' },
  columns.type,
  columns.id,
  columns.location,
];

/**
 * A reference as JavaScript. What a program names by itself (a module, `process`) does not say by
 * which reference it is held: then the holder's name and the edge do.
 */
function named(
  graph: Graph,
  chain: Chain,
): { readonly expression: string; readonly evaluable: boolean; readonly heldBy: string | null } {
  const rooted = isRoot(graph)(chain.nodes[0]!);
  const { expression, evaluable, heldBy } = chainResult(graph, chain, { found: true, rooted, sizes: false });
  const hasName = expressionOf(graph, { nodes: chain.nodes.slice(-1), edges: [] }).evaluable;
  if (!hasName) return { expression: expression!, evaluable, heldBy };
  const holder = { nodes: chain.nodes.slice(0, -1), edges: chain.edges.slice(0, -1) };
  const { text } = expressionOf(graph, holder);
  const name = edgeName(graph, chain.edges.at(-1)!);
  return { expression: `(reference ${name} of ${text} to ${expression})`, evaluable: false, heldBy };
}

function rowOf(graph: Graph, { chain, alone, objectsAlone }: CutReference): Row {
  const { expression, evaluable, heldBy } = named(graph, chain);
  const holder = new NodeView(graph, chain.nodes.at(-2)!);
  const target = new NodeView(graph, chain.nodes.at(-1)!);
  return {
    aloneSize: alone.size,
    aloneCount: alone.count,
    aloneObjects: objectsAlone,
    expression,
    evaluable,
    heldBy,
    holder: holder.type,
    holderId: holder.id,
    type: target.type,
    id: target.id,
    location: locationCell(holder.location),
  };
}

function titleOf({ size, objects, freed, retained }: Cut): string {
  const more = freed.size - retained.size;
  return [
    `Drop ${counted(size, 'reference')}: ${counted(objects, 'object')} and all that only they keep alive are freed, ${formatBytes(retained.size)}`,
    ...(more > 0 ? [`, and ${formatBytes(more)} of other objects`] : []),
    '.',
  ].join('');
}

/** `text` is that of a query whose objects may not be there, which then is to be said. */
function notesOf(graph: Graph, cut: Cut, text: string | undefined): Note[] {
  const { objects, references, size, fixed, onStack, alsoOnStack, unheld } = cut;
  const none = objects + fixed.length + onStack + unheld === 0;
  return [
    ...(none && text !== undefined ? [note('unknown')`no object that "${text}" accepts`] : []),
    ...(references === undefined
      ? [
          note(
            'omitted',
          )`it takes at least ${counted(size, 'reference')} to free ${counted(objects, 'object')}; ${option('limit')} looks for more`,
        ]
      : []),
    ...(fixed.length > 0
      ? [
          note(
            'unreached',
          )`${fixed.length === 1 ? 'an object' : counted(fixed.length, 'object')} that no reference of the program frees: ${nodeWords(graph, fixed[0]!)} is held by ${fixedHolder(graph, fixed[0]!)}`,
        ]
      : []),
    ...(onStack > 0
      ? [note('unreached')`${counted(onStack, 'object')} only on the stack: freed when its functions return`]
      : []),
    ...(alsoOnStack > 0
      ? [
          note(
            'answer',
          )`the stack holds ${counted(alsoOnStack, 'object')} as well, until its functions return`,
        ]
      : []),
    ...(unheld > 0
      ? [note('unreached')`nothing holds ${counted(unheld, 'object')}, or weak references alone`]
      : []),
  ];
}

function nodeWords(graph: Graph, node: number): string {
  return `${className(graph, node)} ${formatId(graph.ids[node]!)}`;
}

/** What holds an object that the program cannot let go, in words. */
function fixedHolder(graph: Graph, node: number): string {
  const { chains } = searchBackrefs(graph, node, isRoot(graph));
  return chains[0] ? chainEnding(graph, chains[0]).words : 'no root';
}

function counted(count: number, word: string): string {
  return `${formatCount(count)} ${word}${count === 1 ? '' : 's'}`;
}
