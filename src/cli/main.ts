/** The command line: the only owner of arguments, standard streams and exit codes. */
import { COMMANDS } from '../commands/index.js';
import { runProgram } from './program.js';

void runProgram(COMMANDS, process.argv.slice(2));
