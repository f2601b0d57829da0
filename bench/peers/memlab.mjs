/** Prints how many objects of a class memlab finds. Arguments: class, file. */
import analysis from '@memlab/heap-analysis';

const [type, file] = process.argv.slice(2);
const heap = await analysis.getFullHeapFromFile(file);
let count = 0;
heap.nodes.forEach((node) => {
  if (node.name === type && node.type === 'object') count++;
});
process.stdout.write(`${count}\n`);
