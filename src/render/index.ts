/**
 * Renderers: for each kind of result the formats that it has, and the module that writes each.
 *
 * A module is loaded when its format is asked for. `build.mjs` makes a file of its own of each
 * module that is imported here on demand.
 */
import type { Answer, Format, Result } from '../base/result.js';
import { renderBare } from './bare.js';
import type { JsonHead } from './json.js';

/** What a renderer knows beside the answer. */
export interface Surroundings {
  readonly head: JsonHead;
  readonly colour: boolean;
  /** Width of the terminal; undefined where there is none. */
  readonly columns: number | undefined;
}

/** A piece of what is written: text, or bytes of a format that is none. */
export type Piece = string | Uint8Array;

/** In: an answer of its kind. Out: pieces; those of text end with a line break. */
export type Renderer = (
  answer: Answer,
  surroundings: Surroundings,
) => Iterable<Piece> | Promise<Iterable<Piece>>;

type Loader = () => Promise<Renderer>;
type Kind = Result['kind'];

const json: Loader = async () => {
  const { renderJson } = await import('./json.js');
  return (answer, { head }) => renderJson(answer, head);
};

const text: Loader = async () => {
  const [{ renderText }, { createStyle }] = await Promise.all([import('./text.js'), import('./style.js')]);
  return async ({ result }, { colour, columns }) => renderText(result, await createStyle(colour, columns));
};

/** Values alone need no library, so that `count` starts fast. */
const tableText: Loader = async () => async (answer, surroundings) => {
  const { result } = answer;
  if (result.kind === 'table' && result.layout === 'bare') return renderBare(result);
  return (await text())(answer, surroundings);
};

const csv: Loader = async () => {
  const { renderCsv } = await import('./csv.js');
  return ({ result }) => renderCsv(result as KindOf<'table' | 'tree'>);
};

const markdown: Loader = async () => {
  const { renderMarkdown } = await import('./markdown.js');
  return ({ result }) => renderMarkdown(result as KindOf<'table' | 'tree' | 'report'>);
};

const dot: Loader = async () => {
  const { renderDot } = await import('./dot.js');
  return ({ result, drawing }) => [renderDot(result as KindOf<'subgraph'>, drawing)];
};

/** A document is written as it is, whatever format is asked for. */
const asItIs: Loader =
  async () =>
  ({ result }) => [(result as KindOf<'document'>).text];

const page: Loader = async () => {
  const { renderPage } = await import('./page.js');
  return ({ result }) => renderPage(result as KindOf<'page'>);
};

const github: Loader = async () => {
  const { renderGithub } = await import('./ci.js');
  return ({ result }) => renderGithub(result as KindOf<'checks'>);
};

const junit: Loader = async () => {
  const { renderJunit } = await import('./ci.js');
  return ({ result }, { head }) => renderJunit(result as KindOf<'checks'>, head.snapshots[0] ?? '');
};

const checksMarkdown: Loader = async () => {
  const { renderChecksMarkdown } = await import('./ci.js');
  return ({ result }) => renderChecksMarkdown(result as KindOf<'checks'>, '');
};

const deadMarkdown: Loader = async () => {
  const { renderDeadMarkdown } = await import('./dead-markdown.js');
  return ({ result }) => renderDeadMarkdown(result as KindOf<'dead'>);
};

const suspectsMarkdown: Loader = async () => {
  const { renderSuspectsMarkdown } = await import('./suspects-markdown.js');
  return ({ result }) => renderSuspectsMarkdown(result as KindOf<'suspects'>);
};

const suspectsGithub: Loader = async () => {
  const { renderSuspectsGithub } = await import('./suspects-markdown.js');
  return ({ result }) => renderSuspectsGithub(result as KindOf<'suspects'>);
};

const speedscope: Loader = async () => {
  const { renderSpeedscope } = await import('./speedscope.js');
  return ({ result }, { head }) => renderSpeedscope(result as KindOf<'tree'>, head.snapshots[0] ?? '');
};

const folded: Loader = async () => {
  const { renderFolded } = await import('./folded.js');
  return ({ result }) => renderFolded(result as KindOf<'tree'>);
};

const pprof: Loader = async () => {
  const { renderPprof } = await import('./pprof.js');
  return ({ result }, { head }) => renderPprof(result as KindOf<'tree'>, head.snapshots[0] ?? '');
};

const RENDERERS: Readonly<Record<Kind, Readonly<Partial<Record<Format, Loader>>>>> = {
  table: { text: tableText, json, csv, markdown },
  // The last three are for trees that are flame graphs.
  tree: { text, json, csv, markdown, speedscope, pprof, folded },
  details: { text, json },
  text: { text, json },
  chains: { text, json },
  leaks: { text, json },
  dead: { text, json, markdown: deadMarkdown },
  suspects: { text, json, github: suspectsGithub, markdown: suspectsMarkdown },
  subgraph: { text: dot, json },
  checks: { text, json, github, junit, markdown: checksMarkdown },
  report: { text, json, markdown },
  page: { text: page, json },
  document: { text: asItIs, json: asItIs },
};

type KindOf<K extends Kind> = Extract<Result, { readonly kind: K }>;

/** The formats of a kind of result. */
export function formatsOf(kind: Kind): readonly Format[] {
  return Object.keys(RENDERERS[kind]) as Format[];
}

/** Loads the renderer. Throws TypeError for a format that the kind does not have. */
export function rendererOf(kind: Kind, format: Format): Promise<Renderer> {
  const load = RENDERERS[kind][format];
  if (!load) throw new TypeError(`a result of the kind ${kind} is not written as ${format}`);
  return load();
}
