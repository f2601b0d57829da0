/**
 * Computes all that Chrome DevTools does when it opens a file, and prints count and retained size of a class.
 * Arguments: class, file.
 */
import { loadSnapshot, typeStats } from '../dist/index.js';

const [name, file] = process.argv.slice(2);
const graph = await loadSnapshot(file);
const row = typeStats(graph, { by: 'retained', retained: true }).find(({ type }) => type === name);
process.stdout.write(`${row?.count ?? 0}, ${row?.retainedSize ?? 0}\n`);
