/** What leaks, by two or more snapshots of one process. */

import { chainFingerprint } from '../../analysis/dead/dead-chain.js';
import { isLeak, type Leak } from '../../analysis/leaks/leak.js';
import { leakEntry } from '../../analysis/leaks/leak-entry.js';
import { notableLeaks } from '../../analysis/leaks/leak-search.js';
import type { Leaks } from '../../analysis/leaks/leaks.js';
import type { LeakEntry } from '../../base/leak-report.js';
import { printable, shortened } from '../../base/printable.js';
import type { Answer } from '../../base/result.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import type { Need, OpenedSnapshot } from '../../session/need.js';
import { allocationStack, stackText } from '../../v8/allocation-stacks.js';
import { defineCommand } from '../command.js';
import { traceNotes } from '../shared/allocations.js';
import { checkOrder, orderOption, requireOneProcess } from '../shared/compare.js';
import { absentPrintNotes, knownLeaks, knownOptions, knownWords } from '../shared/known-leaks.js';
import { boundedNotes, searchLeaks } from '../shared/leak-search.js';
import { ownFirst, packageLeaks, packageLeakWords } from '../shared/package-leaks.js';
import { type PackageNames, packageNames } from '../shared/package-names.js';
import { allRows, limitOf, omittedNote } from '../shared/row-limit.js';
import { missingEdgesNotes, WHOLE_GRAPH } from '../shared/targets.js';
import { requireWhole } from '../shared/whole-snapshots.js';

const NODES: Need = { kind: 'graph', edges: false, locations: false };

export const leaksCommand = defineCommand({
  name: 'leaks',
  summary: 'what grows from snapshot to snapshot, where it hangs, and which code makes it',
  description:
    'Take the first snapshot when the program has warmed up, the second after some work, the third after the same work again. A container leaks when things of every step are in it. Two snapshots show what grew, three what keeps growing. A cache that is not full yet grows in the same way.',
  snapshot: { names: ['first', 'second', 'third'], least: 2, most: Number.POSITIVE_INFINITY },
  answers: 'leaks',
  options: {
    minSize: {
      kind: 'bytes',
      default: 10_000,
      help: 'leave out containers that grew by less: bytes, or 64kB, 10MB',
    },
    limit: { kind: 'integer', default: 10, help: 'leaks to show' },
    all: allRows,
    functions: {
      kind: 'flag',
      help: 'functions by name and place: always so here, the option is accepted as elsewhere',
    },
    ...knownOptions,
    ...orderOption,
    failIfAny: { kind: 'flag', help: 'exit with 1 when there is a leak that is not known' },
    byId: { kind: 'flag', help: 'compare by ids even if the snapshots seem to be of several processes' },
  },
  examples: [
    {
      line: 'heapgraph leaks warm.heapsnapshot worked.heapsnapshot again.heapsnapshot',
      says: 'what leaks, and who holds it',
    },
    { line: 'heapgraph leaks *.heapsnapshot --order time --min-size 1MB', says: 'many, by their times' },
    { line: 'heapgraph leaks 1.heapsnapshot 2.heapsnapshot 3.heapsnapshot --fail-if-any', says: 'in CI' },
  ],
  configure: (options, { known = [] }) => ({ ...options, known: [...known, ...options.known] }),
  needs: () => [NODES, NODES, { ...WHOLE_GRAPH, traces: true, work: 'both' }],
  order: (options) => options.order,
  async run({ options, snapshots: heaps, machine, session, config }): Promise<Answer> {
    const notes = [...requireOneProcess(heaps, options.byId, 'leaks')];
    if (options.failIfAny) {
      requireWhole(
        heaps.map(({ graph }) => graph),
        '--fail-if-any',
      );
      checkOrder(heaps, notes, '--fail-if-any');
    }
    const { found, notes: more } = await searchLeaks(heaps, options.minSize, session);
    const { leaks: notable, leaking, most } = notableLeaks(found, heaps.length);
    const { graph } = found.frontier;
    const known = knownLeaks(options.known);
    const asksPrints = options.known.length > 0 || options.fingerprint.length > 0;
    const prints = new Map(
      asksPrints
        ? notable.map((leak) => [leak, chainFingerprint(graph, leak.chain, leak.principal.example)])
        : [],
    );
    const wanted = notable.filter(
      (leak) => options.fingerprint.length === 0 || options.fingerprint.includes(prints.get(leak)!),
    );
    const fresh = asksPrints
      ? wanted.filter((leak) => isLeak(leak) && known.isNew(prints.get(leak)!)).length
      : leaking;
    const limit = limitOf(options);
    const shown = wanted.slice(0, options.all ? limit : Math.min(limit, most));
    const omitted = wanted.length - shown.length;
    const packages = packageNames(graph, machine);
    const leakOf = await packageLeaks(graph, packages, config?.packageLeaks);
    const entries = entriesOf(shown, found, packages).map((entry): LeakEntry => {
      const fact = known.factOf(entry.fingerprint);
      const packageLeak = leakOf(entry.container.chain);
      const sentence = entry.sentence + knownWords(fact) + packageLeakWords(packageLeak);
      return { ...entry, known: fact, packageLeak, sentence };
    });
    const leaks = ownFirst(entries);
    return {
      result: {
        kind: 'leaks',
        leaks,
        total: wanted.length,
        omitted,
        summary: [
          ...(wanted.length === 0 && notable.length > 0
            ? [noneWanted(notable.length)]
            : summaryOf(found, { entries: leaks, leaking: wanted.filter(isLeak).length }, heaps)),
        ],
      },
      fields: {
        minSize: options.minSize,
        leaking,
        survivors: found.survivors,
        survivorSize: found.survivorSize,
        explainedSize: found.explainedSize,
      },
      notes: [
        ...notes,
        ...traceNotes(found.frontier.graph),
        ...more,
        ...boundedNotes(found),
        ...unheldNotes(found),
        ...packages.notes(),
        ...known.notes(new Set(prints.values()), 'leaks'),
        ...absentPrintNotes(options.fingerprint, prints.values()),
        ...omittedNote(omitted, 'container', 'containers'),
      ],
      found: !(options.failIfAny && fresh > 0),
    };
  },
});

