/**
 * Containers in which Node.js and V8 keep a limited number of objects for themselves. What fills
 * one of them grows with the load and stops at the limit: it is no leak.
 */

import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { retainersOf } from '../../graph/retainers.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { StringIndexes } from '../../graph/strings.js';
import { edgeTarget } from '../../graph/walk.js';
import { isContext, oddballOf } from '../../v8/names.js';
import { isProcess } from '../../v8/roots.js';
import { rootScopeOf } from '../../v8/scopes.js';
import { scriptOf } from '../../v8/scripts.js';
import { V8_NAME } from '../../v8/system-names.js';
import { ENTRY_SIZE, tableEntries } from '../../v8/tables.js';
import { stringText } from '../../v8/values.js';

/** A limited container of the runtime. */
export interface BoundedBuffer {
  /** What it is, to be read in a sentence: `the resource timings of node:perf_hooks`. */
  readonly words: string;
  /** The most entries that are kept; null where the limit is another one. */
  readonly limit: number | null;
  /** What is left to say where the limit has no number: `which have a limit`. */
  readonly why?: string;
  /** The entries that are there now. Never more than the limit. */
  readonly size: number;
}

/** Looks up the buffers of one graph. */
export interface BoundedBuffers {
  /**
   * The buffer that a node is, or a part of: the array, Map or object, and the backing array or
   * table behind it. Undefined for everything else. With an edge of that node: also the buffer that
   * this reference alone is a part of.
   */
  of(node: number, edge?: number): BoundedBuffer | undefined;
  /** By the ordinal of the container. */
  readonly all: ReadonlyMap<number, BoundedBuffer>;
}

/**
 * Variables of Node.js's own modules. The names and limits are the same in Node.js 20 to 26, where
 * they are there.
 */
const VARIABLES = [
  {
    file: 'node:internal/perf/observe',
    name: 'resourceTimingBuffer',
    limit: 250,
    words: 'the resource timings of node:perf_hooks',
  },
  {
    file: 'node:internal/fs/glob',
    name: 'patternFnCache',
    limit: 250,
    words: 'the glob patterns of node:path',
  },
  { file: 'node:util', name: 'hexStyleCache', limit: 256, words: 'the colours of util.styleText' },
] as const;

/**
 * Caches of V8 that begin at its own roots. Their tables have a fixed size, or one that the heap's
 * size limits.
 */
const ENGINE_CACHES = [
  'string_split_cache',
  'regexp_multiple_cache',
  'regexp_match_global_atom_cache',
  'number_string_cache',
  'smi_string_cache',
  'double_string_cache',
] as const;

/**
 * Messages of the console that V8 keeps for DevTools while an inspector is open, with the objects
 * that were printed.
 */
const CONSOLE_HANDLE = / \/ DevTools console$/;
const CONSOLE_MESSAGES = 1000;

/**
 * The buffers, told by who owns them: a variable of a script of Node.js, a property of an object
 * whose class Node.js defines, a root of V8. A name alone is not enough: a program's own
 * `resourceTimingBuffer` is none. One that has more entries than the limit is none either, because
 * its limit was changed.
 *
 * - variables: `resourceTimingBuffer` (250), `patternFnCache` of path.matchesGlob (250),
 *   `hexStyleCache` (256)
 * - HTTP parsers that wait to be used again: `FreeList.list` (1,000)
 * - agents of node:http and node:https: each host's array in `freeSockets` (256), TLS sessions in
 *   `_sessionCache` (100)
 * - TLS sessions of fetch: `_sessionCache` of undici (100)
 * - V8's caches of converted numbers, split strings and matched regular expressions
 * - `process.moduleLoadList`, which is as long as Node.js has modules
 * - channels of node:diagnostics_channel, where hardly one has subscribers
 * - the console's last messages (1,000) while an inspector is open: single handles of `(Global
 *   handles)`
 *
 * `markEntryBuffer` and `measureEntryBuffer` of node:perf_hooks have no limit, and are not among
 * them.
 *
 * In: a graph with edges. Cost: one pass over the nodes and the edges of scopes and roots, and the
 * reverse edges.
 * Source: lib/internal/perf/observe.js, lib/internal/freelist.js, lib/_http_common.js,
 * lib/_http_agent.js, lib/https.js and lib/internal/deps/undici of Node.js 20.20, 22.23, 24.21 and
 * 26.10; V8's src/inspector/v8-console-message.cc.
 */
