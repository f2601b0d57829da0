/** References in words. */
import type { Graph } from '../graph/graph.js';
import { EDGE } from '../graph/schema.js';

/**
 * `.cache` of a property, `[…]` of an item or an entry, `variable sessions` of a scope, `(name)` of
 * V8's own.
 *
 * - In: the type of an edge, and its name; of `element` and `hidden` edges the name counts for
 *   nothing.
 */
export function referenceText(graph: Graph, type: number, name: number): string {
  if (type === EDGE.element) return '[…]';
  if (type === EDGE.hidden) return '(hidden)';
  const text = graph.strings.get(name);
  if (type === EDGE.property) return /^\d+$/.test(text) ? '[…]' : `.${text}`;
  if (type === EDGE.context) return `variable ${text}`;
  if (type === EDGE.shortcut) return `shortcut ${text}`;
  if (/^\d+$/.test(text)) return '[…]';
  return isWeakMapEntry(text) ? '(entry of a WeakMap)' : `(${text})`;
}

/** Whether a name is that of an entry of a WeakMap: its number, and what it is a part of. */
export function isWeakMapEntry(name: string): boolean {
  return /^\d+ \/ /.test(name);
}
