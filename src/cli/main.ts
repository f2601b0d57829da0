/** The command line: the only owner of arguments, standard streams and exit codes. */
import { COMMANDS, THEMES } from '../commands/index.js';
import { runProgram } from './program.js';

/** Runs once when the file is loaded; the tests' host process runs it again. */
export function main(): Promise<void> {
  return runProgram(COMMANDS, process.argv.slice(2), THEMES);
}

void main();
