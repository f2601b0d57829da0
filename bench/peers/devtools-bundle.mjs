/**
 * Chrome DevTools' own code for heap snapshots, made runnable in Node.js: npm has it as TypeScript, with its
 * own host layer for Node.js worker threads, so all it takes is a bundler. Bundled once, into .cache/.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.dirname(createRequire(import.meta.url).resolve('chrome-devtools-frontend/package.json'));
const FRONT_END = path.join(ROOT, 'front_end');
const WORKER = path.join(FRONT_END, 'entrypoints/heap_snapshot_worker');
const MODEL = path.join(FRONT_END, 'models/heap_snapshot/HeapSnapshotModel.ts');

const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
const CACHE = fileURLToPath(new URL('../.cache', import.meta.url));
const FOLDER = path.join(CACHE, `devtools-${version}`);

/** The loader and the snapshot as a module; the entry point of the worker. */
export const bundle = {
  library: path.join(FOLDER, 'library.mjs'),
  worker: path.join(FOLDER, 'worker.mjs'),
};

/** Node.js 20 has no Promise.withResolvers, which this code uses; Chrome has. */
const WITH_RESOLVERS = `Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new this((yes, no) => { resolve = yes; reject = no; });
  return { promise, resolve, reject };
};`;

/** Chromium's build generates this file and npm's package lacks it. No text is shown: one locale will do. */
const locales = {
  name: 'locales',
  setup(build) {
    build.onResolve({ filter: /\/locales\.js$/ }, ({ path: name }) => ({ path: name, namespace: 'locales' }));
    build.onLoad({ filter: /./, namespace: 'locales' }, () => ({
      contents: `export const DEFAULT_LOCALE = 'en-US';
        export const LOCALES = [DEFAULT_LOCALE];
        export const BUNDLED_LOCALES = LOCALES;
        export const LOCAL_FETCH_PATTERN = '', REMOTE_FETCH_PATTERN = '';`,
    }));
  },
};

export async function makeBundle() {
  if (existsSync(bundle.library) && existsSync(bundle.worker)) return;
  const { build } = await import('esbuild');
  const unfinished = `${FOLDER}.${process.pid}`;
  const entry = path.join(unfinished, 'entry.ts');
  const shared = {
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    tsconfigRaw: { compilerOptions: { target: 'esnext', useDefineForClassFields: false } },
    plugins: [locales],
    banner: { js: WITH_RESOLVERS },
    logLevel: 'error',
  };
  mkdirSync(unfinished, { recursive: true });
  try {
    await build({
      ...shared,
      stdin: {
        contents: `
          export { HeapSnapshotLoader } from ${JSON.stringify(path.join(WORKER, 'HeapSnapshotLoader.ts'))};
          export { NodeFilter } from ${JSON.stringify(MODEL)};`,
        sourcefile: entry,
        resolveDir: unfinished,
        loader: 'ts',
      },
      outfile: path.join(unfinished, 'library.mjs'),
    });
    await build({
      ...shared,
      entryPoints: [path.join(WORKER, 'heap_snapshot_worker-entrypoint.ts')],
      outfile: path.join(unfinished, 'worker.mjs'),
    });
    rmSync(FOLDER, { recursive: true, force: true });
    renameSync(unfinished, FOLDER);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
