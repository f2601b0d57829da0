/** Answers to bytes: in which format, by which renderer, in colour or not. */
import type { Command, Format } from '../commands/command.js';
import { UsageError } from '../errors.js';
import { renderBare } from '../render/bare.js';
import type { JsonHead } from '../render/json.js';
import type { Answer, Drawing, Subgraph, Table } from '../result.js';
import type { CommonOptions } from './options.js';
import type { Output } from './output.js';

/** The format asked for; else the one that the output file's name says. */
export function formatOf(
  options: CommonOptions & { readonly format?: unknown },
  answers: Command['answers'] = 'table',
): Format {
  const ending = /\.(json|csv|md|markdown|xml)$/i.exec(options.output ?? '')?.[1]?.toLowerCase();
  if (answers === 'document') return 'text';
  if (answers === 'checks') return formatOfChecks(options, ending);
  if (options.json) return 'json';
  if (options.csv) return 'csv';
  if (options.markdown) return 'markdown';
  if (ending === 'json') return 'json';
  if (ending === undefined || ending === 'xml' || answers === 'subgraph') return 'text';
  if (answers !== 'table') {
    throw new UsageError(
      `this command's answer is not a table and cannot be written as .${ending}`,
      'Use .json, or another name for text.',
    );
  }
  return ending === 'csv' ? 'csv' : 'markdown';
}

function formatOfChecks(
  { json, format }: CommonOptions & { readonly format?: unknown },
  ending: string | undefined,
): Format {
  const asked = format as Format;
  if (json && asked !== 'text' && asked !== 'json')
    throw new UsageError(`--json and --format ${asked} are two formats`, 'Leave one of them out.');
  if (json) return 'json';
  if (asked !== 'text') return asked;
  if (ending === 'csv') {
    throw new UsageError(
      "this command's answer is not a table and cannot be written as .csv",
      'Use .json, .xml (JUnit), .md, or another name for text.',
    );
  }
  if (ending === 'json') return 'json';
  return ending === 'xml' ? 'junit' : ending?.startsWith('m') ? 'markdown' : 'text';
}

/** Writes an answer in a format; the output is whole afterwards. Gives what is to be said of a picture in a file. */
export async function write(
  answer: Answer,
  output: Output,
  format: Format,
  head: JsonHead,
): Promise<string | undefined> {
  const { result } = answer;
  if (result.kind === 'subgraph' && format !== 'json') return writePicture(result, answer.drawing, output);
  for (const piece of await rendered(answer, format, head, usesColour(output))) {
    if (!output.wanted) return undefined;
    output.write(piece);
  }
  output.finish();
  return undefined;
}

/** Dot text, or a picture of the kind that the output file's name says. No file is written, or replaced, for nothing. */
async function writePicture(
  graph: Subgraph,
  drawing: Drawing | undefined,
  output: Output,
): Promise<string | undefined> {
  if (graph.nodes.length === 0 && output.file !== undefined) {
    output.discard();
    return undefined;
  }
  const { renderDot } = await import('../render/dot.js');
  const dot = renderDot(graph, drawing);
  const kind = /\.(\w+)$/.exec(output.file ?? '')?.[1]?.toLowerCase() ?? 'dot';
  const isText = kind === 'dot' || kind === 'gv';
  output.write(isText ? dot : await (await import('../render/picture.js')).renderPicture(dot, kind));
  output.finish();
  if (output.file === undefined) return undefined;
  return isText
    ? `Graph written to ${output.file} (${graph.nodes.length} nodes)`
    : `Image generated as ${output.file}`;
}

/** Only the renderer that is asked for is loaded. */
async function rendered(
  answer: Answer,
  format: Format,
  head: JsonHead,
  colour: boolean,
): Promise<Iterable<string>> {
  const { result } = answer;
  if (result.kind === 'document') return [result.text];
  if (result.kind === 'checks' && format !== 'json' && format !== 'text') {
    const { renderGithub, renderJunit, renderChecksMarkdown } = await import('../render/ci.js');
    if (format === 'github') return renderGithub(result);
    return format === 'junit'
      ? renderJunit(result, head.snapshots[0] ?? '')
      : renderChecksMarkdown(result, '');
  }
  switch (format) {
    case 'json':
      return (await import('../render/json.js')).renderJson(answer, head);
    case 'csv':
      return (await import('../render/csv.js')).renderCsv(answer.result as Table);
    case 'markdown':
      return (await import('../render/markdown.js')).renderMarkdown(answer.result as Table);
    default: {
      if (answer.result.kind === 'table' && answer.result.layout === 'bare') return renderBare(answer.result);
      const [{ renderText }, { createStyle }] = await Promise.all([
        import('../render/text.js'),
        import('../render/style.js'),
      ]);
      return renderText(answer.result, await createStyle(colour));
    }
  }
}

/** Colour on a terminal, unless NO_COLOR (https://no-color.org) or a dumb terminal says no; FORCE_COLOR asks for it anywhere. */
function usesColour(output: Output): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return output.isTerminal && TERM !== 'dumb';
}
