/** What the memory of a running process consists of. */
import { defineLiveCommand } from '../command.js';
import type { ValuesOf } from '../options.js';

/** What `memory` takes. */
const memoryOptions = {
  timeout: { kind: 'duration', help: 'how long to wait for an answer (without it: 10s)' },
  force: {
    kind: 'flag',
    help: 'send SIGUSR1 also to a process that handles it and is not seen to be Node.js',
  },
  target: {
    kind: 'text',
    value: 'which',
    help: 'which target of the inspector: its id, or a part of its title or URL',
  },
} as const;

/** Its values; times in milliseconds. */
export type MemoryOptions = ValuesOf<typeof memoryOptions>;

export const memoryCommand = defineLiveCommand({
  name: 'memory',
  summary: 'what the memory of a process consists of, from RSS down',
  description:
    "Heap, array buffers, other memory outside of the heap, code, stacks, files, and the rest; the parts add up to RSS. Each says what it can be and how to tell. With Linux' /proc for a pid; without it stacks and files are in the rest. A snapshot behind the process says who holds its array buffers; alone, it says what it holds. More: docs/process-memory.md.",
  arguments: {
    name: 'process',
    help: 'a pid, or the address of an inspector: 127.0.0.1:9229, and a snapshot of it, if there is one; or a snapshot alone',
    least: 1,
    most: 2,
  },
  live: 'memory',
  answers: 'table',
  options: memoryOptions,
  examples: [
    { line: 'heapgraph memory 4711', says: 'a Node.js process, by its pid' },
    { line: 'heapgraph memory 127.0.0.1:9229 --json', says: 'by its inspector, for another program' },
    { line: 'heapgraph memory 4711 app.heapsnapshot', says: 'also who holds the array buffers' },
    { line: 'heapgraph memory app.heapsnapshot', says: 'what a snapshot alone tells' },
  ],
});
