/**
 * Objects that are finished for good by their own state, and who still holds them: from one
 * snapshot.
 */

import { deadEntry } from '../../analysis/dead/dead-entry.js';
import { type DeadGroup, deadObjects } from '../../analysis/dead/dead-objects.js';
import { contradictions, withHandVerdicts } from '../../analysis/dead/hand-verdicts.js';
import { EXPECTED_HOLDERS } from '../../analysis/dead/node-rules.js';
import { isNotable, LEAST_IN_GROUP } from '../../analysis/dead/notable-groups.js';
import type { ObjectStates } from '../../analysis/dead/object-states.js';
import type { NoteLike } from '../../base/notes.js';
import type { Answer, DeadEntry } from '../../base/result.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { maskOf } from '../../query/mask-of.js';
import { type Query, readQuery } from '../../query/query.js';
import { parseTypePattern } from '../../query/types.js';
import { classIndex } from '../../v8/class-names.js';

import { defineCommand, type Machine } from '../command.js';
import { orderOption, requireOneProcess } from '../shared/compare.js';
import { handOptions, handVerdicts, withoutIds } from '../shared/hand-verdicts.js';
import { absentPrintNotes, knownLeaks, knownOptions, knownWords } from '../shared/known-leaks.js';
import { questionNote } from '../shared/next-question.js';
import { ownFirst, packageLeaks, packageLeakWords } from '../shared/package-leaks.js';
import { packageNames } from '../shared/package-names.js';
import { allRows, limitOf, omittedNote } from '../shared/row-limit.js';
import { stateOptions, stateRuleNotes, statesOf } from '../shared/state-rules.js';
import { absentClassNotes, absentTypeNotes } from '../shared/target-notes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';
import { verdictPicture } from '../shared/verdict-picture.js';
import { requireWhole } from '../shared/whole-snapshots.js';

