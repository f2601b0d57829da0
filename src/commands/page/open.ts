/** The page of report on snapshots that stay loaded. The command line serves it. */
import { defineLiveCommand } from '../command.js';

export const openCommand = defineLiveCommand({
  name: 'open',
  summary: 'the page of report in a browser, with all objects and queries, while it runs',
  description:
    'Serves the page on 127.0.0.1 under an address that nobody can guess, and prints it; at a terminal a browser opens it. Every object has its references, retainers, chain and pictures, drawn when asked for; queries are typed. Ctrl-C ends it, and nothing is left.',
  snapshot: { names: ['snapshot'], least: 1, most: Number.POSITIVE_INFINITY },
  live: 'open',
  options: {
    port: { kind: 'integer', help: 'the port; by default a free one' },
    noBrowser: { kind: 'flag', help: 'print the address, and open no browser' },
  },
  examples: [
    { line: 'heapgraph open app.heapsnapshot', says: 'look around in a heap' },
    { line: 'heapgraph open 1.heapsnapshot 2.heapsnapshot 3.heapsnapshot', says: 'with what grew' },
    { line: 'heapgraph open app.heapsnapshot --no-browser --port 8080', says: 'through a tunnel of ssh' },
  ],
});
