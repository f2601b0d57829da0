/** `slice --sample`: a share of a heap. */
import { type Sample, sampleOf } from '../../analysis/slices/sample.js';
import { UsageError } from '../../base/errors.js';
import { type NoteLike, note, option, parts } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import type { Answer, Column } from '../../base/result.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import type { AnonymizeOptions } from '../../session/anonymized.js';
import type { MadeSnapshot } from '../command.js';
import { columns } from '../shared/columns.js';

/** A share of the nodes, or so many of them. */
export type Share = { readonly percent: number } | { readonly nodes: number };

/** Reads `10%` or `100000`. Throws UsageError. */
export function readShare(text: string): Share {
  const percent = /^(\d{1,2}(?:\.\d{1,6})?) ?%$/.exec(text);
  if (percent && Number(percent[1]) > 0) return { percent: Number(percent[1]) };
  const nodes = /^\d{1,3}(?:,?\d{3}){0,4}$|^\d{1,15}$/.test(text) ? Number(text.replaceAll(',', '')) : 0;
  if (nodes > 0) return { nodes };
  throw new UsageError(
    `"${printable(text)}" is no share of a heap`,
    'Give a percentage below 100, as 10%, or a number of nodes, as 100000.',
  );
}

/** Writes a sample, and tells what is in it. */
export async function sampleAnswer(
  graph: Graph,
  made: MadeSnapshot,
  options: {
    readonly share: Share;
    readonly seed: number;
    readonly anonymize: AnonymizeOptions | undefined;
    readonly cut: number | undefined;
  },
): Promise<Answer> {
  const { share, seed, anonymize, cut } = options;
  const weight = Math.round('percent' in share ? 100 / share.percent : graph.nodeCount / share.nodes);
  if (weight < 2)
    throw new UsageError(
      `a sample of more than two thirds of ${formatCount(graph.nodeCount)} nodes saves nothing`,
      parts`Give a smaller ${option('sample')}, or use the snapshot itself.`,
    );
  const sample = sampleOf(graph, weight, seed);
  const { sliced } = await import('../../session/sliced.js');
  const sums = sumsOf(graph, sample);
  const done = await sliced(graph, (bytes) => made.write(bytes), {
    kept: sample.kept,
    weights: sample.weights,
    facts: {
      kind: 'sample',
      nodeCount: graph.nodeCount,
      edgeCount: graph.edges!.count,
      selfSize: sums.whole,
      weight,
    },
    anonymize,
    cut,
  });
  const size = await made.finish();
  return {
    result: {
      kind: 'table',
      columns: SUMMARY,
      rows: [
        { what: 'whole', count: graph.nodeCount, selfSize: sums.whole },
        { what: 'sample', count: done.nodes, selfSize: sums.kept },
        { what: 'estimate by the weights', count: sums.count, selfSize: sums.estimated },
      ],
      total: 3,
      omitted: 0,
      layout: 'grid',
    },
    fields: {
      ...{ output: made.file, bytes: size, nodes: done.nodes, edges: done.edges, strings: done.strings },
      ...{ weight, seed, subtrees: sample.subtrees, drawn: sample.drawn },
    },
    notes: [
      `${formatCount(sample.drawn)} of ${formatCount(sample.subtrees)} subtrees were drawn, each stands for ${formatCount(weight)}; the field weight of each node says how many it stands for`,
      ...(sample.isTopWhole ? [] : ['the nodes above the subtrees are too many, and were drawn one by one']),
      ...textNotes(done, anonymize),
      `${printable(made.file)}: ${formatBytes(size)}, ${formatCount(done.nodes)} of ${formatCount(graph.nodeCount)} nodes`,
    ],
  };
}

/** What is said of the texts and sections of a part. */
export function textNotes(
  { leftOut, cutTexts }: { readonly leftOut: readonly string[]; readonly cutTexts: number },
  anonymize: AnonymizeOptions | undefined,
): readonly NoteLike[] {
  return [
    ...(leftOut.length > 0 ? [`left out: ${leftOut.join(', ')}`] : []),
    ...(cutTexts > 0 ? [`${formatCount(cutTexts)} texts were cut`] : []),
    ...(anonymize
      ? []
      : [note('answer')`texts and names are in it as they are; ${option('anonymize')} replaces them`]),
  ];
}

const SUMMARY: readonly Column[] = [
  { key: 'what', title: 'Nodes of', unit: 'text', role: 'name' },
  columns.count,
  { key: 'selfSize', title: 'Self size', unit: 'bytes', role: 'size' },
];

function sumsOf(
  { nodeCount, selfSizes }: Graph,
  { kept, weights }: Sample,
): Readonly<Record<'whole' | 'kept' | 'estimated' | 'count', number>> {
  const sums = { whole: 0, kept: 0, estimated: 0, count: 0 };
  for (let node = 0; node < nodeCount; node++) {
    const size = selfSizes[node]!;
    sums.whole += size;
    if (kept[node] === 1) sums.kept += size;
    sums.estimated += size * weights[node]!;
    sums.count += weights[node]!;
  }
  return sums;
}
