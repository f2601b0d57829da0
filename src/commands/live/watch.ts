/** The memory of a running process over time. */
import { UsageError } from '../../base/errors.js';
import { option, parts } from '../../base/notes.js';
import { defineLiveCommand } from '../command.js';
import type { ValuesOf } from '../options.js';

/** Names of classes, separated by commas. Throws UsageError. */
export function readClassNames(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes(''))
    throw new UsageError(
      parts`${option('classes')} has an empty name`,
      parts`heapgraph watch 4711 ${option('classes')} Session,Socket`,
    );
  return [...new Set(names)];
}

/** What `watch` takes. */
const watchOptions = {
  every: { kind: 'duration', default: '1s', help: 'time between samples' },
  count: { kind: 'integer', help: 'samples, then end' },
  classes: {
    kind: 'text',
    value: 'names',
    help: 'count the instances of classes at each sample, separated by commas; the process stands still for it each time',
  },
  parts: { kind: 'flag', help: 'also the parts of the memory, as heapgraph memory has them' },
  growth: { kind: 'flag', help: 'take snapshots at marks and show what grew since the first' },
  everySnapshot: {
    kind: 'duration',
    help: 'time between the snapshots of --growth (default 60s); on a terminal the key s takes one at once',
  },
  limit: { kind: 'integer', default: 10, help: 'classes that --growth shows' },
  timeout: {
    kind: 'duration',
    help: 'how long to wait for an answer, and for a snapshot of --growth (without it: 10s for an answer)',
  },
  force: {
    kind: 'flag',
    help: 'take the snapshots of --growth also where there is no room; send SIGUSR1 also to a process that handles it and is not seen to be Node.js',
  },
  target: {
    kind: 'text',
    value: 'which',
    help: 'which target of the inspector: its id, or a part of its title or URL',
  },
} as const;

/** Its values; times in milliseconds. */
export type WatchOptions = ValuesOf<typeof watchOptions>;

export const watchCommand = defineLiveCommand({
  name: 'watch',
  summary: 'the memory of a running process over time',
  description:
    'A plot on a terminal; otherwise one line a sample: seconds, rss, heapUsed, external, arrayBuffers, in bytes, and the count of each of --classes. Ends with Ctrl-C, after --count samples, or when the process ends. --growth takes snapshots, and shows the classes that have more objects than in the first one. More: docs/capture.md.',
  arguments: {
    name: 'process',
    help: 'a pid, or the address of an inspector: 127.0.0.1:9229',
    least: 1,
    most: 1,
  },
  live: 'watch',
  answers: 'details',
  options: watchOptions,
  examples: [
    { line: 'heapgraph watch 4711', says: 'a plot, until Ctrl-C' },
    { line: 'heapgraph watch 127.0.0.1:9229 --every 5s --json', says: 'numbers for another program' },
    { line: 'heapgraph watch 4711 --classes Session,Socket', says: 'how many there are, too' },
    { line: 'heapgraph watch 4711 --growth --every-snapshot 30s', says: 'what grew, every half a minute' },
  ],
});
