// Builds dist: the code bundled into a few files (a command line that starts fast must not open fifty), with what is
// loaded on demand in files of its own, and the type declarations beside it.
import { execFileSync } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';
import writeGenerated from './build/generated.mjs';

const require = createRequire(import.meta.url);

// Made beside dist and put in its place when it is whole: a program that runs meanwhile finds one or the other.
const out = `dist.${process.pid}`;

await writeGenerated();
const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  packages: 'external',
  legalComments: 'none',
  minifyWhitespace: true,
  minifySyntax: true,
};

// Modules of these folders that the command line imports on demand are files of their own: renderers
// (src/render/index.ts names them), what works on running processes, what `count` answers queries with, the list of known
// leaks, and what works on large graphs.
const ON_DEMAND =
  /^(render\/|cli\/live\/|cli\/repl\/|cli\/config\.js|query\/mask-of\.js|load\/threads\/|analysis\/package-leaks\/known-leaks)/;
/** Their sources, as they are found. */
const onDemand = new Set();

// The command line as one CommonJS file: Node.js starts it 10 ms earlier than modules (no module loader, and no
// `node:fs` namespace, for which Node.js loads its streams). `count`, which is over in milliseconds, has a file of its
// own, without the code of the other commands.
for (const [outfile, entry] of [
  ['cli.cjs', 'src/cli/main.ts'],
  ['count.cjs', 'src/cli/main-count.ts'],
]) {
  await build({
    ...common,
    entryPoints: [entry],
    outfile: `${out}/${outfile}`,
    format: 'cjs',
    define: { HEAPGRAPH_VERSION: JSON.stringify(require('./package.json').version) },
    plugins: [
      {
        name: 'loaded-on-demand',
        setup({ onResolve }) {
          onResolve({ filter: /^\./ }, ({ path: file, resolveDir, kind }) => {
            if (kind !== 'dynamic-import') return undefined;
            const target = path.relative('src', path.resolve(resolveDir, file));
            if (!ON_DEMAND.test(target)) return undefined;
            onDemand.add(`src/${target.replace(/js$/, 'ts')}`);
            return { path: `./${target}`, external: true };
          });
        },
      },
    ],
  });
}

// The library, and what the command line loads on demand.
await build({
  ...common,
  entryPoints: [
    'src/index.ts',
    'src/testing/vitest.ts',
    ...onDemand,
    // Runs by itself when heapgraph was killed.
    'src/inspector/close-inspector.ts',
    // The thread of a prompt.
    'src/cli/repl/thread.ts',
  ],
  outbase: 'src',
  outdir: out,
  format: 'esm',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
});

// Loaded into programs that `capture` starts; CommonJS, because --require takes nothing else everywhere.
await build({
  ...common,
  entryPoints: ['src/inspector/preload.ts'],
  outfile: `${out}/inspector/preload.cjs`,
  format: 'cjs',
});

// Jest runs tests as CommonJS and cannot load modules: its matchers are one file with all that they need.
await build({
  ...common,
  entryPoints: ['src/testing/jest.ts'],
  outfile: `${out}/testing/jest.cjs`,
  packages: 'bundle',
  external: ['expect', '@jest/globals'],
  format: 'cjs',
});

const typescript = path.dirname(require.resolve('typescript/package.json'));
execFileSync(
  process.execPath,
  [path.join(typescript, 'bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', out],
  { stdio: 'inherit' },
);
// For TypeScript, too, what is required is CommonJS.
writeFileSync(`${out}/testing/jest.d.cts`, "export * from './jest.js';\n");
rmSync('dist', { recursive: true, force: true });
renameSync(out, 'dist');
