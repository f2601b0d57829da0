/** `count` alone, which is over in milliseconds: a bundle without the code of the other commands starts faster. */
import { countCommand } from '../commands/classes/count.js';
import { runProgram } from './program.js';

void runProgram([countCommand], process.argv.slice(2));
