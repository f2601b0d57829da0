/** Heapy's reference pattern, and MAT's merged paths. */
import { mergedPaths } from '../../analysis/patterns/merged-paths.js';
import type { PatternNode } from '../../analysis/patterns/pattern-node.js';
import { referencePattern } from '../../analysis/patterns/reference-pattern.js';
import { note, option } from '../../base/notes.js';
import type { Column, Row } from '../../base/result.js';
import { formatCount } from '../../base/units.js';
import { nodesIn } from '../../query/masks.js';
import { defineCommand } from '../command.js';
import { columns } from '../shared/columns.js';
import { patternPicture } from '../shared/pattern-picture.js';
import { beforeOption, beforeSnapshot, queryArgument, select } from '../shared/query-option.js';
import { allRows, limitOf } from '../shared/row-limit.js';
import { sizesField } from '../shared/sizes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';

export const patternsCommand = defineCommand({
  name: 'patterns',
  summary: 'who refers to objects, and who to those, merged by kind',
  description:
    'One line for each class and reference that leads to the objects below it. --to-root merges the shortest chains from the roots instead: how many of the objects hang on which branch.',
  arguments: queryArgument,
  snapshot: true,
  answers: 'tree',
  draws: true,
  options: {
    toRoot: { kind: 'flag', help: 'shortest chains from the roots, merged' },
    depth: {
      kind: 'integer',
      help: 'levels to show (default 4, of over a million objects 2, with --to-root 12)',
    },
    limit: { kind: 'integer', default: 5, help: 'branches to show at each level, the largest first' },
    all: allRows,
    ...beforeOption,
  },
  examples: [
    { line: "heapgraph patterns '(concatenated string)' app.heapsnapshot", says: 'who refers to texts' },
    { line: 'heapgraph patterns Session --to-root', says: 'from which roots they are held' },
    { line: "heapgraph patterns 'Buffer and retained > 64kb' --depth 2", says: 'of a query' },
    { line: 'heapgraph patterns Session -o patterns.svg', says: 'the tree as a picture' },
  ],
  needs: () => ({ ...WHOLE_GRAPH, work: 'both' }),
  others: beforeSnapshot,
  async run({ targets: [query], options, snapshots: heaps, machine }) {
    const { graph, mask, notes, isAbsent } = await select(query!, heaps, options, machine);
    const nodes = nodesIn(mask);
    const limit = limitOf(options);
    const isMany = nodes.length > MANY && !options.toRoot;
    const depth = options.depth ?? (options.toRoot ? 12 : isMany ? FEW_LEVELS : 4);
    const tree = options.toRoot
      ? mergedPaths(graph, nodes)
      : referencePattern(graph, nodes, { depth, limit });
    const rows = [...rowsOf(tree, 0, depth, limit)];
    const omitted = Math.max(0, tree.length - limit);
    return {
      result: {
        kind: 'tree',
        columns: TREE_COLUMNS,
        rows,
        total: tree.length,
        omitted,
        label: 'tree',
        textColumns: ['count', 'size', 'tree'],
      },
      fields: { ...sizesField(false), objects: nodes.length },
      notes: [
        ...notes,
        ...(nodes.length === 0 && !isAbsent
          ? [note('unknown')`no object that "${query!.text}" accepts`]
          : []),
        ...(isMany && options.depth === undefined
          ? [
              note(
                'omitted',
              )`${FEW_LEVELS} levels, as there are ${formatCount(nodes.length)} objects; ${option('depth')} shows more`,
            ]
          : []),
        ...(omitted > 0 ? [note('omitted')`${formatCount(omitted)} more; ${option('all')} shows them`] : []),
      ],
      found: nodes.length > 0,
      picture: () => ({
        result: patternPicture(tree, { depth, limit, toRoot: options.toRoot }),
        notes,
        found: nodes.length > 0,
      }),
    };
  },
});

/** Of more objects a tree of all levels takes long. */
const MANY = 1_000_000;
const FEW_LEVELS = 2;

const TREE_COLUMNS: readonly Column[] = [
  { key: 'depth', title: 'Depth', unit: 'count' },
  columns.count,
  { key: 'size', title: 'Size', unit: 'bytes', role: 'size' },
  columns.type,
  { key: 'via', title: 'Reference', unit: 'text' },
  { key: 'cycle', title: 'Cycle', unit: 'text' },
  { key: 'tree', title: 'Objects', unit: 'text', role: 'name' },
];

/** What is left out at a level is a line of its own. */
function* rowsOf(
  nodes: readonly PatternNode[],
  depth: number,
  deepest: number,
  limit: number,
): Generator<Row> {
  for (const { type, via, count, size, isCycle, children } of nodes.slice(0, limit)) {
    const name = via === undefined ? type : `${via} ${type}`;
    yield {
      depth,
      count,
      size,
      type,
      via: via ?? null,
      cycle: isCycle,
      tree: isCycle ? `${name} (as above)` : name,
    };
    if (depth < deepest) yield* rowsOf(children, depth + 1, deepest, limit);
  }
  const more = nodes.slice(limit);
  if (depth > 0 && more.length > 0)
    yield {
      depth,
      count: more.reduce((sum, { count }) => sum + count, 0),
      size: more.reduce((sum, { size }) => sum + size, 0),
      type: null,
      via: null,
      cycle: false,
      tree: `… ${formatCount(more.length)} more`,
    };
}
