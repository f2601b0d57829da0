/** A leak as answers have it, in words. */

import type { LeakContent, LeakEntry, LeakPlace } from '../../base/leak-report.js';
import { printable, shortened } from '../../base/printable.js';
import type { Cell } from '../../base/result.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { EDGE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { className } from '../../v8/class-names.js';
import { isPackageCode, packageOf, packageText } from '../../v8/packages.js';
import { rootOf } from '../../v8/roots.js';
import { chainFingerprint } from '../dead/dead-chain.js';
import { chainResult } from '../expressions/chain-result.js';
import { containerWords, listenersText } from '../expressions/container-words.js';
import type { Chain } from '../holders/chains.js';
import type { ContentRow } from './group-contents.js';
import type { Leak } from './leak.js';
import { shapeText } from './object-shapes.js';

const LABEL_LENGTH = 60;

/**
 * `onReload()`, `placeOrder() suspended`, `scope {report: Report}`, `Object {i, footer}`,
 * `Session`.
 */
export function contentLabel(graph: Graph, row: ContentRow): string {
  const { kind, type, name, variables, example } = row;
  if (kind === 'function') return `${shortened(name, LABEL_LENGTH) || '(anonymous)'}()`;
  if (kind === 'suspended') return `${shortened(name, LABEL_LENGTH) || '(anonymous)'}() suspended`;
  if (kind === 'scope')
    return variables.length === 0 ? 'scope' : `scope {${shortened(variables.join(', '), LABEL_LENGTH)}}`;
  if (type === 'Object') return `Object {${shortened(shapeText(graph, example), LABEL_LENGTH)}}`;
  if (
    type === 'EventTarget' &&
    edgeTarget(graph, example, EDGE.property, ['<symbol kAborted>']) !== undefined
  )
    return 'AbortSignal (EventTarget)'; // of Node.js 18 and 20
  return shortened(type, LABEL_LENGTH);
}

/**
 * What says most first: `principal`, the program's own code, scopes with variables, a package's,
 * then by bytes.
 */
function inOrder(leak: Leak): ContentRow[] {
  const rank = (row: ContentRow): number => {
    if (row === leak.principal || row.example === leak.principal.example) return 0;
    if (row.origin !== 'program') return row.depth === 0 ? 5 : 6;
    if (row.kind === 'scope' && row.variables.length === 0) return 6;
    if (isPackageCode(row.script)) return 4;
    return row.kind === 'scope' ? 2 : 1;
  };
  return [...leak.contents].sort((a, b) => rank(a) - rank(b) || b.size - a.size);
}

/** What is known beside the graph. */
export interface LeakEntryOptions {
  /**
   * Where an object was allocated, a function a line; null where that is not known. Default: it is
   * not.
   */
  readonly allocated?: (node: number) => readonly string[] | null;
  /**
   * The package that a script is in; undefined where it is in none. Default: what the path says.
   */
  readonly packageName?: (script: string | undefined) => string | undefined;
}

function nameByPath(script: string | undefined): string | undefined {
  const found = packageOf(script);
  return found && packageText(found);
}

/**
 * A leak in words.
 *
 * - In: the graph of the last snapshot, a leak of it.
 * - Cost: the edges of the chain and of one example of each kind.
 */
