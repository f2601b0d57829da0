/** Questions one after another about snapshots that are loaded once. The command line does it. */
import { defineLiveCommand } from '../command.js';

export const replCommand = defineLiveCommand({
  name: 'repl',
  summary: 'a prompt: snapshots are loaded once, and asked one question after another',
  description:
    'Takes the same commands, without "heapgraph" and without the snapshot: the last one is asked, or all where a command compares several. Tab completes commands, options and class names. Ctrl-C ends a question, Ctrl-D the prompt. In a pipe it reads a command a line, and its exit code is that of the last one.',
  snapshot: { names: ['snapshot'], least: 1, most: Number.POSITIVE_INFINITY },
  live: 'repl',
  options: {},
  examples: [
    { line: 'heapgraph repl app.heapsnapshot', says: 'then: suspects, count Session, at @123, …' },
    { line: 'heapgraph repl 1.heapsnapshot 2.heapsnapshot 3.heapsnapshot', says: 'leaks compares them' },
    { line: 'heapgraph repl app.heapsnapshot < questions.txt', says: 'a command a line' },
  ],
});
