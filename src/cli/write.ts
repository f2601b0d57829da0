/** Answers to bytes: in which format, by which renderer, in colour or not. */

import { UsageError } from '../base/errors.js';
import type { Answer, Table } from '../base/result.js';
import type { Command, Format } from '../commands/command.js';
import { renderBare } from '../render/bare.js';
import type { JsonHead } from '../render/json.js';
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

/** What is to be said when an answer is written. */
export interface Written {
  /** Of a picture in a file. */
  readonly said?: string | undefined;
  readonly notes: readonly string[];
}

/** Writes an answer in a format; the output is whole afterwards. */
export async function write(
  answer: Answer,
  output: Output,
  format: Format,
  head: JsonHead,
): Promise<Written> {
  if (answer.result.kind === 'subgraph' && format !== 'json')
    return (await import('./picture.js')).writePicture(answer, output);
  const written = { notes: answer.notes ?? [] };
  const columns = output.isTerminal ? process.stdout.columns : undefined;
  for (const piece of await rendered(answer, format, head, usesColour(output), columns)) {
    if (!output.wanted) return written;
    output.write(piece);
  }
  output.finish();
  return written;
}

/** Only the renderer that is asked for is loaded. */
async function rendered(
  answer: Answer,
  format: Format,
  head: JsonHead,
  colour: boolean,
  columns: number | undefined,
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
      return renderText(answer.result, await createStyle(colour, columns));
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
