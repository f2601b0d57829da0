/** Which findings are worth showing: measured, without what others explain, the surest first. */
import type { Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeName, edgeTarget } from '../../graph/walk.js';
import { className } from '../../v8/class-names.js';
import { commonJsModules } from '../../v8/modules.js';
import { scriptOrigin } from '../../v8/origin.js';
import { isPackageCode } from '../../v8/packages.js';
import { isProcess, rootOf } from '../../v8/roots.js';
import { sourceLocation } from '../../v8/scripts.js';
import type { Chain } from '../holders/chains.js';
import { type Ownership, ownerOf } from '../holders/container-owner.js';
import { chainEnding } from '../holders/endings.js';
import { holderChain } from '../holders/holder-chains.js';
import { boundedBuffers } from '../leaks/bounded-buffers.js';
import type { ContentRow } from '../leaks/group-contents.js';
import { type RetainedSet, setsAtOnce } from '../sizes/retained-set.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { contentsOfSet, isGeneral, isTelling } from './contents.js';
import type { Finding, SuspectKind } from './finding.js';
import { keptByEach } from './kept-by.js';
import { leadToProgram } from './lead-to-program.js';

/** A finding with what its members keep together. */
export interface Suspect extends Finding {
  /** Bytes that would be freed if all members went. */
  readonly size: number;
  readonly chain: Chain;
  readonly owner: Ownership;
  readonly contents: readonly ContentRow[];
  /** Findings that lie in it and say more of it. */
  readonly inner: readonly Finding[];
  /** Whether a node is kept by the members alone. */
  readonly keeps: (node: number) => boolean;
}

export interface RankingOptions {
  /** Bytes that all members together have to keep. */
  readonly minSize: number;
  /** What is explained already. */
  readonly explained: readonly ((node: number) => boolean)[];
}

/** Nodes that all searches together visit at most, and how many searches there are in any case. */
const MOST_VISITED = 40_000_000;
const LEAST_MEASURED = 4;
const MOST_MEASURED = 40;
/** This share of its members makes a finding a part of another one. */
export const COVERED = 0.7;
/** Of all bytes of a heap, what a place has to keep to be measured. */
const LEAST_SHARE = 0.0005;
/** Kinds that say nothing of what the members are for. */
const IS_GENERAL: ReadonlySet<SuspectKind> = new Set(['gathering', 'list', 'large', 'variable']);
/** Variables that are measured beside all others. */
const MOST_VARIABLES = 5;
/** What is this many times as large is another matter. */
const MOST_AROUND = 3;
/** What is told by its kind comes before what is merely as large. */
const WEIGHT = { leak: 16, suspect: 8, large: 1 } as const;
/** Of these a program may have many by intention. */
const IS_LIGHT: ReadonlySet<SuspectKind> = new Set(['duplicates', 'external']);
const LIGHT = 0.5;
/** What is told more closely by others comes after them. */
const IS_LATE: ReadonlySet<SuspectKind> = new Set(['external', 'modules', 'duplicates']);
/** A suspect may keep this much less than what is merely large has to. */
const SUSPECT_SHARE = 0.2;
/** What no code of the program's own is a part of may be data of a package. */
const UNTOLD = 0.25;

/**
 * The findings in their order.
 *
 * - Order: the most bytes first, those of a suspect counted eight times.
 * - Cost: a search of the whole graph (`retainedSet`) for each that is measured: 4 to 40 of them,
 *   by the size of the graph.
 */