export function leakEntry(
  graph: Graph,
  leak: Leak,
  { allocated = () => null, packageName = nameByPath }: LeakEntryOptions = {},
): LeakEntry {
  const content = (row: ContentRow): LeakContent => ({
    kind: row.kind,
    type: row.type,
    label: contentLabel(graph, row),
    count: row.counts.reduce((total, count) => total + count, 0),
    counts: row.counts.slice(1),
    size: row.size,
    location:
      row.location === undefined ? null : ({ ...row.location, script: row.location.script ?? null } as Cell),
    package: packageName(row.script) ?? null,
    origin: row.origin,
    example: graph.ids[row.example]!,
    allocated: allocated(row.example),
  });
  const words = containerWords(graph, leak.chain);
  const { heldBy } = words;
  const text = listenersText(words.text, leak.member.type);
  const owner = leak.isList ? leak.chain.nodes.at(-1)! : leak.container;
  const member = content(leak.member);
  const principal = content(leak.principal);
  const known = new Set([text]);
  const alsoIn: LeakPlace[] = [];
  for (const { container, chain } of leak.alsoIn) {
    const place = placeOf(graph, container, chain);
    if (known.has(place.text)) continue;
    known.add(place.text);
    alsoIn.push(place);
  }
  return {
    verdict: leak.verdict,
    growth: leak.growth,
    container: {
      id: graph.ids[owner]!,
      type: className(graph, owner),
      text,
      heldBy,
      path: leak.path,
      root: leak.root,
      owner: leak.owner,
      package: packageName(rootOf(graph, leak.chain.nodes[0]!)?.file) ?? null,
      count: leak.containers,
      chain: chainResult(graph, leak.chain, { found: true, rooted: true, sizes: true }),
    },
    alsoIn,
    member,
    memberCounts: leak.memberCounts,
    linkedBy: leak.linkedBy ?? null,
    sizes: leak.sizes,
    principal,
    contents: inOrder(leak).map(content),
    count: leak.things.reduce((total, count) => total + count, 0),
    size: leak.size,
    aloneSize: leak.aloneSize,
    sentence:
      sentence(leak, { text: text + behindWords(graph, leak), heldBy }, member, principal) + boundWords(leak),
    fingerprint: chainFingerprint(graph, leak.chain, leak.principal.example),
    known: null,
    packageLeak: null,
  };
}

function placeOf(graph: Graph, container: number, chain: Chain): LeakPlace {
  return {
    id: graph.ids[container]!,
    type: className(graph, container),
    ...containerWords(graph, chain),
  };
}

/** When members were added, in words. */
function whenOf({ verdict, memberCounts }: Leak): string {
  const steps = memberCounts.slice(1).map((count, i) => count - memberCounts[i]!);
  if (memberCounts.length === 2 && verdict !== 'once') return 'from one snapshot to the other';
  if (verdict === 'once' && steps.length > 1 && steps.every((more) => more > 0))
    return 'at every step, as what is loaded late is';
  return WHEN[verdict]!;
}

const WHEN: Readonly<Record<string, string>> = {
  leak: 'at every step',
  limited: 'at every step',
  uneven: 'at every step, though not evenly',
  sometimes: 'in some of the steps',
  once: 'in one step only',
};

/** Why there may be a limit; empty for a leak without. */
export function boundWords({ bound, oldestGo }: Leak): string {
  if (oldestGo) return ' The oldest members go: it is a cache that is not full, or a queue that gets longer.';
  if (bound === undefined) return '';
  return bound.limit === undefined
    ? ` ${bound.name} may limit it; the number is not in the file (heapgraph capture writes numbers).`
    : ` ${bound.name}, which is ${formatCount(bound.limit)}, may limit it.`;
}

/** ` (such as online.get("u0").previous)`: where things are that came behind members. */
export function behindWords(graph: Graph, { behind }: Leak): string {
  return behind === undefined ? '' : ` (such as ${containerWords(graph, behind).text})`;
}

function sentence(
  leak: Leak,
  { text, heldBy }: { readonly text: string; readonly heldBy: string },
  member: LeakContent,
  principal: LeakContent,
): string {
  const { verdict, growth, memberCounts, sizes, containers } = leak;
  const where = text.startsWith('(') && heldBy.includes(text) ? heldBy : `${text} (${heldBy})`;
  if (growth === 'in place')
    return `${where}${containers > 1 ? ` and ${formatCount(containers - 1)} more held alike` : ''} ${containers > 1 ? 'grow by themselves' : 'grows by itself'} ${WHEN[verdict]}: ${sizes.map(formatBytes).join(' → ')}.`;
  const at = (content: LeakContent): string => {
    const place = content.location as { script: string | null; line: number; column: number } | null;
    return place?.script ? ` (${printable(place.script)}:${place.line}:${place.column})` : '';
  };
  const leadsTo =
    principal.example === member.example ? '' : `, which leads to ${principal.label}${at(principal)},`;
  const counts = memberCounts.map(formatCount).join(' → ');
  const also = containers > 1 ? ` and ${formatCount(containers - 1)} more held alike` : '';
  if (leak.linkedBy !== undefined)
    return `${member.label}${at(member)} lead to each other by .${printable(leak.linkedBy)}, from ${where}, more of them ${whenOf(leak)}: ${counts}.`;
  return `${member.label}${at(member)}${leadsTo} is added ${growth === 'behind' ? 'behind' : 'to'} ${where}${also} ${whenOf(leak)}: ${counts}.`;
}
