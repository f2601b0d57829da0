/**
 * Graphviz text as a picture: by the `dot` program where there is one, else by Graphviz compiled to
 * WebAssembly. PNG is then drawn from the SVG, with a font that is carried along, so that its texts
 * are there on a machine without fonts. Nothing of all that is loaded before it is needed.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { FONT } from './dot-text.js';

export interface PictureOptions {
  /** The `dot` program; null: none, even if there is one. Default: the one on PATH. */
  readonly dotCommand?: string | null;
  /**
   * Pixels of a PNG a point (1/72 inch) of the picture, where `dot` does not draw it. Default 2; of
   * pictures that are wider than 4,000 pixels then, less, down to 4/3.
   */
  readonly scale?: number;
  /** The picture as SVG, where it is known already (see `pictureWidth`). */
  readonly svg?: string | undefined;
}

/** The formats that need no Graphviz on the machine. */
export const BUILT_IN_FORMATS = ['dot', 'gv', 'svg', 'png'] as const;

const BUILT_IN = BUILT_IN_FORMATS.map((name) => `.${name}`);
const FONT_FILE = '@fontsource/dejavu-sans/files/dejavu-sans-latin-400-normal.woff2';

/** A picture of more pixels than this is drawn smaller: 144 MB as RGBA. */
const MOST_PIXELS = 36_000_000;

/** A PNG is at most so many pixels wide, unless the texts were too small to be read. */
const WIDEST_PNG = 4000;

/** A point in the units of SVG, as the renderer takes it. */
const UNITS_PER_POINT = 96 / 72;

/**
 * The picture in a format, named like a file's ending (`png`, `.svg`). `dot` and `gv` are the text
 * itself; they and `svg` come back as strings, all others as bytes. Throws UsageError for a format
 * that cannot be made here, and when Graphviz fails. Cost: that of Graphviz' layout, seconds from
 * some hundred boxes on.
 */
export async function renderPicture(
  dot: string,
  format: string,
  options: PictureOptions = {},
): Promise<string | Uint8Array> {
  const wanted = format.replace(/^\./, '').toLowerCase();
  if (wanted === 'dot' || wanted === 'gv') return dot;
  if (!/^[a-z][\w:.-]*$/.test(wanted)) throw unknownFormat(format, 'not the name of a picture format');
  const program = options.dotCommand === undefined ? dotOnPath() : options.dotCommand;
  if (wanted === 'svg' && options.svg !== undefined) return options.svg;
  if (program !== null) return drawnByProgram(dot, wanted, program);
  if (wanted === 'svg') return drawnSvg(dot);
  if (wanted === 'png') return pngOf(options.svg ?? (await drawnSvg(dot)), options.scale);
  throw unknownFormat(format, 'needs the dot program of Graphviz, which is not on PATH');
}

/**
 * How wide the picture will be, in points (1/72 inch), and the SVG that it was found by. Throws as
 * `renderPicture` does.
 * Cost: that of Graphviz' layout.
 */
export async function pictureWidth(
  dot: string,
  format: string,
  { dotCommand }: Pick<PictureOptions, 'dotCommand'> = {},
): Promise<{ readonly width: number; readonly svg: string }> {
  const program = dotCommand === undefined ? dotOnPath() : dotCommand;
  const isKnown = /^\.?(svg|png)$/i.test(format);
  if (program === null && !isKnown) await renderPicture(dot, format, { dotCommand: null }); // throws
  const svg = String(await renderPicture(dot, 'svg', { dotCommand: program }));
  return { width: sizeOf(svg).width, svg };
}

/** Points that an SVG of Graphviz says it has. */
function sizeOf(svg: string): { readonly width: number; readonly height: number } {
  const [, width = 0, height = 0] = (/width="([\d.]+)pt" height="([\d.]+)pt"/.exec(svg) ?? []).map(Number);
  return { width, height };
}

