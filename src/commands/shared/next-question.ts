/** Which object to say next whether it is to be there. */
import type { Graph } from '../../graph/graph.js';
import { nodesWithIds } from '../../graph/ids.js';
import { className } from '../../v8/class-names.js';

/** A command line that asks: all before its options. */
export interface AskingCommand {
  readonly command: string;
  /** Arguments before the snapshot. */
  readonly targets?: readonly string[];
}

/** Which object the question is about, of an id; with the command that takes the answer. */
export function questionNote(graph: Graph, ask: number, { command, targets = [] }: AskingCommand): string {
  const node = nodesWithIds(graph, [ask])[0]!;
  const type = node < 0 ? '' : ` (${className(graph, node)})`;
  const line = ['heapgraph', command, ...[...targets, graph.file].map(quoted)].join(' ');
  return `next: is @${ask}${type} to be there? ${line} --expect @${ask} --why "…", or --stuck @${ask}`;
}

/** As a POSIX shell takes it. */
function quoted(text: string): string {
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
