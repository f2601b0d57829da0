/** The explorer on a terminal: loads a snapshot, then draws what keys ask for. */

import path from 'node:path';
import { distances } from '../../analysis/sizes/distances.js';
import { childIndex } from '../../analysis/sizes/dominated-nodes.js';
import { retainedSizes } from '../../analysis/sizes/retained-sizes.js';
import { UsageError } from '../../base/errors.js';
import { printable } from '../../base/printable.js';
import { exitCodeOf } from '../../base/signals.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { retainersOf } from '../../graph/retainers.js';
import { explorerLines } from '../../render/explorer.js';
import { createStyle } from '../../render/style.js';
import { WHOLE_SNAPSHOT } from '../../session/need.js';
import { createSession } from '../../session/open.js';
import { EXIT } from '../exit.js';
import { checkMemoryBound, type MaxMemory } from '../memory-bound.js';
import { newestSnapshot } from '../newest.js';
import { createProgressLine } from '../progress-line.js';
import { threadsFor } from '../threads-setting.js';
import { Explorer } from './explorer.js';
import { classTable } from './heap-list.js';
import { QuestionThread } from './question-thread.js';
import { openTerminal } from './terminal.js';

/** What the command line gives. */
export interface TuiOptions {
  readonly quiet?: boolean;
  readonly salvage?: boolean;
  readonly maxMemory?: MaxMemory;
  readonly threads?: number;
}

/** Runs until the user quits. Gives the exit code. Throws UsageError, SnapshotError. */
export async function runTui(files: readonly string[], options: TuiOptions): Promise<number> {
  const { stdin, stdout } = process;
  checkTerminal();
  const file = files[0] ?? newest();
  if (file === '-')
    throw new UsageError('standard input has the keys, and cannot have a snapshot', 'Name a file.');
  const graph = await load(file, options);
  const style = await createStyle(!process.env.NO_COLOR);
  const thread = new QuestionThread(graph);
  try {
    return await new Promise<number>((resolve) => {
      let isDue = false;
      // Many keys that come at once are drawn once.
      const draw = (): void => {
        if (isDue) return;
        isDue = true;
        setImmediate(() => {
          isDue = false;
          explorer.resize(terminal.rows);
          terminal.show(explorerLines(explorer.screen(), terminal.columns, terminal.rows, style));
        });
      };
      const explorer = new Explorer(graph, titleOf(file, graph), thread, draw);
      const end = (code: number): void => {
        terminal.close();
        resolve(code);
      };
      const terminal = openTerminal(stdin, stdout, {
        onKey(key) {
          const then = explorer.press(key);
          if (then === 'quit') return end(EXIT.ok);
          if (then === 'interrupt') return end(exitCodeOf('SIGINT'));
          if (then === 'suspend') return terminal.suspend();
          if (then === 'redraw') terminal.forget();
          draw();
        },
        onResize: draw,
      });
      draw();
    });
  } finally {
    await thread.close();
  }
}

function checkTerminal(): void {
  const missing = [
    ['standard input', process.stdin.isTTY],
    ['standard output', process.stdout.isTTY],
  ].filter(([, isTerminal]) => isTerminal !== true);
  if (missing.length > 0)
    throw new UsageError(
      `tui needs a terminal, and ${missing.map(([name]) => name).join(' and ')} ${missing.length === 1 ? 'is' : 'are'} none`,
      'In a pipe, dominators and typestats answer; ssh -t gives a terminal.',
    );
  if (process.env.TERM === 'dumb')
    throw new UsageError(
      'tui needs a terminal that can place its text, and TERM is dumb',
      'repl needs less.',
    );
}

function newest(): string {
  const file = newestSnapshot('.');
  if (file === undefined)
    throw new UsageError('no snapshot was named, and this folder has no *.heapsnapshot file', 'Name one.');
  return file;
}

/** Everything that a key may ask for is computed before the first one. */
async function load(file: string, { quiet, salvage, maxMemory, threads }: TuiOptions): Promise<Graph> {
  const progress = createProgressLine(process.stderr, quiet === true);
  const session = createSession({
    buffers: SharedArrayBuffer,
    salvage: salvage === true,
    threads: threadsFor({ threads }),
    onEstimate: (estimate) => checkMemoryBound(estimate, maxMemory),
    onProgress: progress.onProgress,
  });
  try {
    const { graph } = await session.open(file, { ...WHOLE_SNAPSHOT, work: 'both' });
    if (graph.nodeCount === 0)
      throw new UsageError(
        `${printable(file)} has no nodes: there is nothing to look at`,
        'Take another one.',
      );
    classTable(graph);
    childIndex(graph);
    retainersOf(graph);
    distances(graph);
    return graph;
  } finally {
    progress.clear();
  }
}

function titleOf(file: string, graph: Graph): string {
  const size = formatBytes(retainedSizes(graph)[graph.root]!);
  return `heapgraph ${path.basename(file)}: ${size} in ${formatCount(graph.nodeCount)} nodes`;
}
