/** What a page about a heap shows: gathered from the questions that commands answer. */

import { typeStats } from '../../analysis/classes/classes.js';
import { type HeavyTree, heavyTree } from '../../analysis/report/heavy-tree.js';
import { largestOfClasses } from '../../analysis/report/largest-of-classes.js';
import { objectFacts } from '../../analysis/report/object-facts.js';
import { type NoteLike, noteText } from '../../base/notes.js';
import type { PageClass, PageObject, PageReport, PageStep, PageSuspect } from '../../base/page-report.js';
import type { DeadStepRow } from '../../base/result.js';
import type { SuspectEntry, SuspectReport } from '../../base/suspect-report.js';
import type { Graph } from '../../graph/graph.js';
import { idIndex } from '../../graph/ids.js';
import type { Asked } from '../command.js';
import { suspectsCommand } from '../growth/suspects.js';
import { aboutFiles } from './about-files.js';
import { answerOf } from './answer-of.js';
import { bytesOf, cutTexts, firstBytes } from './cut-texts.js';
import { overview } from './overview.js';
import { pageTables } from './page-tables.js';

/** What a page holds at most: it stays below 3 MB, whatever the heap. */
const MOST = {
  classes: 10_000,
  largestOfClass: 3,
  /** Classes whose largest objects are shown in full. */
  classesInFull: 150,
  suspects: 25,
  /** Steps of a chain: half of them at its beginning. */
  steps: 40,
  objects: 2000,
  characters: 240,
};

/** Bytes that its parts take at most. */
const MOST_BYTES = { tree: 450_000, classes: 1_100_000, objects: 850_000, suspects: 250_000 };

const TREE = { leastShare: 0.001, most: 1000, levels: 40, foldedClasses: 6 };
const FACTS = { edges: 10, retainers: 6 };

/** A page, and what is to be said beside it. */
export interface MadePage {
  readonly report: PageReport;
  readonly notes: readonly NoteLike[];
}

/**
 * A page about the last of the snapshots, and what grew since the first one.
 *
 * - In: `options` are those of suspects.
 * - Throws: what suspects throws.
 */
export async function pageReport(
  asked: Asked,
  options: Readonly<Record<string, unknown>>,
): Promise<MadePage> {
  const { snapshots: heaps } = asked;
  const { graph } = heaps.at(-1)!;
  const found = await answerOf(suspectsCommand, asked, { ...options, limit: MOST.suspects });
  const { entries, omitted, summary } = found.result as SuspectReport;
  const suspects = cutTexts(entries.map(pageSuspect), MOST.characters);
  const { ordinals, ...tree } = boundedTree(graph);
  const stats = typeStats(graph, { by: 'retained', retained: true });
  const classes = firstBytes(
    cutTexts(pageClasses(graph, stats.slice(0, MOST.classes)), MOST.characters),
    MOST_BYTES.classes,
  );
  const shown = firstBytes(suspects, MOST_BYTES.suspects);
  const tables = await pageTables(asked, options);
  const about = await aboutFiles(asked);
  const notes = [...(found.notes ?? []), ...tables.notes];
  const report: PageReport = {
    kind: 'page',
    files: heaps.map(({ name }) => name),
    totalSize: tree.nodes[0]?.retainedSize ?? 0,
    nodeCount: graph.nodeCount,
    overview: overview({
      graph,
      heaps: heaps.map((heap) => heap.graph),
      suspects,
      omitted,
      tree,
      classes: stats,
    }),
    suspects: shown,
    suspectsSay: summary,
    suspectsOmitted: omitted + suspects.length - shown.length,
    tree,
    classes,
    classesTotal: stats.length,
    tables: tables.tables,
    about,
    objects: firstBytes(
      cutTexts(pageObjects(graph, ordinals, shown, classes), MOST.characters),
      MOST_BYTES.objects,
    ),
    notes: notes.map((one) => noteText(one)),
  };
  return { report: cutTexts(report, MOST.characters), notes };
}

/** Fewer nodes where their names are so long that they would take too much. */
function boundedTree(graph: Graph): HeavyTree {
  for (let { most } = TREE; ; most = Math.floor(most / 2)) {
    const { ordinals, ...tree } = heavyTree(graph, { ...TREE, most });
    const cut = cutTexts(tree, MOST.characters);
    if (most <= 1 || bytesOf(cut) <= MOST_BYTES.tree) return { ...cut, ordinals };
  }
}

function pageSuspect({ chain, steps, container, ...entry }: SuspectEntry): PageSuspect {
  const { id, type, text, heldBy } = container;
  return {
    ...entry,
    container: { id, type, text, heldBy },
    steps: pageSteps(steps),
    expression: chain.expression,
  };
}

/** The beginning and the end of a chain that is too long to be read. */
export function pageSteps(steps: readonly DeadStepRow[]): readonly PageStep[] {
  const half = MOST.steps / 2;
  if (steps.length <= MOST.steps) return steps.map((step): PageStep => ({ ...step, gap: 0 }));
  const gap = steps.length - MOST.steps;
  return [
    ...steps.slice(0, half).map((step): PageStep => ({ ...step, gap: 0 })),
    ...steps.slice(-half).map((step, i): PageStep => ({ ...step, gap: i === 0 ? gap : 0 })),
  ];
}

function pageClasses(graph: Graph, stats: ReturnType<typeof typeStats>): readonly PageClass[] {
  const largest = largestOfClasses(graph, MOST.largestOfClass);
  return stats.map(
    ({ type, nodeType, count, shallowSize, retainedSize = 0, distance = null }): PageClass => ({
      class: type,
      nodeType,
      count,
      shallowSize,
      retainedSize,
      distance,
      largest: (largest.get(type) ?? []).map((node) => graph.ids[node]!),
    }),
  );
}

/** Objects that other parts speak of: of suspects, of the tree, the largest of classes. */
function pageObjects(
  graph: Graph,
  tree: readonly number[],
  suspects: readonly PageSuspect[],
  classes: readonly PageClass[],
): readonly PageObject[] {
  const { nodeOf } = idIndex(graph);
  const named = suspects.flatMap(({ container, steps, contents, examples }) => [
    container.id,
    ...steps.map(({ id }) => id),
    ...contents.map(({ example }) => example),
    ...examples.slice(0, 3),
  ]);
  const largest = classes.slice(0, MOST.classesInFull).flatMap((row) => row.largest);
  const nodes = [...named.map((id) => nodeOf(id)), ...tree, ...largest.map((id) => nodeOf(id))].filter(
    (node) => node >= 0,
  );
  return objectFacts(graph, [...new Set(nodes)].slice(0, MOST.objects), FACTS);
}