export function rankedSuspects(
  graph: Graph,
  findings: readonly Finding[],
  { minSize, explained }: RankingOptions,
): { readonly suspects: readonly Suspect[]; readonly looked: number } {
  const weigh = ({ verdict, kind }: Finding, size: number): number =>
    (IS_LIGHT.has(kind) ? LIGHT : WEIGHT[verdict]) * size;
  const sorted = [...findings].sort(
    (a, b) => weigh(b, b.estimate) - weigh(a, a.estimate) || graph.ids[a.holder]! - graph.ids[b.holder]!,
  );
  const most = Math.min(
    MOST_MEASURED,
    Math.max(LEAST_MEASURED, Math.floor(MOST_VISITED / Math.max(1, graph.nodeCount))),
  );
  const chosen: Suspect[] = [];
  const covers = explained.map((isIn) => ({ isIn, index: -1 }));
  const inner = new Map<number, Finding[]>();
  let measured = 0;
  // What all keep together may be more than each by itself.
  const worth = Math.max(minSize / 4, heapSize(graph) * LEAST_SHARE);
  // Variables last: what is told more closely comes first.
  const isVariable = ({ kind }: Finding): boolean => kind === 'variable';
  const isLate = ({ kind }: Finding): boolean => IS_LATE.has(kind);
  const inTurn = [
    ...sorted.filter((one) => !isVariable(one) && !isLate(one)),
    ...sorted.filter(isLate),
    ...sorted.filter(isVariable),
  ];
  const mostOf = (finding: Finding): number => (isVariable(finding) ? most + MOST_VARIABLES : most);
  /** By finding how many of `covers` are known to be none of its. */
  const apart = new Map<Finding, number>();
  const coverOf = (finding: Finding): (typeof covers)[number] | undefined => {
    for (let i = apart.get(finding) ?? 0; i < covers.length; i++) {
      if (share(finding.members, covers[i]!.isIn) >= COVERED) return covers[i];
      apart.set(finding, i + 1);
    }
    return undefined;
  };
  /** Chain and owner of a finding that is worth to be measured, whatever covers it. */
  const lookedAt = (
    finding: Finding,
  ): { chain: Chain; owner: Ownership; mayBeShown: boolean } | undefined => {
    if (finding.estimate < (finding.verdict === 'large' ? 1 : SUSPECT_SHARE) * worth) return undefined;
    const chain = finding.chain ?? holderChain(graph, finding.holder);
    if (isStatic(graph, finding, chain)) return undefined;
    const owner = ownerOf(graph, finding.holder, rootOf(graph, chain.nodes[0]!));
    const isGeneralKind = IS_GENERAL.has(finding.kind) || finding.kind === 'external';
    const mayBeShown = owner === 'program' || !isGeneralKind || isOfProgram(graph, finding);
    return { chain, owner, mayBeShown };
  };
  const atOnce = setsAtOnce(graph);
  const sets = new Map<Finding, RetainedSet>();
  /** What a finding keeps; those that are next are measured in the same search. */
  const setOf = (finding: Finding, place: number): RetainedSet => {
    if (!sets.has(finding)) {
      const next = [finding];
      // More than are left to be measured: some turn out to be parts of others.
      for (let i = place + 1; i < inTurn.length && next.length < atOnce; i++) {
        const other = inTurn[i]!;
        if (mostOf(other) !== mostOf(finding)) break;
        if (!sets.has(other) && lookedAt(other)?.mayBeShown && coverOf(other) === undefined) next.push(other);
      }
      keptByEach(graph, next).forEach((set, i) => void sets.set(next[i]!, set));
    }
    const set = sets.get(finding)!;
    sets.delete(finding);
    return set;
  };
  for (const [place, finding] of inTurn.entries()) {
    if (measured >= mostOf(finding)) continue;
    const looked = lookedAt(finding);
    if (!looked) continue;
    const { chain, owner } = looked;
    const cover = coverOf(finding);
    if (cover) {
      if (cover.index >= 0 && finding.verdict === 'suspect')
        inner.set(cover.index, [...(inner.get(cover.index) ?? []), finding]);
      continue;
    }
    if (!looked.mayBeShown) continue;
    const set = setOf(finding, place);
    measured++;
    if (set.size < (finding.verdict === 'large' ? 1 : SUSPECT_SHARE) * minSize) continue;
    if (finding.kind === 'large' && 2 * finding.estimate < set.size) continue;
    const contents = contentsOfSet(graph, set.nodes, finding.members);
    const keeps = inSorted(set.nodes);
    if (
      isVariable(finding) &&
      chosen.some(
        (one) => 3 * one.size >= set.size && (keeps(one.holder) || share(one.members, keeps) >= COVERED),
      )
    )
      continue;
    covers.push({ isIn: keeps, index: chosen.length });
    chosen.push({ ...finding, size: set.size, chain, owner, contents, inner: [], keeps });
  }
  // What a collection alone keeps, and most of it, is told with the collection.
  const isTold = chosen.map((one, i) => {
    const place = chosen.findIndex(
      (other, k) =>
        k !== i &&
        (other.kind === 'gathering' || other.kind === 'list') &&
        one.verdict === 'suspect' &&
        other.size >= one.size &&
        other.size <= MOST_AROUND * one.size &&
        share(one.members, other.keeps) >= COVERED,
    );
    if (place < 0) return false;
    inner.set(place, [one, ...(inner.get(i) ?? []), ...(inner.get(place) ?? [])]);
    return true;
  });
  const suspects = chosen.map((one, i): Suspect => {
    const parts = inner.get(i) ?? [];
    return {
      ...one,
      inner: parts,
      verdict: parts.length > 0 && one.verdict === 'large' ? 'suspect' : one.verdict,
    };
  });
  // Two looks at one collection are one entry, the larger one.
  const isSame = (a: Suspect, b: Suspect): boolean =>
    a.holder === b.holder && IS_GENERAL.has(a.kind) && IS_GENERAL.has(b.kind) && a.size <= b.size;
  const left = suspects.filter(
    (one, i) => !isTold[i] && !suspects.some((other, k) => k !== i && !isTold[k] && isSame(one, other)),
  );
  const score = (one: Suspect): number => {
    const told = one.contents[0] !== undefined && isTelling(one.contents[0], one.members.length);
    const isData = one.verdict === 'large' && !told && isPackageData(one, graph);
    return weigh(one, one.size) * (isData ? UNTOLD : 1);
  };
  left.sort((a, b) => score(b) - score(a));
  return { suspects: left, looked: findings.length };
}

