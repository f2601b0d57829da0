/** The command line: the only owner of arguments, standard streams and exit codes. */
import { COMMANDS, THEMES } from '../commands/index.js';
import { graphOf } from '../graph/shared-graph.js';
import { onTemporaryFile } from '../io/atomic-file.js';
import { type IndexStore, openIndexStore } from '../session/index-file/store.js';
import { createSession } from '../session/open.js';
import type { Context } from './context.js';
import { runProgram } from './program.js';
import type { Engine } from './repl/engine.js';

/** Put in by build.mjs. */
declare const HEAPGRAPH_VERSION: string;

const indexes = (): IndexStore => openIndexStore(HEAPGRAPH_VERSION);

/** Runs once when the file is loaded; the tests' host process runs it again. */
export function main(context?: Context): Promise<void> {
  return runProgram(COMMANDS, process.argv.slice(2), THEMES, { indexes, ...context });
}

/** The same for a prompt, whose thread loads this file and asks again and again. */
export const engine: Engine = {
  run: (words, context) => runProgram(COMMANDS, words, THEMES, { indexes, ...context }),
  session: createSession,
  graphOf,
  onTemporaryFile,
};

if (!(Symbol.for('heapgraph.engine') in globalThis)) void main();
