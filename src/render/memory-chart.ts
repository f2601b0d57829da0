/** Memory over time as a plot of characters. */
import { plot } from 'simple-ascii-chart';
import { formatBytes } from '../base/units.js';

export interface MemoryPoint {
  /** Seconds since the first. */
  readonly time: number;
  /** Bytes; null where there is no such number. */
  readonly rss: number | null;
  readonly heapUsed: number;
}

export interface ChartSize {
  readonly columns: number;
  readonly rows: number;
}

/** Beside the plot: numbers of the axis; below it: the axis, its numbers and the legend. */
const BESIDE = 14;
const BELOW = 8;

/**
 * Lines of a plot of rss and heapUsed, of which the newest points are at the right; it is made to
 * fit `size`. Fewer than two points make no line: the text is empty then.
 */
export function memoryChart(points: readonly MemoryPoint[], size: ChartSize, colour: boolean): string {
  const width = Math.max(20, size.columns - BESIDE);
  const height = Math.max(5, Math.min(16, size.rows - BELOW));
  const shown = points.slice(-width);
  if (shown.length < 2) return '';
  const heap = shown.map(({ time, heapUsed }): [number, number] => [time, heapUsed]);
  const rss = shown.flatMap(({ time, rss }): [number, number][] => (rss === null ? [] : [[time, rss]]));
  const series = rss.length > 0 ? [heap, rss] : [heap];
  const highest = Math.max(...series.flat().map(([, bytes]) => bytes));
  return plot(series, {
    width,
    height,
    yRange: [0, highest * 1.05],
    customXAxisTicks: [shown[0]!.time, shown[shown.length >> 1]!.time, shown.at(-1)!.time],
    formatter: (value, { axis }) => (axis === 'y' ? formatBytes(Math.round(value)) : `${Math.round(value)}s`),
    legend: { position: 'bottom', series: rss.length > 0 ? ['heapUsed', 'rss'] : ['heapUsed'] },
    ...(colour ? { color: ['ansiCyan', 'ansiYellow'] as const as never } : {}),
  });
}