/** Whether the place is a variable of a package's module, or its exports. */
function isPackageData({ chain }: Suspect, graph: Graph): boolean {
  return isPackageCode(chainEnding(graph, chain).file ?? rootOf(graph, chain.nodes[0]!)?.file);
}

/** Bytes of the whole heap. Cost: one pass over the nodes, once. */
export const heapSize = memo((graph: Graph): number => {
  const sizes = shallowSizes(graph);
  let sum = 0;
  for (let node = 0; node < graph.nodeCount; node++) sum += sizes[node]!;
  return sum;
});

/** Data that a program has from its start: modules, and what a JSON file was read as. */
function isStatic(graph: Graph, { members, kind }: Finding, chain: Chain): boolean {
  if (!IS_GENERAL.has(kind)) return false;
  const data = jsonExports(graph);
  if (chain.nodes.some((node) => data.has(node))) return true;
  if (chain.edges.length > 0 && RUNTIME_GLOBAL.test(edgeName(graph, chain.edges[0]!))) return true;
  // Lists of names in `process`, such as `process.moduleLoadList`.
  const type = graph.nodeTypes[members[0]!]!;
  if (type !== NODE.object && type !== NODE.closure && chain.nodes.some(isProcess(graph))) return true;
  return commonJsModules(graph).moduleOf.has(members[0]!);
}

/** What the runtime's own copy of a package keeps as a global. */
const RUNTIME_GLOBAL = /^<symbol (?:undici\.|node:)/;

/** What JSON files were read as, by `require`. */
const jsonExports = memo((graph: Graph): ReadonlySet<number> => {
  const found = new Set<number>();
  for (const [module, file] of commonJsModules(graph).moduleOf) {
    if (!/\.json$/i.test(file)) continue;
    const exported = edgeTarget(graph, module, EDGE.property, ['exports']);
    if (exported !== undefined) found.add(exported);
  }
  return found;
});

/** Whether what the runtime holds was made by code of the program's, or at its request. */
function isOfProgram(graph: Graph, { members, holder }: Finding): boolean {
  if (boundedBuffers(graph).of(holder) !== undefined) return false;
  return leadToProgram(graph, members) || areMadeOnRequest(graph, members[0]!);
}

/** Whether it is of a class of the runtime's that it makes none of for itself. */
function areMadeOnRequest(graph: Graph, member: number): boolean {
  const type = className(graph, member);
  return (
    graph.nodeTypes[member] === NODE.object &&
    !isGeneral(type) &&
    !OF_LOADER.test(type) &&
    scriptOrigin(sourceLocation(graph, member)?.script) !== 'program'
  );
}

/** Classes of which the runtime has one for each module, and spare ones. */
const OF_LOADER =
  /^(?:BuiltinModule|Module\w*|.*Error|HTTPParser|TimersList|Timeout|Immediate|SafeMap|SafeSet|URL\w*)$/;

/** The share of the members that are so. */
export function share(members: readonly number[], isIn: (node: number) => boolean): number {
  let count = 0;
  for (const node of members) if (isIn(node)) count++;
  return count / members.length;
}

/** Whether a number is in an ascending column. Cost: a bit for each number up to the last one. */
export function inSorted(nodes: Uint32Array): (node: number) => boolean {
  const bits = new Uint32Array(((nodes.at(-1) ?? 0) >>> 5) + 1);
  for (let i = 0; i < nodes.length; i++) bits[nodes[i]! >>> 5]! |= 1 << (nodes[i]! & 31);
  return (node) => ((bits[node >>> 5]! >>> (node & 31)) & 1) === 1;
}
