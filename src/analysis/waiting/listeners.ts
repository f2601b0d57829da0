/** Listeners of emitters and of event targets. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { className } from '../../v8/class-names.js';
import { V8_NAME } from '../../v8/system-names.js';
import { ENTRY_SIZE, firstEntrySlot, slotNumber } from '../../v8/tables.js';
import { numberText, stringText } from '../../v8/values.js';
import { eachPair, referenceIndex } from './reference-index.js';

/** A list that is longer is damaged. */
const LONGEST = 10_000_000;
const NAME_LENGTH = 200;
/** Wrappers around a listener that are looked through. */
const MOST_WRAPPERS = 4;
/** `kFlagOnce` of Node.js' event targets. */
const ONCE = 1;

/** The listeners of one object for one event. */
export interface ListenerList {
  /** `emitter`: `_events`, of Node.js or of eventemitter3. `target`: an EventTarget of Node.js. */
  readonly kind: 'emitter' | 'target';
  /** Ordinal of the emitter. */
  readonly emitter: number;
  /** The event's name; `Symbol(name)` for a symbol. */
  readonly event: string;
  /** Ordinal of what has the listeners: an array, the head of a list, or the only one itself. */
  readonly list: number;
  /**
   * Ordinals of what is in the list, in its order: functions, wrappers, records. One that was added
   * twice is there twice.
   */
  readonly members: readonly number[];
}

/**
 * All of them.
 *
 * - Order: emitters before targets, each as in the file.
 * - Empty: an emitter without listeners has no list.
 * - Cost: the edges of all lists.
 */
