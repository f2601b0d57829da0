/** The least that a command line with commander can be: what heapgraph's start-up is measured against. */
import { Command } from 'commander';

const program = new Command('empty');
program
  .command('count')
  .argument('<type>')
  .argument('[snapshot]')
  .action(() => process.stdout.write('1\n'));
await program.parseAsync();
