// Bundles the page of `report` and `open`, and writes it down as a module that their renderer loads.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const FILE = 'src/render/page-code.generated.ts';

/** Out: the files that are in it, as paths from the root of the repository. Throws: where it cannot be written into HTML. */
export async function writePage() {
  const { outputFiles, metafile } = await build({
    entryPoints: ['src/page/main.tsx', 'src/page/page.css'],
    outdir: 'page',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'browser',
    target: ['chrome110', 'firefox115', 'safari16'],
    format: 'iife',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    tsconfigRaw: {},
    minify: true,
    legalComments: 'none',
    charset: 'ascii',
  });
  const textOf = (ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text.trim();
  const script = textOf('.js');
  const style = textOf('.css');
  // Either would end the element, or change how a browser reads it.
  if (/<\/script|<!--|<script/i.test(script))
    throw new Error('the script of the page cannot stand in a page');
  if (/<\//.test(style)) throw new Error('the style of the page cannot stand in a page');
  const hash = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
  const text = `/** Bundled from src/page by build.mjs. */\n${Object.entries({
    PAGE_SCRIPT: script,
    PAGE_SCRIPT_HASH: hash(script),
    PAGE_STYLE: style,
    PAGE_STYLE_HASH: hash(style),
  })
    .map(([name, value]) => `export const ${name}: string = ${JSON.stringify(value)};\n`)
    .join('')}`;
  if (!existsSync(FILE) || readFileSync(FILE, 'utf8') !== text) writeFileSync(FILE, text);
  return Object.keys(metafile.inputs);
}
