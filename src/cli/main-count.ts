/** `count` alone: it takes milliseconds, and a bundle without other commands starts faster. */
import { countCommand } from '../commands/classes/count.js';
import { runProgram } from './program.js';

/** As in main.ts. */
export function main(): Promise<void> {
  return runProgram([countCommand], process.argv.slice(2));
}

void main();