export const deadCommand = defineCommand({
  name: 'dead',
  summary:
    'objects that are finished by their own state (closed, sent, destroyed) and still held, and by whom',
  description:
    'One snapshot is enough: a response that was sent, a socket that was closed says so itself. References marked with ~~~ are suspects: one of them is at fault. Earlier snapshots of the process say how many were dead before. Rules of your own stand in heapgraph.config.json. More: docs/dead.md.',
  snapshot: { names: ['snapshot'], least: 1, most: Number.POSITIVE_INFINITY },
  answers: 'dead',
  draws: true,
  options: {
    class: {
      kind: 'list',
      value: 'class',
      help: 'only dead objects of this class: a name, a glob or /regex/',
    },
    where: { kind: 'text', read: readQuery, value: 'query', help: 'only dead objects that a query accepts' },
    minCount: {
      kind: 'integer',
      default: LEAST_IN_GROUP,
      help: 'objects that make a group, where no earlier snapshot says that some were dead; 30 times as many where only the runtime holds them',
    },
    limit: { kind: 'integer', default: 10, help: 'groups to show' },
    all: allRows,
    ...stateOptions,
    expect: {
      ...stateOptions.expect,
      help: 'objects that are in use whatever their state says; of one @id it is remembered beside the snapshot',
    },
    ...handOptions,
    ...knownOptions,
    ...orderOption,
    byId: { kind: 'flag', help: 'go on even if the snapshots seem to be of several processes' },
    failIfAny: { kind: 'flag', help: 'exit with 1 when a group is found that is not known' },
  },
  examples: [
    { line: 'heapgraph dead app.heapsnapshot', says: 'what is over and still held' },
    { line: 'heapgraph dead 1.heapsnapshot 2.heapsnapshot', says: 'what was dead before, too' },
    { line: "heapgraph dead --class 'Server*' --min-count 1", says: 'of some classes, single ones as well' },
    {
      line: "heapgraph dead --rule 'Session and ended = true' --fail-if-any",
      says: 'a rule of your own, in CI',
    },
    { line: 'heapgraph dead app.heapsnapshot -o dead.svg', says: 'the chains as a picture, suspects marked' },
  ],
  // What texts mean is read afterwards.
  configure: (options, { dead = [], expected = [], known = [] }) => ({
    ...options,
    known: [...known, ...options.known],
    rule: [...options.rule, ...dead],
    expect: [...options.expect, ...(expected as readonly unknown[] as readonly Query[])],
  }),
  needs: () => ({ ...WHOLE_GRAPH, work: 'all' }),
  order: (options) => options.order,
  async run({ options, snapshots: heaps, machine, config }): Promise<Answer> {
    const notes: NoteLike[] = [...requireOneProcess(heaps, options.byId, 'dead')];
    if (options.failIfAny)
      requireWhole(
        heaps.map(({ graph }) => graph),
        '--fail-if-any',
      );
    const { graph } = heaps.at(-1)!;
    const hand = handVerdicts(heaps.at(-1)!, options, machine);
    const rules = { rule: options.rule, expect: withoutIds(options.expect) };
    const ruled = await statesOf(graph, rules, machine);
    const judged = withHandVerdicts(ruled, hand.verdicts);
    const found = deadObjects(graph, judged, EXPECTED_HOLDERS);
    const earlier = await Promise.all(
      heaps.slice(0, -1).map(async (heap) => deadIds(heap.graph, await statesOf(heap.graph, rules, machine))),
    );
    const wanted = await wantedNodes(graph, options, machine);
    const isStuck = ({ members }: DeadGroup): boolean => members.some((node) => judged.stuck?.has(node));
    const groups = stuckFirst(found.groups, isStuck).filter(
      (group) => wanted(group.example) && (group.owner !== 'stack' || isStuck(group)),
    );
    const before = (group: DeadGroup): number[] =>
      earlier.map((ids) => group.members.reduce((sum, node) => sum + Number(ids.has(graph.ids[node]!)), 0));
    const large = groups.filter(
      (group) => isStuck(group) || isNotable(group, { minCount: options.minCount, before: before(group) }),
    );
    const known = knownLeaks(options.known);
    const packages = packageNames(graph, machine);
    const leakOf = await packageLeaks(graph, packages, config?.packageLeaks);
    // Words for all of them only where a fingerprint decides.
    const limit = limitOf(options);
    const byPrint = options.known.length > 0 || options.fingerprint.length > 0;
    const all = large.slice(0, byPrint ? large.length : limit).map((group): DeadEntry => {
      const entry = deadEntry(graph, group, found, judged, {
        deadBefore: before(group),
        packageName: packages.nameOf,
      });
      const fact = known.factOf(entry.fingerprint);
      const packageLeak = leakOf(entry.chain);
      const sentence = entry.sentence + knownWords(fact) + packageLeakWords(packageLeak);
      return { ...entry, known: fact, packageLeak, sentence };
    });
    const prints = new Set(options.fingerprint);
    const notable = all.filter(({ fingerprint }) => prints.size === 0 || prints.has(fingerprint));
    const total = byPrint ? notable.length : large.length;
    const entries = ownFirst(notable.slice(0, limit));
    const omitted = total - entries.length;
    const isWhole = options.class.length === 0 && options.where === undefined;
    const accepted = notable.filter(({ fingerprint }) => !known.isNew(fingerprint)).length;
    const small = groups.length - large.length;
    const summary = summaryOf(judged, { groups: total, small, settled: found.settled });
    return {
      result: {
        kind: 'dead',
        groups: entries,
        total,
        omitted,
        summary,
      },
      fields: {
        judged: judged.asked,
        dead: judged.dead.length,
        inner: found.inner,
        settled: found.settled,
        smallGroups: small,
        known: accepted,
      },
      notes: [
        ...notes,
        ...hand.notes,
        ...contradictions(graph, ruled, hand.verdicts, { states: judged, found }),
        ...nextQuestion(notable[0], graph, hand.verdicts.length > 0),
        ...(await absentClassNotes([graph], options.where)),
        ...(await absentTypeNotes([graph], options.class)),
        ...(await stateRuleNotes(graph, options)),
        ...absentPrintNotes(
          options.fingerprint,
          all.map(({ fingerprint }) => fingerprint),
        ),
        ...packages.notes(),
        ...(isWhole ? known.notes(new Set(all.map(({ fingerprint }) => fingerprint)), 'dead') : []),
        ...omittedNote(omitted, 'group', 'groups'),
      ],
      found: !(options.failIfAny && total > accepted),
      picture: () => ({
        result: verdictPicture(
          graph,
          entries.map(({ steps, count, retainedSize, fingerprint }) => ({
            steps,
            extra: `${count === 1 ? 'keeps' : `one of ${formatCount(count)}, which keep`} ${formatBytes(retainedSize)}\nfingerprint ${fingerprint}`,
          })),
        ),
        notes: [
          ...(entries.length === 0 ? summary : []),
          ...notes,
          ...hand.notes,
          ...omittedNote(omitted, 'group', 'groups'),
        ],
        found: !(options.failIfAny && total > accepted),
      }),
    };
  },
});

