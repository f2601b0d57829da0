/** What `watch` shows on a terminal: a plot, redrawn in place, and below it the growth. */
import type { Growth } from '../../analysis/growth/growth.js';
import { printable } from '../../base/printable.js';
import { type MemoryPoint, memoryChart } from '../../render/memory-chart.js';
import { growthLines, type Sample, sampleLine, type View } from './watch-view.js';

export interface Screen extends View {
  /** The user wants a snapshot now. */
  askMark(): void;
  /** Whether the user has asked, since it was last asked here. */
  takeMark(): boolean;
  close(): void;
}

const CLEAR_DOWN = '\x1b[J';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const up = (lines: number): string => (lines > 0 ? `\x1b[${lines}A\r` : '\r');

export function watchScreen(stream: NodeJS.WriteStream, name: string, growth: boolean): Screen {
  const points: MemoryPoint[] = [];
  const colour = !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  let last: Sample | undefined;
  let drawn = 0;
  let asked = false;
  let state = '';
  let below: readonly string[] = [];
  const draw = (): void => {
    const { columns = 80, rows = 24 } = stream;
    const chart = memoryChart(points, { columns, rows: rows - below.length }, colour);
    const keys = growth ? 's takes a snapshot, q or Ctrl-C ends' : 'q or Ctrl-C ends';
    const lines = [
      `${printable(name)}   ${state || keys}`,
      ...(chart === '' ? [] : chart.replace(/\n+$/, '').split('\n')),
      last ? sampleLine(last) : '',
      ...below,
    ].slice(0, rows - 1);
    stream.write(`${up(drawn)}${CLEAR_DOWN}${lines.join('\n')}\n`);
    drawn = lines.length;
  };
  stream.write(HIDE_CURSOR);
  const show = (): void => void stream.write(SHOW_CURSOR);
  process.once('exit', show);
  return {
    sample(seconds, sample) {
      last = sample;
      points.push({ time: seconds, rss: sample.rss, heapUsed: sample.heapUsed });
      // A plot has no more columns than this; a watch may go on for weeks.
      if (points.length > 1000) points.shift();
      draw();
    },
    async grown(seconds: number, grown: readonly Growth[]) {
      state = '';
      const lines: string[] = [];
      for await (const line of growthLines(grown, colour)) lines.push(line.trimEnd());
      below = [
        '',
        `grown since the first snapshot (${Math.round(seconds)} s): ${grown.length === 0 ? 'nothing' : ''}`,
        ...lines,
      ];
      draw();
    },
    busy(text) {
      state = text;
      draw();
    },
    askMark() {
      asked = true;
    },
    takeMark() {
      const was = asked;
      asked = false;
      return was;
    },
    wanted: true,
    close() {
      process.off('exit', show);
      show();
    },
  };
}