/** Where no place has a fingerprint that was asked for. */
function noneWanted(places: number): string {
  const others = places === 1 ? 'one place that grew is' : `${formatCount(places)} places that grew are`;
  return `Nothing that grew has this fingerprint; ${others} left out.`;
}

/** The leaks in words, with the packages of their code as they are installed here. */
function entriesOf(
  shown: readonly Leak[],
  { frontier: { graph } }: Leaks,
  packages: PackageNames,
): readonly LeakEntry[] {
  const known = { allocated: (node: number) => madeBy(graph, node), packageName: packages.nameOf };
  return shown.map((leak) => leakEntry(graph, leak, known));
}

/** What an engine does not write may hold what nothing else does. */
function unheldNotes({ unheld, frontier: { graph } }: Leaks): readonly string[] {
  if (unheld === 0) return [];
  const what = unheld === 1 ? 'one new thing' : `${formatCount(unheld)} new things`;
  return missingEdgesNotes(graph, `${what} that nothing else holds may be in one of these`);
}

/** Functions of an allocation stack that are shown. */
const SHOWN_FRAMES = 4;

/**
 * The allocation stack of an object, one function a line.
 *
 * - Order: the innermost function first.
 * - Empty: null when the file has no stack of it.
 */
function madeBy(graph: Graph, node: number): readonly string[] | null {
  const frames = allocationStack(graph, node, SHOWN_FRAMES);
  return frames ? frames.map((frame) => stackText(graph, [frame])) : null;
}

/** Sentences about the leaks: how many there are, if any, and what stays unexplained. */
function summaryOf(
  found: Leaks,
  { entries, leaking }: { readonly entries: readonly LeakEntry[]; readonly leaking: number },
  heaps: readonly OpenedSnapshot[],
): string[] {
  const [first, last] = [heaps[0]!, heaps.at(-1)!].map(({ graph }) => printable(graph.file));
  if (leaking > 1)
    return [
      `${formatCount(leaking)} containers ${heaps.length === 2 ? 'grew' : 'grow at every step'}; the first is ${entries[0]!.container.text}.`,
    ];
  if (leaking === 1) return [];
  if (found.survivors === 0) {
    // What the last step made has no later snapshot that it could be in.
    const before = printable(heaps.at(-2)!.graph.file);
    const twice = heaps.length > 2 && before !== first ? ` and is in ${before}` : '';
    return [`No leak found: nothing that was made after ${first}${twice} is still there.`];
  }
  const classes = found.unexplained
    .slice(0, NAMED_CLASSES)
    .map(({ type, count }) => `${formatCount(count)} × ${shortened(type, 40)}`);
  const others = found.unexplained.length - classes.length;
  if (others > 0) classes.push(`${formatCount(others)} more ${others === 1 ? 'class' : 'classes'}`);
  const limited = entries.filter(({ verdict }) => verdict === 'limited').length;
  if (limited > 0)
    return [
      `No leak is certain: ${limited === 1 ? 'one container grows' : `${formatCount(limited)} containers grow`} at every step, perhaps up to a limit: the last sentence about ${limited === 1 ? 'it' : 'each'} says what speaks for that.`,
    ];
  const uneven = entries.some(({ verdict }) => verdict === 'uneven');
  const once = entries.length > 0 ? '; below is where most of them are' : '';
  return [
    `No leak found: nothing grew ${heaps.length === 2 ? 'by so much' : uneven ? 'at every step alike' : 'at every step'}.`,
    `Made after ${first}, still there and not explained: ${formatCount(found.survivors)} things, ${formatBytes(found.survivorSize)} (${classes.join(', ')})${once}.`,
    `heapgraph diff --holders ${first} ${last} shows who holds them.`,
  ];
}

const NAMED_CLASSES = 3;
