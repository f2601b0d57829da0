// Writes the two modules of src that are made from others. What is there and was made of the same sources stays.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { withRecordLoops } from './record-loops.mjs';

const require = createRequire(import.meta.url);
const TEMPLATE = 'src/load/record-loops.template.ts';
const KERNEL = 'src/load/kernel/assembly.ts';

/** In: none; the working folder is the root of the repository. Throws: when the kernel does not compile. */
export default async function writeGenerated() {
  writeRecordLoops();
  await buildKernel();
}

/** Writes the loops over records, see their template. */
function writeRecordLoops() {
  const code = withRecordLoops(readFileSync(TEMPLATE, 'utf8'), 'typescript').replace(
    /^\/\*\*[\s\S]*?\*\/\n/,
    '',
  );
  const text = `/** Made of record-loops.template.ts by build.mjs. */\n${code}`;
  const file = 'src/load/record-loops.generated.ts';
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}

/** Compiles the WebAssembly kernel and writes it down as a module, because a command line opens as few files as it can. */
async function buildKernel() {
  const file = 'src/load/kernel/kernel.generated.ts';
  const source = withRecordLoops(readFileSync(KERNEL, 'utf8'), 'assemblyscript');
  const made = createHash('sha256')
    .update(source)
    .update(readFileSync(new URL(import.meta.url)))
    .update(require('assemblyscript/package.json').version)
    .digest('hex');
  const head = `/** Compiled from assembly.ts by build.mjs; SHA-256 of its sources: ${made.slice(0, 16)}. */\n`;
  if (existsSync(file) && readFileSync(file, 'utf8').startsWith(head)) return;
  const { default: asc } = await import('assemblyscript/asc');
  const { error, stderr, binary } = await compileKernel(asc, source);
  if (error) throw new Error(`the kernel does not compile:\n${stderr}`, { cause: error });
  writeFileSync(file, `${head}export const KERNEL_BASE64 = '${binary.toString('base64')}';\n`);
}

async function compileKernel(asc, source) {
  let binary;
  const { error, stderr } = await asc.main(
    [
      KERNEL,
      '--outFile',
      'kernel.wasm',
      '-O3',
      '--runtime',
      'stub',
      '--noAssert',
      '--use',
      'abort=',
      '--initialMemory',
      '16',
    ],
    {
      readFile: (name, folder) => {
        const file = path.join(folder, name);
        if (!existsSync(file)) return null;
        return path.normalize(name) === path.normalize(KERNEL) ? source : readFileSync(file, 'utf8');
      },
      writeFile: (name, contents) => {
        if (name === 'kernel.wasm') binary = Buffer.from(contents);
      },
    },
  );
  return { error, stderr: stderr.toString(), binary };
}
