/** Prints how many objects of a class @vscode/v8-heap-parser finds. Arguments: class, file. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// Its "import" condition leads to the build for browsers.
const parser = createRequire(import.meta.url)('@vscode/v8-heap-parser');

const [type, file] = process.argv.slice(2);
parser.init_panic_hook();
const [count] = parser.decode_bytes(readFileSync(file)).get_class_counts([type]);
process.stdout.write(`${count}\n`);