export const boundedBuffers = memo((graph: Graph): BoundedBuffers => {
  const all = new Map<number, BoundedBuffer>();
  const parts = new Map<number, number>();
  const add: Add = (container, words, limit, counted = container, why) => {
    const size = entriesIn(graph, counted);
    if (limit !== null && size > limit) return;
    all.set(container, { words, limit, size, ...(why === undefined ? {} : { why }) });
    for (const part of ['elements', 'table', 'properties']) {
      const behind = edgeTarget(graph, container, EDGE.internal, [part]);
      if (behind !== undefined && retainersCount(graph, behind) === 1) parts.set(behind, container);
    }
  };
  addVariables(graph, add);
  addAgents(graph, add);
  addModuleList(graph, add);
  addChannels(graph, add);
  addEngineCaches(graph, add);
  const consoleHandles = consoleHandlesOf(graph);
  const messages: BoundedBuffer = {
    words: `the console's last ${CONSOLE_MESSAGES.toLocaleString('en-US')} messages, kept for DevTools`,
    limit: null,
    size: consoleHandles.size,
  };
  return {
    all,
    of(node, edge) {
      if (edge !== undefined && consoleHandles.has(edge)) return messages;
      return all.get(parts.get(node) ?? node);
    },
  };
}, 'bounded buffers');

type Add = (container: number, words: string, limit: number | null, counted?: number, why?: string) => void;

function addVariables(graph: Graph, add: Add): void {
  const { nodeCount, firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const wanted = VARIABLES.map((variable) => ({ ...variable, indexes: strings.indexesOf(variable.name) }));
  const any = new StringIndexes(wanted.flatMap(({ indexes }) => [...indexes.indexes]));
  if (any.size === 0) return;
  const isScope = isContext(graph);
  for (let node = 0; node < nodeCount; node++) {
    if (!isScope(node)) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.context || !any.has(names[edge]!)) continue;
      const file = rootScopeOf(graph, node)?.file;
      const found = wanted.find((one) => one.file === file && one.indexes.has(names[edge]!));
      if (found) add(targets[edge]!, found.words, found.limit);
    }
  }
}

function addAgents(graph: Graph, add: Add): void {
  for (const list of instancesOfRuntime(graph, 'FreeList', ['node:internal/freelist'])) {
    const name = edgeTarget(graph, list, EDGE.property, ['name']);
    const parsers = name !== undefined && stringText(graph, name, 20) === 'parsers';
    const items = edgeTarget(graph, list, EDGE.property, ['list']);
    if (parsers && items !== undefined) add(items, 'the HTTP parsers that wait to be used again', 1000);
  }
  for (const agent of instancesOfRuntime(graph, 'Agent', ['node:_http_agent', 'node:https'])) {
    const sessions = edgeTarget(graph, agent, EDGE.property, ['_sessionCache']);
    const keys = sessions === undefined ? undefined : edgeTarget(graph, sessions, EDGE.property, ['list']);
    const map = sessions === undefined ? undefined : edgeTarget(graph, sessions, EDGE.property, ['map']);
    const words = 'the TLS sessions of an agent of node:https';
    if (keys !== undefined) {
      add(keys, words, 100);
      if (map !== undefined) add(map, words, 100, keys);
    }
    const free = edgeTarget(graph, agent, EDGE.property, ['freeSockets']);
    for (const sockets of free === undefined ? [] : properties(graph, free))
      add(sockets, 'the idle sockets of an agent of node:http', 256);
  }
  for (const name of ['WeakSessionCache', 'SimpleSessionCache', 'SessionCache'])
    for (const cache of instancesOfRuntime(graph, name, ['node:internal/deps/undici/undici'])) {
      const map = edgeTarget(graph, cache, EDGE.property, ['_sessionCache']);
      if (map !== undefined) add(map, 'the TLS sessions of fetch', 100);
    }
}

/** The names of Node.js' own modules, in the order in which they were loaded. */
function addModuleList(graph: Graph, add: Add): void {
  const { nodeCount } = graph;
  const isProcessObject = isProcess(graph);
  for (let node = 0; node < nodeCount; node++) {
    if (!isProcessObject(node)) continue;
    const list = edgeTarget(graph, node, EDGE.property, ['moduleLoadList']);
    if (list !== undefined) add(list, "the list of Node.js' modules that were loaded", null);
  }
}

/** More channels than these with subscribers are a program's. */
const FEW_CHANNELS = 20;

/** Channels by name. Those without subscribers are held by the modules that made them alone. */
function addChannels(graph: Graph, add: Add): void {
  for (const map of instancesOfRuntime(graph, 'WeakRefMap', ['node:diagnostics_channel'])) {
    const table = edgeTarget(graph, map, EDGE.internal, ['table']);
    if (table === undefined) continue;
    let weak = 0;
    for (const reference of new Set(edgesOf(graph).targets.subarray(...rangeOf(graph, table)))) {
      const strong = edgeTarget(graph, reference, EDGE.property, ['#strong']);
      if (strong !== undefined && oddballOf(graph, strong) !== undefined) weak++;
    }
    const why = 'which go when their modules do';
    if (entriesIn(graph, map) - weak <= FEW_CHANNELS)
      add(map, 'the channels of node:diagnostics_channel', null, undefined, why);
  }
}

