import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PNG } from 'pngjs';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.js';
import type { Subgraph } from '../../src/base/subgraph.js';
import { renderDot } from '../../src/render/dot.js';
import { dotOnPath, renderPicture } from '../../src/render/picture.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const none = { dotCommand: null };

const subgraph: Subgraph = {
  kind: 'subgraph',
  direction: 'back',
  maxDepth: 1,
  nodes: [
    {
      id: 7,
      type: 'Session',
      nodeType: 'object',
      name: '{user, "naïve" & <b>}',
      shallowSize: 12345,
      retainers: 1,
      depth: 0,
      asked: false,
      highlighted: false,
      root: false,
      finalizer: false,
      location: { script: '/app/"a"&b.js', scriptId: 3, line: 10, column: 5 },
    },
  ],
  edges: [],
  cut: [],
};
const dot = renderDot(subgraph);

describe('without Graphviz on the machine', () => {
  test.each(['dot', '.gv', 'DOT'])('%s is the text itself', async (format) => {
    expect(await renderPicture(dot, format, none)).toBe(dot);
  });

  test('SVG: texts and tooltips, in a font with a stand-in', async () => {
    const svg = (await renderPicture(dot, 'svg', none)) as string;
    expect(svg).toMatch(/^<\?xml/);
    expect(svg).toContain('>Session</text>');
    expect(svg).toContain('{user, &quot;naïve&quot; &amp; &lt;b&gt;}</text>');
    expect(svg).toMatch(/xlink:title="[^"]*@7 Session[^"]*12,345 bytes/);
    expect(svg).toMatch(/xlink:title="[^"]*\/app\/&quot;a&quot;&amp;b\.js:10:5/);
    expect(svg).toContain('font-family="DejaVu Sans,Verdana,sans-serif"');
  });

  test('PNG: the texts are there although no font of the machine is used', async () => {
    const darkIn = async (text: string): Promise<{ dark: number; columns: number; png: PNG }> => {
      const bytes = await renderPicture(
        `digraph { a [shape=none, fontname="DejaVu Sans", label="${text}"] }`,
        'png',
        none,
      );
      const png = PNG.sync.read(Buffer.from(bytes as Uint8Array));
      let dark = 0;
      const columns = new Set<number>();
      for (let at = 0; at < png.data.length; at += 4) {
        if (png.data[at]! > 100) continue;
        dark++;
        columns.add((at / 4) % png.width);
      }
      return { dark, columns: columns.size, png };
    };
    const empty = await darkIn(' ');
    expect(empty.dark).toBe(0);
    expect([...empty.png.data.subarray(0, 4)]).toEqual([255, 255, 255, 255]);
    const word = await darkIn('MMMMMMMMMMMMMMMMMMMM');
    expect(word.dark).toBeGreaterThan(1000);
    // Graphviz leaves 16 points beside the text: the text that is drawn is as wide as the one it has measured.
    const measured = word.png.width / 2 - 8 - 16;
    expect(word.columns / 2).toBeLessThan(measured + 2);
    expect(word.columns / 2).toBeGreaterThan(measured * 0.6);
    for (const text of ['é', 'Ω', 'ж', '☃', '×', '…']) expect((await darkIn(text)).dark).toBeGreaterThan(10);
  });

  test('PNG: as large as it is asked for, and never too large', { tags: 'slow' }, async () => {
    const size = async (text: string, scale?: number): Promise<number[]> => {
      const bytes = await renderPicture(text, 'png', { ...none, scale });
      const { width, height } = PNG.sync.read(Buffer.from(bytes as Uint8Array));
      return [width, height];
    };
    const [width, height] = (await size(dot, 1)) as [number, number];
    const [doubled] = (await size(dot)) as [number, number];
    expect(Math.abs(doubled - width * 2)).toBeLessThanOrEqual(1);
    expect(height).toBeGreaterThan(10);
    const [w, h] = (await size('digraph { a [width=200, height=100] }')) as [number, number];
    expect(w * h).toBeLessThan(36_100_000);
    expect(w / h).toBeCloseTo(2, 1);
  });

  test.each(['pdf', 'jpg', 'webp'])('%s: says which formats work', async (format) => {
    const error = (await renderPicture(dot, format, none).catch((thrown: unknown) => thrown)) as UsageError;
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toContain(`${format}: needs the dot program of Graphviz`);
    expect(error.hint).toContain('.dot, .gv, .svg, .png');
  });

  test.each(['', '.', 'a b', '-x'])('"%s" is no format', async (format) => {
    await expect(renderPicture(dot, format, none)).rejects.toThrow('not the name of a picture format');
  });

  test('text that is not in the language', async () => {
    await expect(renderPicture('digraph {', 'svg', none)).rejects.toThrow(
      /^Graphviz could not draw the picture: syntax error/,
    );
    expect(await renderPicture(dot, 'svg', none)).toContain('Session'); // and it still works
  });
});

describe.skipIf(process.platform === 'win32')('with a dot program', () => {
  const folder = temporaryFolder();
  const program = (name: string, script: string): string => {
    const file = path.join(folder, name);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return file;
  };

  test('it gets the text and the format, and what it writes is the picture', async () => {
    const echo = program('echo-dot', 'echo "$@"; cat');
    const bytes = await renderPicture(dot, '.PDF', { dotCommand: echo });
    expect(Buffer.from(bytes as Uint8Array).toString()).toBe(`-Tpdf -q\n${dot}`);
  });

  test('SVG comes as text, in a font with a stand-in', async () => {
    const echo = program('svg-dot', `echo '<text font-family="DejaVu Sans">'`);
    expect(await renderPicture(dot, 'svg', { dotCommand: echo })).toBe(
      '<text font-family="DejaVu Sans,Verdana,sans-serif">\n',
    );
  });

  test('a format that it does not know; it need not read the whole text', async () => {
    const fussy = program(
      'fussy-dot',
      `echo 'Format: "xyz" not recognized. Use one of: svg png' >&2; exit 1`,
    );
    const long = `${dot}${' '.repeat(5_000_000)}`;
    const error = (await renderPicture(long, 'xyz', { dotCommand: fussy }).catch(
      (thrown: unknown) => thrown,
    )) as UsageError;
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toBe('Format: "xyz" not recognized. Use one of: svg png');
  });

  test('a program that fails without a word, or is not there', async () => {
    const silent = program('silent-dot', 'exit 3');
    await expect(renderPicture(dot, 'svg', { dotCommand: silent })).rejects.toThrow('exit code 3');
    const missing = path.join(folder, 'missing');
    await expect(renderPicture(dot, 'svg', { dotCommand: missing })).rejects.toThrow(UsageError);
  });

  test('it is looked for on PATH', () => {
    const { PATH } = process.env;
    try {
      process.env.PATH = '';
      expect(dotOnPath()).toBe(null);
      const file = program('dot', 'true');
      process.env.PATH = `/nowhere${path.delimiter}${folder}`;
      expect(dotOnPath()).toBe(file);
    } finally {
      process.env.PATH = PATH;
    }
  });
});
