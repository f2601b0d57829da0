/** Prints how many objects of a class Chrome DevTools shows. Arguments: class, file. */
import { bundle } from './devtools-bundle.mjs';
import { loadWithDevTools } from './devtools-load.mjs';

const [type, file] = process.argv.slice(2);
const snapshot = await loadWithDevTools(file);
const { NodeFilter } = await import(bundle.library);
const rows = Object.values(snapshot.aggregatesWithFilter(new NodeFilter()));
const count = rows.filter(({ name }) => name === type).reduce((sum, row) => sum + row.count, 0);
process.stdout.write(`${count}\n`);
