// Builds dist: the code bundled into a few files (a command line that starts fast must not open fifty), with what is
// loaded on demand in files of its own, and the type declarations beside it.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import writeGenerated from './build/generated.mjs';
import { writePage } from './build/page.mjs';

const require = createRequire(import.meta.url);

// Made beside dist and put in its place when it is whole: a program that runs meanwhile finds one or the other.
const out = `dist.${process.pid}`;

await writeGenerated();
/** The licences of packages whose code is in files of ours. Throws where a package has none. */
function licensesOf(names) {
  return names
    .map((name) => {
      const folder = path.join('node_modules', name);
      const { version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      if (!file) throw new Error(`${name}: no licence in ${folder}`);
      return `${name}@${version} (${license})\n\n${readFileSync(path.join(folder, file), 'utf8').trim()}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}

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
  /^(render\/|cli\/live\/|cli\/open\/|cli\/repl\/|cli\/mcp\/|cli\/tui\/|cli\/config\.js|query\/mask-of\.js|io\/source-maps\.js|session\/anonymized\.js|load\/threads\/|analysis\/package-leaks\/known-leaks)/;
/** Their sources, as they are found. */
const onDemand = new Set();

/** Modules of Node.js that commander requires at its start and uses for subcommands that are programs of their own, which
 * there are none of here. Node.js loads its network for them. */
const UNUSED_AT_START = {
  name: 'unused-at-start',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^commander$/ }, () => ({ path: require.resolve('commander') }));
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]commander[\\/]/.test(importer)
        ? { path: 'node:child_process', namespace: 'when-used' }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'when-used' }, ({ path: name }) => ({
      contents: `exports.spawn = (...given) => module.require('${name}').spawn(...given);`,
    }));
  },
};

/** Node.js' own modules as esbuild imports them: a new object with an accessor for each export, at each import. */
const COPIED_BUILTIN = /__toESM\(require\(("node:[a-z_/]+")\)(?:,1)?\)/g;

/** They inherit from the module instead: 3 ms less in a program that takes 60. */
function inheritBuiltins(file) {
  const code = readFileSync(file, 'utf8');
  const helper = 'var __builtin=(own)=>({__proto__:own,default:own});';
  writeFileSync(
    file,
    code.replace('"use strict";', `"use strict";${helper}`).replace(COPIED_BUILTIN, '__builtin(require($1))'),
  );
}

/** Packages whose code is in a file of ours. */
const bundled = new Set();
const noteBundled = ({ metafile }) => noteFiles(Object.keys(metafile.inputs));
const noteFiles = (files) => {
  for (const input of files) {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
    if (name) bundled.add(name);
  }
};

/** Files of other packages whose code stands in these files: their bundler named each in a line `//#region …`. */
function filesWithin(inputs) {
  const bundles = inputs.filter((input) => /^node_modules\/@modelcontextprotocol\//.test(input));
  return bundles.flatMap((input) =>
    [...readFileSync(input, 'utf8').matchAll(/^\/\/#region \S+\/(node_modules\/\S+)$/gm)].map(
      (match) => match[1],
    ),
  );
}

noteFiles(await writePage());

// The command line as one CommonJS file: Node.js starts it 10 ms earlier than modules (no module loader, and no
// `node:fs` namespace, for which Node.js loads its streams). `count`, which is over in milliseconds, has a file of its
// own, without the code of the other commands.
for (const [outfile, entry] of [
  ['cli.cjs', 'src/cli/main.ts'],
  ['count.cjs', 'src/cli/main-count.ts'],
]) {
  const built = await build({
    ...common,
    metafile: true,
    entryPoints: [entry],
    outfile: `${out}/${outfile}`,
    format: 'cjs',
    define: { HEAPGRAPH_VERSION: JSON.stringify(require('./package.json').version) },
    plugins: [
      UNUSED_AT_START,
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
  noteBundled(built);
  inheritBuiltins(`${out}/${outfile}`);
}

/** Packages whose code is in the file of the one command that uses them, and what they import. */
const IN_A_FILE_OF_OURS = {
  name: 'in-a-file-of-ours',
  setup({ onResolve }) {
    onResolve({ filter: /^(@modelcontextprotocol\/|zod(\/|$))/ }, ({ path: name }) => ({
      path: fileURLToPath(import.meta.resolve(name)),
    }));
  },
};

// The library, and what the command line loads on demand.
const library = await build({
  ...common,
  metafile: true,
  plugins: [IN_A_FILE_OF_OURS],
  entryPoints: [
    'src/index.ts',
    'src/testing/vitest.ts',
    ...onDemand,
    // Runs by itself when heapgraph was killed.
    'src/inspector/close-inspector.ts',
    // The thread of a prompt.
    'src/cli/repl/thread.ts',
    // The thread of the explorer.
    'src/cli/tui/question-worker.ts',
    // The thread of a server.
    'src/cli/mcp/thread.ts',
  ],
  outbase: 'src',
  outdir: out,
  format: 'esm',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
});
noteBundled(library);
noteFiles(filesWithin(Object.keys(library.metafile.inputs)));

// Loaded into programs that `capture` starts; CommonJS, because --require takes nothing else everywhere.
await build({
  ...common,
  entryPoints: ['src/inspector/preload.ts'],
  outfile: `${out}/inspector/preload.cjs`,
  format: 'cjs',
});

// Jest runs tests as CommonJS and cannot load modules: its matchers are one file with all that they need.
noteBundled(
  await build({
    ...common,
    metafile: true,
    entryPoints: ['src/testing/jest.ts'],
    outfile: `${out}/testing/jest.cjs`,
    packages: 'bundle',
    external: ['expect', '@jest/globals'],
    format: 'cjs',
    // Jest refuses `import()` in CommonJS, of modules of Node.js too.
    supported: { 'dynamic-import': false },
  }),
);
writeFileSync(`${out}/THIRD-PARTY-LICENSES.txt`, licensesOf([...bundled].sort()));

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
