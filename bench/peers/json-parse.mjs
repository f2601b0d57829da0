/**
 * The floor of every program that parses a snapshot as JSON: reads the file, calls JSON.parse and
 * prints how many nodes there are. Argument: file.
 */
import { readFileSync } from 'node:fs';

const { snapshot } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
process.stdout.write(`${snapshot.node_count} nodes\n`);
