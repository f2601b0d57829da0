/** What `--stats` prints: time by phase, speed of reading, memory. */
import type { Loaded, PhaseListener } from '../base/phases.js';
import { printable } from '../base/printable.js';
import { formatBytes, formatCount } from '../base/units.js';
import type { MemoryEstimate } from '../session/memory-estimate.js';

/** Shorter phases are left out. */
const LEAST_MS = 1;

/** The two clocks and gauges of a process. */
export interface Gauges {
  /** Milliseconds. */
  now(): number;
  /** Bytes that the process has had in memory at most. */
  peak(): number;
}

export const PROCESS: Gauges = {
  now: () => performance.now(),
  peak: () => process.resourceUsage().maxRSS * 1024,
};

interface Running {
  readonly name: string;
  readonly begun: number;
  /** Milliseconds of phases inside. */
  inner: number;
}

/** Adds up what phases take. The time of a phase inside another counts once. */
export class Stats implements PhaseListener {
  /** Milliseconds by name, in the order in which phases began. */
  private readonly spent = new Map<string, number>();
  private readonly running: Running[] = [];
  private readonly files: Loaded[] = [];
  private readonly begun: number;
  /** Bytes; 0 where nobody has said. */
  private expected = 0;
  /** Milliseconds of all phases. */
  private named = 0;

  constructor(private readonly gauges: Gauges = PROCESS) {
    this.begun = gauges.now();
  }

  begin(name: string): void {
    if (!this.spent.has(name)) this.spent.set(name, 0);
    this.running.push({ name, begun: this.gauges.now(), inner: 0 });
  }

  end(): void {
    const { name, begun, inner } = this.running.pop()!;
    const whole = this.gauges.now() - begun;
    this.spent.set(name, this.spent.get(name)! + whole - inner);
    const around = this.running.at(-1);
    if (around) around.inner += whole;
    else this.named += whole;
  }

  loaded(what: Loaded): void {
    this.files.push(what);
  }

  /** Takes what a question was expected to take. */
  expect({ bytes }: MemoryEstimate): void {
    this.expected = Math.max(this.expected, bytes);
  }

  /** Lines for people. */
  text(): string {
    const { gauges, spent, expected } = this;
    const whole = gauges.now() - this.begun;
    const bytes = sumOf(this.files, (file) => (file.kind === 'index' ? 0 : file.bytes));
    const phases: [string, number, string?][] = [...spent].map(([name, ms]) =>
      name === 'reading'
        ? [name, ms, `${formatBytes(bytes)}, ${formatBytes((bytes / Math.max(ms, 0.001)) * 1000)}/s`]
        : [name, ms],
    );
    const shown = [...phases, ['the rest', whole - this.named] as [string, number]].filter(
      ([, ms]) => ms >= LEAST_MS,
    );
    const rows: [string, string, string][] = [...shown, ['in all', whole] as [string, number]].map(
      ([name, ms, more = '']) => [name, `${formatCount(Math.round(ms))} ms`, more],
    );
    const names = Math.max(...rows.map(([name]) => name.length));
    const times = Math.max(...rows.map(([, time]) => time.length));
    return [
      'time by phase:',
      ...rows.map(([name, time, more]) =>
        `  ${name.padEnd(names)}  ${time.padStart(times)}  ${more}`.trimEnd(),
      ),
      `peak memory: ${formatBytes(gauges.peak())}${expected > 0 ? ` (estimated: ${formatBytes(expected)})` : ''}`,
      ...this.files.map((file) => `${printable(file.file)}: ${contents(file)}`),
      '',
    ].join('\n');
  }
}

function contents(file: Loaded): string {
  const { nodes, edges } = file;
  const count = (many: number, what: string, bytes: number): string =>
    `${formatCount(many)} ${what}${bytes > 0 && many > 0 ? ` of ${(bytes / many).toFixed(1)} bytes` : ''}`;
  const { nodeBytes, edgeBytes } = file.kind === 'columns' ? file : { nodeBytes: 0, edgeBytes: 0 };
  return [
    ...(file.kind === 'index' ? ['from its index'] : []),
    `${count(nodes, 'nodes', nodeBytes)}${file.kind === 'counts' ? ' counted' : ''}`,
    edges === undefined ? 'no edges kept' : count(edges, 'edges', edgeBytes),
    ...(file.kind === 'columns'
      ? [`${count(file.strings, 'strings', 0)} (${formatBytes(file.stringBytes)})`]
      : []),
  ].join(', ');
}

function sumOf<T>(list: readonly T[], value: (item: T) => number): number {
  return list.reduce((sum, item) => sum + value(item), 0);
}