/** What a person called stuck is asked about: its groups go before the others. */
function stuckFirst(
  groups: readonly DeadGroup[],
  isStuck: (group: DeadGroup) => boolean,
): readonly DeadGroup[] {
  return [...groups.filter(isStuck), ...groups.filter((group) => !isStuck(group))];
}

/**
 * What to say next of the first group, where verdicts were given by hand, or where more than one
 * object between is unknown.
 */
function nextQuestion(first: DeadEntry | undefined, graph: Graph, hasVerdicts: boolean): string[] {
  if (first === undefined) return [];
  const { ask, steps, suspects } = first;
  if (ask === null) {
    const at = steps.findLast(({ suspect }) => suspect);
    return hasVerdicts && suspects === 1 && at
      ? [`one reference is left: ${at.reference ?? at.type} to ${at.type} @${at.id}`]
      : [];
  }
  if (!hasVerdicts && suspects < 3) return [];
  return [questionNote(graph, ask, { command: 'dead' })];
}

function deadIds(graph: Graph, { dead }: ObjectStates): ReadonlySet<number> {
  return new Set(Array.from(dead, (node) => graph.ids[node]!));
}

interface WantedOptions {
  readonly class: readonly string[];
  readonly where: Query | undefined;
}

/** Whether a node is one of those asked about. */
async function wantedNodes(
  graph: Graph,
  { class: classes, where }: WantedOptions,
  { readIds }: Machine,
): Promise<(node: number) => boolean> {
  const { labels, of } = classIndex(graph);
  const patterns = classes.map(parseTypePattern);
  const fits = labels.map((label) => patterns.length === 0 || patterns.some(({ matches }) => matches(label)));
  const mask = where && (await maskOf(where, { graph, readIds }));
  return (node) => fits[of[node]!]! && mask?.[node] !== 0;
}

/** How many there are, or what was looked at. */
function summaryOf(
  { asked, dead, verdicts }: ObjectStates,
  { groups, small, settled }: { readonly groups: number; small: number; settled: number },
): string[] {
  const rest =
    small === 0
      ? ''
      : ` ${formatCount(small)} ${small === 1 ? 'group has' : 'groups have'} too few objects: --min-count 1 shows ${small === 1 ? 'it' : 'them'}.`;
  if (groups > 0) return rest === '' ? [] : [rest.trim()];
  if (asked === 0)
    return ['Nothing dead found: no object of a kind that says of itself whether it is finished.'];
  const unknown = asked - verdicts.reduce((sum, verdict) => sum + Number(verdict > 0), 0);
  const open = unknown === 0 ? '' : `, ${formatCount(unknown)} do not say`;
  const orderly =
    settled === 0
      ? ''
      : ` ${formatCount(settled)} of them ${settled === 1 ? 'is' : 'are'} held in good order: by a FinalizationRegistry whose callback is still to run, or by the runtime.`;
  return [
    `${dead.length === 0 ? 'Nothing dead found' : 'No group of dead objects to show'}: of ${formatCount(asked)} objects that may say of themselves that they are finished, ${formatCount(dead.length)} ${dead.length === 1 ? 'does' : 'do'}${open}.${orderly}${rest}`,
  ];
}
