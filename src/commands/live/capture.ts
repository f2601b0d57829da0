/** A snapshot of a running process. */
import { defineLiveCommand } from '../command.js';
import type { ValuesOf } from '../options.js';

/** What `capture` takes. */
const captureOptions = {
  inspect: { kind: 'text', value: 'address', help: 'an inspector: 127.0.0.1:9229, or its ws:// URL' },
  target: {
    kind: 'text',
    value: 'which',
    help: 'which target of the inspector: its id, or a part of its title or URL',
  },
  worker: {
    kind: 'text',
    value: 'which',
    help: 'a worker of the process or page: its threadId, or a part of its name or URL',
  },
  output: {
    kind: 'text',
    short: 'o',
    value: 'file',
    help: 'where the snapshot goes; several are numbered; .gz compresses (default heapgraph-<pid>-<time>.heapsnapshot)',
  },
  gzip: { kind: 'flag', short: 'z', help: 'compress with gzip; a name without .gz gets it' },
  after: { kind: 'duration', help: 'wait before the first snapshot' },
  every: { kind: 'duration', help: 'take --count snapshots, this far apart' },
  count: { kind: 'integer', help: 'how many snapshots' },
  timeout: {
    kind: 'duration',
    help: 'how long to wait for an answer, and for a whole snapshot (without it: 10s for an answer, and a snapshot as long as the process shows signs of life)',
  },
  force: {
    kind: 'flag',
    help: 'go on where there is no room for the snapshot, in memory or on the disk; send SIGUSR1 also to a process that handles it and is not seen to be Node.js',
  },
  on: {
    kind: 'choice',
    choices: ['now', 'exit', 'signal'],
    default: 'now',
    defaultWords: 'now; exit for a program that is started',
    value: 'when',
    help: 'when: at once, at the exit of the program that was started, or each time that heapgraph gets SIGUSR2, --count times or until Ctrl-C',
  },
  trackAllocations: {
    kind: 'flag',
    help: 'have V8 note where each object is made, from now on until the snapshot (--after, --every, --on signal; a program that is started: from its start to its exit); the process is several times slower meanwhile',
  },
  strings: {
    kind: 'integer',
    help: 'write so many characters of each string, more than the 1,024 that V8 writes itself; Node.js only',
  },
  profile: {
    kind: 'duration',
    help: 'in place of a snapshot sample the allocations for this time: what costs hardly anything; writes a .heapprofile and prints the functions that made most; what was sampled up to then when the process ends before, or on Ctrl-C',
  },
  noNumbers: {
    kind: 'flag',
    help: 'without numbers, which make the file up to 90 % larger, the more of them a heap has (an Express server: 0 to 3 %)',
  },
} as const;

/** Its values; times in milliseconds. */
export type CaptureOptions = ValuesOf<typeof captureOptions>;

export const captureCommand = defineLiveCommand({
  name: 'capture',
  summary: 'write the heap snapshot of a running process',
  description:
    'By pid, by the address of an inspector (--inspect), or started: heapgraph capture -- node app.js. Prints the path of each snapshot when it is whole. The process does nothing else meanwhile. Snapshots to compare must be of one run: --every with --count, or --on signal. More: docs/capture.md.',
  arguments: { name: 'pid', help: 'the process', least: 0, most: 1 },
  live: 'capture',
  program: true,
  answers: 'details',
  options: captureOptions,
  examples: [
    { line: 'heapgraph capture 4711', says: 'a Node.js process, by its pid' },
    { line: 'heapgraph capture --inspect 127.0.0.1:9229 -o app.heapsnapshot.gz', says: 'by its inspector' },
    { line: 'heapgraph capture 4711 --every 60s --count 3', says: 'three, for leaks' },
    {
      line: 'heapgraph capture 4711 --after 30s --track-allocations',
      says: 'with the stacks of allocations',
    },
    { line: 'heapgraph capture 4711 --profile 30s', says: 'no snapshot: who allocates' },
    { line: 'heapgraph capture -- node app.js', says: 'what is left when the program exits' },
    { line: 'heapgraph capture --after 30s -- node app.js', says: 'after half a minute' },
  ],
});