/** The `dot` program on PATH, or null. Cost: a look into each folder of PATH. */
export function dotOnPath(): string | null {
  const name = process.platform === 'win32' ? 'dot.exe' : 'dot';
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    if (folder === '') continue; // the current folder is no place for programs
    const file = path.join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // not here
    }
  }
  return null;
}

async function drawnByProgram(dot: string, format: string, program: string): Promise<string | Uint8Array> {
  const bytes = await outputOf(program, [`-T${format}`, '-q'], dot);
  return format === 'svg' ? withFallbackFonts(bytes.toString('utf8')) : bytes;
}

/**
 * What a program writes when it is given a text. (ts-graphviz has an adapter for this; a program
 * that ends before it has read everything, as `dot` does when it does not know the format, ends the
 * whole process there.)
 */
function outputOf(program: string, args: readonly string[], input: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args);
    const output: Buffer[] = [];
    const complaints: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
    child.on('error', (error) => reject(failed(error, program)));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(Buffer.concat(output));
      const said = Buffer.concat(complaints).toString('utf8').trim();
      reject(failed(new Error(said || `it ended with ${signal ?? `exit code ${code}`}`), program));
    });
    child.stdin.on('error', () => {}); // it may end before it has read everything
    child.stdin.end(input);
  });
}

async function drawnSvg(dot: string): Promise<string> {
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
  const graphviz = await Graphviz.load();
  try {
    return withFallbackFonts(graphviz.dot(dot, 'svg'));
  } catch (error) {
    throw failed(error, 'Graphviz');
  }
}

/** Verdana has the same widths and stands on most machines that do not have the font itself. */
function withFallbackFonts(svg: string): string {
  return svg.replaceAll(`font-family="${FONT}"`, `font-family="${FONT},Verdana,sans-serif"`);
}

let resvg: Promise<typeof import('@resvg/resvg-wasm')> | undefined;

/** The renderer, started once: it refuses a second start. */
function loadResvg(): Promise<typeof import('@resvg/resvg-wasm')> {
  resvg ??= (async () => {
    const library = await import('@resvg/resvg-wasm');
    await library.initWasm(readFileSync(installed('@resvg/resvg-wasm/index_bg.wasm')));
    return library;
  })();
  return resvg;
}

async function pngOf(svg: string, scale?: number): Promise<Uint8Array> {
  const { Resvg } = await loadResvg();
  const { width, height } = sizeOf(svg);
  const readable = Math.min(2, Math.max(UNITS_PER_POINT, WIDEST_PNG / Math.max(1, width)));
  const fits = Math.sqrt(MOST_PIXELS / Math.max(1, width * height));
  const picture = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: Math.min(scale ?? readable, fits) / UNITS_PER_POINT },
    background: 'white',
    font: {
      fontBuffers: [readFileSync(installed(FONT_FILE))],
      defaultFontFamily: FONT,
      sansSerifFamily: FONT,
    },
  });
  try {
    const image = picture.render();
    try {
      return image.asPng();
    } finally {
      image.free();
    }
  } finally {
    picture.free();
  }
}

function installed(file: string): string {
  return createRequire(import.meta.url).resolve(file);
}

function unknownFormat(format: string, problem: string): UsageError {
  return new UsageError(
    `${printable(format)}: ${problem}`,
    `Without Graphviz: ${BUILT_IN.join(', ')}. https://graphviz.org/download/ has the program for all others.`,
  );
}

function failed(error: unknown, program: string): UsageError {
  const { message } = error as Error;
  const format = /Format: "[^"]*" not recognized\. Use one of: [^\n]*/.exec(message)?.[0];
  return new UsageError(
    format ?? `${printable(program)} could not draw the picture: ${printable(message.trim())}`,
    format
      ? `Without Graphviz: ${BUILT_IN.join(', ')}.`
      : 'As .dot the picture is written as text; a lower --max-depth or --too-many makes it smaller.',
    error,
  );
}
