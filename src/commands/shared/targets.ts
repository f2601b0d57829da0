/** Options and answers of commands that start from objects. */

import { EdgeView, NodeView } from '../../analysis/classes/nodes.js';
import type { ChainOptions, ChainSearch } from '../../analysis/holders/chains.js';
import { QueryError } from '../../base/errors.js';
import { type Note, type NoteLike, type NotePart, note, option, parts } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import { formatCount, formatId } from '../../base/units.js';
import { edgesOf, type Graph, sourceOf } from '../../graph/graph.js';
import { anyQuery, type NodeQuery, nodeQuery, parsePick, TAG_PREFIX } from '../../query/targets.js';
import type { GraphNeed } from '../../session/need.js';
import { isRoot, isStack, type RootKind, rootOf } from '../../v8/roots.js';
import { engineName } from '../../v8/runtime.js';
import type { ValuesOf } from '../options.js';

import { firstNotes, unknownClassNote } from './target-notes.js';

export { chainResult } from '../../analysis/expressions/chain-result.js';

export const targetArguments = {
  name: 'target',
  help: "an object (@id), a class, /regex/ on class names, or a function: 'name() app.js:5'",
  least: 1,
  most: Number.POSITIVE_INFINITY,
} as const;

const pickHelp = (sizes: string): string =>
  `which of a class: first, largest (by ${sizes}), random[:seed] (seed 1 by default), all`;

export const pickOption = {
  pick: { kind: 'text', read: parsePick, default: 'first', value: 'how', help: pickHelp('shallow size') },
} as const;

/** For pictures, which need retained sizes only where they show them. */
export const pickInPictureOption = {
  pick: {
    ...pickOption.pick,
    help: pickHelp('shallow size; with --extra-info retained by retained size'),
  },
} as const;

/** For commands that need retained sizes anyway; they say so to `resolveTargets`. */
export const pickByRetainedOption = {
  pick: { ...pickOption.pick, help: pickHelp('retained size') },
} as const;

export const idsOption = {
  idsFrom: {
    kind: 'ids',
    value: 'file',
    help: 'objects by their ids, one a line; - is standard input; no other target is required',
  },
} as const;

export const tagOption = {
  tag: {
    kind: 'list',
    value: 'name',
    argument: TAG_PREFIX,
    help: 'objects that the program named with tag(object, name), as further targets',
  },
} as const;

export const walkOptions = {
  ignore: { kind: 'list', read: nodeQuery, value: 'query', help: 'objects to skip: @id, a class, /regex/' },
  extraIgnore: { kind: 'list', read: nodeQuery, value: 'query', help: "the same, by objgraph's name" },
  ignoreEdge: { kind: 'list', read: edgeQuery, value: 'Class.name', help: 'references to skip' },
  weak: { kind: 'flag', help: 'follow references that keep nothing alive, too' },
} as const;

type WalkValues = ValuesOf<typeof walkOptions>;

export const WHOLE_GRAPH: GraphNeed = { kind: 'graph', edges: true, locations: true };

/** What a search skips. */
export function walkRules(
  graph: Graph,
  options: WalkValues,
): Pick<ChainOptions, 'ignoreNode' | 'ignoreEdge' | 'weak'> {
  const ignoreNode = anyQuery([...options.ignore, ...options.extraIgnore], graph);
  const edges = options.ignoreEdge;
  return {
    weak: options.weak,
    ...(ignoreNode ? { ignoreNode } : {}),
    ...(edges.length > 0 ? { ignoreEdge: edgeMatcher(graph, edges) } : {}),
  };
}

/** References of a class by their name: `Session.socket`. Throws QueryError. */
function edgeQuery(text: string): { readonly type: string; readonly name: string } {
  const dot = text.lastIndexOf('.');
  if (dot > 0 && dot < text.length - 1) return { type: text.slice(0, dot), name: text.slice(dot + 1) };
  throw new QueryError(
    `"${printable(text)}" is not a reference`,
    "Write the class, a dot and the name: 'Session.socket'.",
  );
}

function edgeMatcher(
  graph: Graph,
  wanted: readonly ReturnType<typeof edgeQuery>[],
): (edge: number) => boolean {
  const edges = edgesOf(graph);
  return (edge) => {
    const name = String(new EdgeView(graph, edges, edge).name);
    return wanted.some(
      (want) => want.name === name && want.type === new NodeView(graph, sourceOf(graph, edge)).type,
    );
  };
}

