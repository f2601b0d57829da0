/** Loads everything with the floor and says what that took. Argument: file. */
import { parse } from './floor.mjs';

const start = performance.now();
const { nodeCount, edgeCount, stringCount } = parse(process.argv[2]);
const milliseconds = performance.now() - start;
process.stdout.write(`${JSON.stringify({ milliseconds, nodeCount, edgeCount, stringCount })}\n`);