export const listenerLists = memo((graph: Graph): readonly ListenerList[] => {
  const { events, targetEvents } = referenceIndex(graph);
  const found: ListenerList[] = [];
  const { firstEdge, nodeTypes, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  eachPair(events, (emitter, table) => {
    if (nodeTypes[table] !== NODE.object) return;
    for (let edge = firstEdge[table]!, end = firstEdge[table + 1]!; edge < end; edge++) {
      const isNumber = types[edge] === EDGE.element;
      if (!isNumber && types[edge] !== EDGE.property) continue;
      const list = targets[edge]!;
      const isArray = nodeTypes[list] === NODE.object && className(graph, list) === 'Array';
      const members = isArray ? itemsOf(graph, list) : isListener(graph, list) ? [list] : [];
      if (members.length === 0) continue;
      const name = isNumber ? String(names[edge]) : strings.get(names[edge]!);
      if (name === '__proto__') continue;
      found.push({ kind: 'emitter', emitter, event: eventName(name), list, members });
    }
  });
  eachPair(targetEvents, (emitter, map) => {
    const table = edgeTarget(graph, map, EDGE.internal, ['table']);
    if (table === undefined) return;
    const keys = new Map<number, number>();
    for (let edge = firstEdge[table]!, end = firstEdge[table + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.internal) continue;
      const slot = slotNumber(strings.get(names[edge]!));
      if (slot === undefined) continue;
      keys.set(slot, targets[edge]!);
      const list = targets[edge]!;
      if (nodeTypes[list] !== NODE.object || !isEntryValue(graph, table, slot)) continue;
      const members = chainOf(graph, list, 'next');
      if (members.length === 0) continue;
      found.push({ kind: 'target', emitter, event: keyText(graph, keys.get(slot - 1)), list, members });
    }
  });
  return found;
}, 'listeners');

function isEntryValue(graph: Graph, table: number, slot: number): boolean {
  const start = firstEntrySlot(graph.selfSizes[table]!, ENTRY_SIZE.Map);
  return start === undefined || (slot >= start && (slot - start) % ENTRY_SIZE.Map === 1);
}

function eventName(name: string): string {
  const symbol = /^<symbol ?(.*)>$/s.exec(name);
  return symbol ? `Symbol(${symbol[1]})` : name;
}

function keyText(graph: Graph, key: number | undefined): string {
  if (key === undefined) return '';
  if (graph.nodeTypes[key] === NODE.symbol) {
    const description = edgeTarget(graph, key, EDGE.internal, ['name']);
    return `Symbol(${description === undefined ? '' : stringText(graph, description, NAME_LENGTH)})`;
  }
  return numberText(graph, key) ?? stringText(graph, key, NAME_LENGTH);
}

/** Functions, proxies of functions, and the records of eventemitter3. */
function isListener(graph: Graph, node: number): boolean {
  const type = graph.nodeTypes[node];
  if (type === NODE.closure) return true;
  if (type === NODE.object) {
    const fn = edgeTarget(graph, node, EDGE.property, ['fn']);
    return fn !== undefined && graph.nodeTypes[fn] === NODE.closure;
  }
  return (
    (type === NODE.hidden || type === NODE.native) &&
    graph.strings.get(graph.nodeNames[node]!) === V8_NAME.proxy
  );
}

function itemsOf(graph: Graph, array: number): number[] {
  const { types, targets } = edgesOf(graph);
  const found: number[] = [];
  for (let edge = graph.firstEdge[array]!, end = graph.firstEdge[array + 1]!; edge < end; edge++)
    if (types[edge] === EDGE.element && isListener(graph, targets[edge]!)) found.push(targets[edge]!);
  return found;
}

/** What follows a node by a property, and what follows that. */
function chainOf(graph: Graph, first: number, property: string): number[] {
  const found = new Set<number>();
  for (let node: number | undefined = first; found.size < LONGEST; ) {
    node = edgeTarget(graph, node, EDGE.property, [property]);
    if (node === undefined || node === first || found.has(node)) break;
    if (graph.nodeTypes[node] !== NODE.object) break;
    found.add(node);
  }
  return [...found];
}

/**
 * The function that a listener calls. `once` wraps it, `bind` too; of an object with `handleEvent`
 * it is that method, of `onabort = f` it is `f`.
 *
 * - Empty: undefined for what leads to no function.
 */
export function listenerFunction(graph: Graph, member: number): number | undefined {
  let found = isFunction(graph, member) ? member : undefined;
  for (let at = member, steps = 0; steps < MOST_WRAPPERS; steps++) {
    const inner =
      functionBehind(graph, at, EDGE.property, ['listener', 'callback', 'fn', 'handler']) ??
      functionBehind(graph, at, EDGE.internal, ['bound_function']) ??
      weakTarget(graph, at);
    if (inner === undefined) break;
    found = inner;
    at = inner;
  }
  return found;
}

function isFunction(graph: Graph, node: number | undefined): node is number {
  return node !== undefined && graph.nodeTypes[node] === NODE.closure;
}

function functionBehind(
  graph: Graph,
  node: number,
  type: number,
  called: readonly string[],
): number | undefined {
  for (const name of called) {
    const target = edgeTarget(graph, node, type, [name]);
    if (isFunction(graph, target)) return target;
  }
  return undefined;
}

/** Of a listener that its target holds weakly. */
function weakTarget(graph: Graph, member: number): number | undefined {
  if (graph.nodeTypes[member] !== NODE.object) return undefined;
  const callback = edgeTarget(graph, member, EDGE.property, ['callback']);
  if (callback === undefined) return undefined;
  const target = edgeTarget(graph, callback, EDGE.weak, ['target']);
  return isFunction(graph, target) ? target : undefined;
}

/**
 * Whether a listener goes after its first call: `once`.
 *
 * - Empty: undefined where the snapshot does not say: of a target's listener in a file without
 *   numbers.
 */
export function isOnce(graph: Graph, { kind }: ListenerList, member: number): boolean | undefined {
  if (kind === 'emitter') return edgeTarget(graph, member, EDGE.property, ['listener']) !== undefined;
  const flags = edgeTarget(graph, member, EDGE.property, ['flags']);
  const text = flags === undefined ? undefined : numberText(graph, flags);
  return text === undefined ? undefined : (Number(text) & ONCE) !== 0;
}