/** Options whose values are queries. */
interface QueryValues extends WalkValues {
  readonly to?: NodeQuery | undefined;
  readonly filter?: readonly NodeQuery[];
  readonly highlight?: readonly NodeQuery[];
}

/** A note for `--to` where it names what is in none of the snapshots: no chain can end there. */
export function unknownGoalNote(graphs: readonly Graph[], to: NodeQuery): Promise<Note | undefined> {
  return unknownClassNote(graphs, 'to', to.text, ['root', 'module', 'global']);
}

/** Notes for classes in options that are in none of the snapshots, which probably are misspelt. */
export async function queryNotes(
  graphs: readonly Graph[],
  { to, ...options }: QueryValues,
): Promise<readonly Note[]> {
  const notes = (['ignore', 'extraIgnore', 'filter', 'highlight'] as const).flatMap((name) =>
    (options[name] ?? []).map(({ text }) => unknownClassNote(graphs, name, text)),
  );
  if (to !== undefined) notes.unshift(unknownGoalNote(graphs, to));
  return (await Promise.all(notes)).filter((note) => note !== undefined);
}

export const maxDepthOption = {
  kind: 'integer',
  help: 'maximum number of references to follow; any number by default',
} as const;

/** What `--max-depth` means to a search. */
export function depthRule(options: { readonly maxDepth: number | undefined }): { maxDepth?: number } {
  return options.maxDepth === undefined ? {} : { maxDepth: options.maxDepth };
}

/** What holds for a moment only, where any root is the goal: it comes last. */
export function lastResort(graph: Graph, to: NodeQuery): Pick<ChainOptions, 'isLastResort'> {
  return to.text === 'root' ? { isLastResort: isStack(graph) } : {};
}

/** An object that no chain was found for, and what the search has seen. */
export interface Lost extends Omit<ChainSearch, 'chains'> {
  readonly node: number;
}

/**
 * Notes on objects without a chain: `--max-depth` was too small, nothing refers to the object, or
 * no such goal holds its retainers.
 */
export function noChainNotes(
  graph: Graph,
  lost: readonly Lost[],
  { text: to }: NodeQuery,
  maxDepth: number | undefined,
  way: 'back' | 'forward',
): readonly NoteLike[] {
  const [toGoal, toObject] = way === 'back' ? ['from', 'to'] : ['to', 'from'];
  const reason = ({ tooDeep, seen }: Lost): string | readonly NotePart[] => {
    if (tooDeep && maxDepth !== undefined)
      return parts` within ${formatCount(maxDepth)} ${maxDepth === 1 ? 'reference' : 'references'} (${option('maxDepth')}); there may be a longer one`;
    const others = seen - 1;
    if (way === 'forward')
      return others === 0 ? ': it holds nothing' : `: none of the ${objects(others)} that it holds is one`;
    if (others === 0) return ': nothing holds it';
    return to === 'root'
      ? `: ${objects(others)} hold${others === 1 ? 's' : ''} it, and no root holds ${others === 1 ? 'that' : 'these'}`
      : `: none of the ${objects(others)} that hold it is one`;
  };
  return [
    ...firstNotes(
      lost,
      (one) =>
        note(
          'unreached',
        )`no chain ${toGoal} ${to} ${toObject} ${formatId(graph.ids[one.node]!)}${reason(one)}`,
      (count) => note('unreached')`no chain for ${count} more`,
    ),
    ...(way === 'back' && lost.some(({ tooDeep }) => !tooDeep)
      ? missingEdgesNotes(graph, 'one of these may hold it')
      : []),
  ];
}

function objects(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'object' : 'objects'}`;
}

/** What a runtime leaves out of its snapshots, and what follows from that. */
export function missingEdgesNotes(graph: Graph, so: string): readonly string[] {
  return engineName(graph) === 'JavaScriptCore'
    ? [`JavaScriptCore does not write what a Map or a Set holds: ${so}`]
    : [];
}

const MODULE_ROOTS: ReadonlySet<RootKind | undefined> = new Set(['module', 'require cache'] as const);

/** Where a chain may end: `root`, `module`, `global`, or nodes of a query. Throws QueryError. */
export function readGoal(text: string): NodeQuery {
  if (text === 'root') return { text, on: isRoot };
  if (text === 'global') return { text, on: (graph) => (node) => rootOf(graph, node)?.kind === 'global' };
  // What a module exports is held by require.cache, not by a scope.
  if (text === 'module')
    return { text, on: (graph) => (node) => MODULE_ROOTS.has(rootOf(graph, node)?.kind) };
  return nodeQuery(text);
}
