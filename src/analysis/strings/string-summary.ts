/**
 * How many strings, how large, and in what form.
 *
 * The room `strings`, what the texts of a heap take:
 *
 *   string-summary                      all of them, by form
 *   string-holders                      who holds some of them
 *   pinned-strings                      parts that keep a larger one
 *   largest-strings                     those that keep the most
 */
import type { Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { IS_TEXT } from '../../graph/schema.js';
import { STRING_FORMS, stringForm } from '../../v8/string-forms.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';

/** Strings of one form. */
export interface FormRow {
  /** The form: see STRING_FORMS. */
  readonly key: (typeof STRING_FORMS)[number]['key'];
  readonly title: string;
  readonly count: number;
  /** Bytes. */
  readonly size: number;
}

/** All strings of a heap. */
export interface StringSummary {
  readonly count: number;
  readonly size: number;
  /** In the order of STRING_FORMS; those with a string. */
  readonly forms: readonly FormRow[];
}

/**
 * Counts strings that have a size: without those that V8 writes for numbers.
 *
 * - In: a graph with edges.
 * - Cost: `shallowSizes`, and a pass over the strings and their bytes.
 */
export const stringSummary = memo((graph: Graph): StringSummary => {
  const { nodeCount, nodeTypes } = graph;
  const sizes = shallowSizes(graph);
  const formOf = stringForm(graph);
  const counts = new Float64Array(STRING_FORMS.length);
  const bytes = new Float64Array(STRING_FORMS.length);
  for (let node = 0; node < nodeCount; node++) {
    if (IS_TEXT[nodeTypes[node]!] !== 1 || sizes[node] === 0) continue;
    const form = formOf(node);
    counts[form]! += 1;
    bytes[form]! += sizes[node]!;
  }
  const forms = STRING_FORMS.map(({ key, title }, i) => ({
    key,
    title,
    count: counts[i]!,
    size: bytes[i]!,
  })).filter(({ count }) => count > 0);
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  return { count: sum(counts), size: sum(bytes), forms };
}, 'forms of strings');