function rangeOf({ firstEdge }: Graph, node: number): [number, number] {
  return [firstEdge[node]!, firstEdge[node + 1]!];
}

function addEngineCaches(graph: Graph, add: Add): void {
  const { nodeCount, nodeTypes, firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const caches = strings.indexesOf(...ENGINE_CACHES);
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE.synthetic) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
      if (types[edge] === EDGE.internal && caches.has(names[edge]!))
        add(targets[edge]!, `V8's ${strings.get(names[edge]!).replaceAll('_', ' ')}`, null);
  }
}

/**
 * Edges of V8's global handles that hold what was printed on the console, for DevTools.
 *
 * - Cost: one pass over the nodes.
 */
export const consoleHandlesOf = memo((graph: Graph): ReadonlySet<number> => {
  const { nodeCount, nodeTypes, firstEdge, strings } = graph;
  const { types, names } = edgesOf(graph);
  const found = new Set<number>();
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE.synthetic || !strings.equals(graph.nodeNames[node]!, V8_NAME.globalHandles))
      continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
      if (types[edge] === EDGE.internal && CONSOLE_HANDLE.test(strings.get(names[edge]!))) found.add(edge);
  }
  return found;
});

/**
 * Objects of a class, or of one that extends it, whose constructor stands in one of these scripts.
 */
function instancesOfRuntime(graph: Graph, name: string, scripts: readonly string[]): Set<number> {
  const { nodeCount, nodeTypes, nodeNames, strings } = graph;
  const called = strings.indexesOf(name);
  const found = new Set<number>();
  if (called.size === 0) return found;
  const work: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE.closure || !called.has(nodeNames[node]!)) continue;
    const script = scriptOf(graph, node);
    if (script === undefined || !scripts.includes(script)) continue;
    const prototype = edgeTarget(graph, node, EDGE.property, ['prototype']);
    if (prototype !== undefined) work.push(prototype);
  }
  const prototypes = new Set(work);
  for (let prototype = work.pop(); prototype !== undefined; prototype = work.pop()) {
    for (const heir of heirsOf(graph, prototype)) {
      if (prototypes.has(heir)) continue;
      prototypes.add(heir); // may be the prototype of a class below
      found.add(heir);
      work.push(heir);
    }
  }
  return found;
}

/** Nodes whose `__proto__` this is. */
function heirsOf(graph: Graph, prototype: number): number[] {
  const { firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const { firstRetainer, sources } = retainersOf(graph);
  const found: number[] = [];
  for (const source of sources.subarray(firstRetainer[prototype]!, firstRetainer[prototype + 1]!)) {
    for (let edge = firstEdge[source]!, end = firstEdge[source + 1]!; edge < end; edge++) {
      if (targets[edge] !== prototype || types[edge] !== EDGE.property) continue;
      if (strings.equals(names[edge]!, '__proto__')) found.push(source);
    }
  }
  return found;
}

/** What the properties of an object hold, without its prototype. */
function properties(graph: Graph, node: number): number[] {
  const { types, names, targets } = edgesOf(graph);
  const found: number[] = [];
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++)
    if (types[edge] === EDGE.property && !graph.strings.equals(names[edge]!, '__proto__'))
      found.push(targets[edge]!);
  return found;
}

/** Entries of an array or a Map; of anything else its edges. */
export function entriesIn(graph: Graph, container: number): number {
  const { types } = edgesOf(graph);
  const name = graph.strings.get(graph.nodeNames[container]!);
  if (name === 'Array') {
    let count = 0;
    for (let edge = graph.firstEdge[container]!, end = graph.firstEdge[container + 1]!; edge < end; edge++)
      if (types[edge] === EDGE.element) count++;
    return count;
  }
  const table = edgeTarget(graph, container, EDGE.internal, ['table']);
  if (table !== undefined)
    return tableEntries(graph, table, name === 'Set' ? ENTRY_SIZE.Set : ENTRY_SIZE.Map);
  return graph.firstEdge[container + 1]! - graph.firstEdge[container]!;
}

function retainersCount(graph: Graph, node: number): number {
  const { firstRetainer, sources } = retainersOf(graph);
  return new Set(sources.subarray(firstRetainer[node]!, firstRetainer[node + 1]!)).size;
}
