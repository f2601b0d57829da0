// Writes the modules of src that are made from others. What is there and was made of the same sources stays.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';
import { writePage } from './page.mjs';
import { withRecordLoops } from './record-loops.mjs';

const require = createRequire(import.meta.url);
/** Templates of loops, without `.template.ts`. */
const LOOPS = ['src/load/record-loops', 'src/load/name-loops'];
const WORKER = 'src/load/threads/worker';
/** Sources of the kernels, and what their memory is. */
const KERNELS = {
  'src/load/kernel': ['--initialMemory', '16'],
  // The columns': it is made by whoever loads a graph.
  'src/graph/kernel': [
    ...['--importMemory', '--sharedMemory', '--enable', 'threads', '--enable', 'simd'],
    ...['--initialMemory', '1', '--maximumMemory', '65536'],
  ],
};

/** In: none; the working folder is the root of the repository. Throws: when the kernel does not compile. */
export default async function writeGenerated() {
  for (const loops of LOOPS) writeLoops(loops);
  writeKnownLeaks();
  writeRuntimeNames();
  for (const [folder, memory] of Object.entries(KERNELS)) await buildKernel(folder, memory);
  await bundleWorker();
  await writePage();
}

/** Writes loops over records, see their template. */
function writeLoops(loops) {
  const code = withRecordLoops(readFileSync(`${loops}.template.ts`, 'utf8'), 'typescript').replace(
    /^\/\*\*[\s\S]*?\*\/\n/,
    '',
  );
  const text = `/** Made of ${path.basename(loops)}.template.ts by build.mjs. */\n${code}`;
  const file = `${loops}.generated.ts`;
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}

/** Bundles the second thread and writes it down as a text: a thread starts without a file that a bundler could lose. */
async function bundleWorker() {
  const { outputFiles } = await build({
    entryPoints: [`${WORKER}.ts`],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
  });
  const code = outputFiles[0].text;
  const text = `/** Bundled from worker.ts by build.mjs. */\nexport const WORKER_CODE: string = ${JSON.stringify(code)};\n`;
  const file = `${WORKER}.generated.ts`;
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}

/** Writes known-leaks.json down as a module, which is loaded where something leaks. */
function writeKnownLeaks() {
  const { leaks } = JSON.parse(readFileSync('known-leaks.json', 'utf8'));
  const text = `/** Made of known-leaks.json by build.mjs. */\nimport type { PackageLeak } from './package-leak.js';\n\nexport const PACKAGE_LEAKS: readonly PackageLeak[] = ${JSON.stringify(leaks, null, 2)};\n`;
  const file = 'src/analysis/package-leaks/known-leaks.generated.ts';
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}

/** Writes runtime-names.txt down as a module, which is loaded where a snapshot is made anonymous. */
function writeRuntimeNames() {
  const names = readFileSync('build/runtime-names.txt', 'utf8').trimEnd();
  const text = `/** Made of build/runtime-names.txt by build.mjs. */\nexport const RUNTIME_NAMES: string = ${JSON.stringify(names)};\n`;
  const file = 'src/v8/runtime-names.generated.ts';
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}

/** Compiles a WebAssembly kernel and writes it down as a module, because a command line opens as few files as it can. */
async function buildKernel(folder, memory) {
  const kernel = `${folder}/assembly.ts`;
  const file = `${folder}/kernel.generated.ts`;
  const source = withRecordLoops(readFileSync(kernel, 'utf8'), 'assemblyscript');
  const parts = readdirSync(folder)
    .filter((name) => /^assembly-.*\.ts$/.test(name))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'));
  const made = createHash('sha256')
    .update(source)
    .update(parts.join(''))
    .update(readFileSync(new URL(import.meta.url)))
    .update(require('assemblyscript/package.json').version)
    .digest('hex');
  const head = `/** Compiled from assembly.ts by build.mjs; SHA-256 of its sources: ${made.slice(0, 16)}. */\n`;
  if (existsSync(file) && readFileSync(file, 'utf8').startsWith(head)) return;
  const { default: asc } = await import('assemblyscript/asc');
  const { error, stderr, binary } = await compileKernel(asc, kernel, source, memory);
  if (error) throw new Error(`${kernel} does not compile:\n${stderr}`, { cause: error });
  writeFileSync(file, `${head}export const KERNEL_BASE64 = '${binary.toString('base64')}';\n`);
}

async function compileKernel(asc, kernel, source, memory) {
  let binary;
  const { error, stderr } = await asc.main(
    [
      kernel,
      '--outFile',
      'kernel.wasm',
      '-O3',
      '--runtime',
      'stub',
      '--noAssert',
      '--use',
      'abort=',
      ...memory,
    ],
    {
      readFile: (name, folder) => {
        const file = path.join(folder, name);
        if (!existsSync(file)) return null;
        return path.normalize(name) === path.normalize(kernel) ? source : readFileSync(file, 'utf8');
      },
      writeFile: (name, contents) => {
        if (name === 'kernel.wasm') binary = Buffer.from(contents);
      },
    },
  );
  return { error, stderr: stderr.toString(), binary };
}
