/** What is most worth knowing of a heap, in sentences. */
import type { TypeStat } from '../../analysis/classes/classes.js';
import { statistics } from '../../analysis/sizes/statistics.js';
import type { PageSentence, PageSuspect, PageTree } from '../../base/page-report.js';
import { formatBytes, formatCount, formatShare } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { className } from '../../v8/class-names.js';
import { isRuntimeNativeName, isSystemName } from '../../v8/system-names.js';
import { userRoots } from '../../v8/user-roots.js';
import { sizeOf, writtenBy } from './about-files.js';

interface Known {
  readonly graph: Graph;
  /** All snapshots, the earliest first. */
  readonly heaps: readonly Graph[];
  readonly suspects: readonly PageSuspect[];
  readonly omitted: number;
  readonly tree: PageTree;
  /** The one that keeps most first. */
  readonly classes: readonly TypeStat[];
}

export function overview(known: Known): readonly PageSentence[] {
  const { graph } = known;
  const numbers = statistics(graph);
  const share = (size: number): string => formatShare(numbers.total === 0 ? 0 : size / numbers.total);
  const parts = [
    ['strings', numbers.strings],
    ['arrays', numbers.jsArrays],
    ['code', numbers.code],
    ['array buffers', numbers.typedArrays],
    ['other native memory', numbers.native - numbers.typedArrays],
    ["the engine's own data", numbers.system],
  ] as const;
  const largest = parts.filter(([, size]) => size > 0).sort((a, b) => b[1] - a[1]);
  return [
    {
      text: `The heap has ${formatCount(graph.nodeCount)} nodes with ${formatBytes(numbers.total)}. It was written by ${writtenBy(graph)}.`,
      view: 'file',
    },
    ...grown(known.heaps),
    ...suspicious(known.suspects, known.omitted),
    ...heaviest(known, share),
    ...(largest.length === 0
      ? []
      : [
          {
            text: `Of all bytes, ${largest.map(([name, size]) => `${name} take ${share(size)}`).join(', ')}.`,
            view: 'file',
          },
        ]),
  ];
}

function grown(heaps: readonly Graph[]): readonly PageSentence[] {
  if (heaps.length < 2) return [];
  const sizes = heaps.map(sizeOf);
  const change = sizes.at(-1)! - sizes[0]!;
  const words = change === 0 ? 'kept its size' : change > 0 ? 'grew' : 'shrank';
  const by = change === 0 ? '' : ` by ${formatBytes(Math.abs(change))}`;
  return [
    {
      text: `Over ${formatCount(heaps.length)} snapshots the heap ${words}${by}: ${sizes.map(formatBytes).join(' → ')}.`,
      view: 'growth',
    },
  ];
}

function suspicious(entries: readonly PageSuspect[], omitted: number): readonly PageSentence[] {
  if (entries.length === 0) return [{ text: 'Nothing suspicious was found.', view: 'suspects' }];
  const many = (verdict: string, one: string, several: string): readonly string[] => {
    const count = entries.filter((entry) => entry.verdict === verdict).length;
    return count === 0 ? [] : [`${formatCount(count)} ${count === 1 ? one : several}`];
  };
  const counts = [
    ...many('leak', 'leak', 'leaks'),
    ...many('suspect', 'suspect', 'suspects'),
    ...many('large', 'place where much gathers', 'places where much gathers'),
  ];
  const more = omitted > 0 ? `, and ${formatCount(omitted)} smaller ones` : '';
  return [
    { text: `It has ${counts.join(', ')}${more}.`, view: 'suspects' },
    ...entries
      .slice(0, 3)
      .map(({ headline, fingerprint }) => ({ text: headline, view: `suspect/${fingerprint}` })),
  ];
}

/** The object of the program that keeps most, and the class. */
function heaviest({ graph, tree, classes }: Known, share: (size: number) => string): readonly PageSentence[] {
  const roots = new Set(userRoots(graph).map((root) => graph.ids[root]!));
  const own = ['object', 'closure', 'array', 'string', 'native'];
  const found: PageSentence[] = [];
  const node = tree.nodes
    .slice(1)
    .filter((one) => !roots.has(one.id) && !isEngines(one.class))
    .reduce<PageTree['nodes'][number] | undefined>(
      (most, one) => (most === undefined || one.retainedSize > most.retainedSize ? one : most),
      undefined,
    );
  if (node)
    found.push({
      text: `The object that keeps most is ${node.class} @${node.id}: ${formatBytes(node.retainedSize)}, ${share(node.retainedSize)} of the heap.`,
      view: `@${node.id}`,
    });
  const rootClasses = new Set(userRoots(graph).map((root) => className(graph, root)));
  const first = classes.find(
    ({ type, nodeType }) => !isEngines(type) && !rootClasses.has(type) && own.includes(nodeType),
  );
  if (first?.retainedSize !== undefined)
    found.push({
      text: `The class whose objects keep most is ${first.type}: ${formatCount(first.count)} of them, ${formatBytes(first.retainedSize)}, ${share(first.retainedSize)}.`,
      view: `class/${encodeURIComponent(first.type)}`,
    });
  return found;
}

/** Whether a class is one of the engine's or of the runtime's own. */
function isEngines(type: string): boolean {
  return type.startsWith('(') || isSystemName(type) || isRuntimeNativeName(type);
}
