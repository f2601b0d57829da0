/** Pictures: drawn so that they can be looked at, and written. */
import { UsageError } from '../base/errors.js';
import type { Answer } from '../base/result.js';
import type { Subgraph } from '../base/subgraph.js';
import { formatCount, formatShare } from '../base/units.js';
import type { Output } from './output.js';
import type { Written } from './write.js';

/** Wider pictures are merged further, in the pixels of a screen: 96 an inch. */
const WIDEST = 4000;
const PIXELS_PER_POINT = 96 / 72;

/** A picture, and what it is made of. */
interface Drawn {
  readonly answer: Answer;
  readonly content: string | Uint8Array;
  /** In pixels. */
  readonly width: number;
  /** Whether more was merged than was asked for. */
  readonly isMerged: boolean;
}

/**
 * Writes dot text, or a picture of the kind that the output file's name says.
 *
 * - Empty: for an answer without nodes no file is written or replaced.
 */
export async function writePicture(answer: Answer, output: Output): Promise<Written> {
  if (subgraphOf(answer).nodes.length === 0 && output.file !== undefined) {
    output.discard();
    return { notes: answer.notes ?? [] };
  }
  const kind = /\.(\w+)$/.exec(output.file ?? '')?.[1]?.toLowerCase() ?? 'dot';
  const isText = kind === 'dot' || kind === 'gv';
  const drawn = isText ? await asText(answer) : await asImage(answer, kind);
  output.write(drawn.content);
  output.finish();
  const notes = [...(drawn.answer.notes ?? []), ...widthNotes(drawn, isText)];
  if (output.file === undefined) return { notes };
  const said = isText
    ? `Graph written to ${output.file} (${subgraphOf(drawn.answer).nodes.length} nodes)`
    : `Image generated as ${output.file}`;
  return { said, notes };
}

/** The picture as SVG. Throws UsageError for an answer without nodes. */
export async function drawnAsSvg(answer: Answer): Promise<string> {
  if (subgraphOf(answer).nodes.length === 0)
    throw new UsageError('there is nothing to draw', 'Nothing was found.');
  const { content } = await asImage(answer, 'svg');
  return typeof content === 'string' ? content : Buffer.from(content).toString('utf8');
}

/** Text is not laid out here: its width is what it will be, about. */
async function asText(answer: Answer): Promise<Drawn> {
  const fitting = await estimatedToFit(answer);
  const { renderDot } = await import('../render/dot.js');
  return { ...fitting, content: renderDot(subgraphOf(fitting.answer), fitting.answer.drawing) };
}

/** Merged until it is as narrow as it should be, or nothing is left to merge. */
async function asImage(answer: Answer, kind: string): Promise<Drawn> {
  const [{ renderDot }, { pictureWidth, renderPicture }] = await Promise.all([
    import('../render/dot.js'),
    import('../render/picture.js'),
  ]);
  let { answer: current, isMerged } = await estimatedToFit(answer);
  for (;;) {
    const dot = renderDot(subgraphOf(current), current.drawing);
    const layout = await pictureWidth(dot, kind);
    const width = layout.width * PIXELS_PER_POINT;
    const next = width > WIDEST ? current.coarser?.() : undefined;
    if (!next) return { answer: current, content: await renderPicture(dot, kind, layout), width, isMerged };
    current = next;
    isMerged = true;
  }
}

/** What is much too wide is not laid out at all, which would take minutes. */
async function estimatedToFit(answer: Answer): Promise<Omit<Drawn, 'content'>> {
  const { estimatedWidth } = await import('../render/dot-width.js');
  const widthOf = (one: Answer): number => estimatedWidth(subgraphOf(one), one.drawing) * PIXELS_PER_POINT;
  let current = answer;
  let width = widthOf(current);
  while (width > WIDEST && current.coarser) {
    current = current.coarser();
    width = widthOf(current);
  }
  return { answer: current, width, isMerged: current !== answer };
}

function widthNotes({ answer, content, width, isMerged }: Drawn, isText: boolean): readonly string[] {
  const limit = `${formatCount(WIDEST)} pixels`;
  if (width <= WIDEST) {
    return isMerged
      ? [
          `objects share boxes so that the picture is not wider than ${limit}: ${NARROWER} shows them one by one`,
        ]
      : [];
  }
  const wide = `the picture is ${isText ? 'about ' : ''}${formatCount(Math.round(width))} pixels wide`;
  return answer.coarser === undefined && isMerged
    ? [`${wide}, and nothing is left to merge: ${NARROWER} makes it narrower`]
    : [`${wide}: without --no-merge objects of a kind share a box`, ...shrunkNote(content, width)];
}

/** A PNG has a limit of pixels: what is wider is drawn smaller. */
function shrunkNote(content: Drawn['content'], width: number): readonly string[] {
  const drawn = pngWidth(content);
  if (drawn === undefined || drawn >= Math.floor(width)) return [];
  return [
    `the PNG is drawn at ${formatShare(drawn / width)} of that size, ${formatCount(drawn)} pixels: as .svg it keeps its size`,
  ];
}

/** The width that a PNG has in its first chunk; undefined for all else. */
function pngWidth(content: Drawn['content']): number | undefined {
  if (typeof content === 'string' || content.length < 20) return undefined;
  const bytes = Buffer.from(content.buffer, content.byteOffset, 20);
  return bytes.toString('latin1', 1, 4) === 'PNG' ? bytes.readUInt32BE(16) : undefined;
}

const NARROWER = 'fewer objects, a lower --max-depth or --too-many';

function subgraphOf({ result }: Answer): Subgraph {
  if (result.kind !== 'subgraph')
    throw new TypeError(`a picture is drawn of a subgraph, not of ${result.kind}`);
  return result;
}
