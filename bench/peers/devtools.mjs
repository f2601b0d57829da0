/**
 * Prints how many objects of a class Chrome DevTools shows; with `retained`, what they retain as well.
 * Arguments: class, file, and perhaps `retained`.
 */
import { bundle } from './devtools-bundle.mjs';
import { loadWithDevTools } from './devtools-load.mjs';

const [type, file, detail] = process.argv.slice(2);
const snapshot = await loadWithDevTools(file);
const { NodeFilter } = await import(bundle.library);
const all = Object.values(snapshot.aggregatesWithFilter(new NodeFilter()));
const rows = all.filter(({ name }) => name === type);
const total = (field) => rows.reduce((sum, row) => sum + row[field], 0);
process.stdout.write(`${total('count')}${detail === 'retained' ? `, ${total('maxRet')}` : ''}\n`);
