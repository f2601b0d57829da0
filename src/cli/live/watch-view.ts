/** What a watch shows, wherever it shows it. */
import type { Growth } from '../../analysis/growth/growth.js';
import { printable } from '../../base/printable.js';
import type { Table } from '../../base/result.js';
import { formatBytes, formatCount } from '../../base/units.js';
import { createStyle } from '../../render/style.js';
import { renderText } from '../../render/text.js';

/** One reading. Bytes; null where the target has no such number. */
export interface Sample {
  readonly rss: number | null;
  readonly heapUsed: number;
  readonly heapTotal: number;
  readonly external: number | null;
  readonly arrayBuffers: number | null;
  /** Instances of classes, as far as they are asked for. */
  readonly classes?: Readonly<Record<string, number>>;
  /** Bytes in memory by part, which add up to the RSS; with --parts. */
  readonly parts?: Readonly<Record<string, number>>;
  /** Milliseconds that the process stood still for them. */
  readonly pause?: number;
}

/** Where a watch shows what it sees. */
export interface View {
  sample(seconds: number, sample: Sample): void;
  grown(seconds: number, grown: readonly Growth[]): Promise<void>;
  /** Something that takes long has begun. */
  busy(text: string): void;
  /** Whether anybody still looks. */
  readonly wanted: boolean;
}

/** objgraph's table of growth, line by line. */
export async function* growthLines(grown: readonly Growth[], colour: boolean): AsyncGenerator<string> {
  const table: Table = {
    kind: 'table',
    columns: [
      { key: 'type', title: 'Type', unit: 'text', role: 'name' },
      { key: 'count', title: 'Count', unit: 'count', role: 'count' },
      { key: 'countDelta', title: 'Growth', unit: 'count', role: 'delta', signed: true },
    ],
    rows: grown.map(({ type, count, countDelta }) => ({ type, count, countDelta })),
    total: grown.length,
    omitted: 0,
    layout: 'growth',
  };
  yield* renderText(table, await createStyle(colour));
}

/** One line for people. */
export function sampleLine({ rss, heapUsed, external, arrayBuffers, classes = {} }: Sample): string {
  const shown = { rss, heapUsed, external, arrayBuffers };
  return [
    ...Object.entries(shown).flatMap(([key, value]) =>
      value === null ? [] : [`${key} ${formatBytes(value)}`],
    ),
    ...Object.entries(classes).map(([type, count]) => `${printable(type)} ${formatCount(count)}`),
  ].join('   ');
}
