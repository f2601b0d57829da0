/** Answers to bytes: in which format, by which renderer, in colour or not. */

import { UsageError } from '../base/errors.js';
import type { NoteLike } from '../base/notes.js';
import type { Answer, Format } from '../base/result.js';
import type { Command } from '../commands/command.js';
import { formatsOf, rendererOf } from '../render/index.js';
import type { JsonHead } from '../render/json.js';
import type { CommonOptions } from './options.js';
import type { Output } from './output.js';

/** The format asked for; else the one that the output file's name says. */
export function formatOf(
  options: CommonOptions & { readonly format?: unknown },
  { answers = 'table', draws = answers === 'subgraph' }: Pick<Command, 'answers' | 'draws'> = {},
): Format {
  const picture = PICTURE.exec(options.output ?? '')?.[0];
  if (picture !== undefined && !draws)
    throw new UsageError(
      `this command's answer is no picture and cannot be written as ${picture}`,
      'show-chain, show-backrefs, patterns, cycles, dead and suspects draw; use another name for text.',
    );
  const ending = /\.(json|csv|md|markdown|xml)$/i.exec(options.output ?? '')?.[1]?.toLowerCase();
  if (answers === 'document') return 'text';
  const flames = flameFormat(options, answers);
  if (flames) return flames;
  if (answers === 'subgraph' && NO_PICTURE.test(options.output ?? ''))
    throw new UsageError(
      `this command's answer is a picture and cannot be written as .${/[^.]+$/.exec(options.output!)![0]}`,
      'Use .svg, .png or .dot; .json with the boxes and arrows as data; --json prints that.',
    );
  if (answers === 'page') return options.json || ending === 'json' ? 'json' : 'text';
  if (answers === 'suspects' && options.markdown) {
    const { format } = options;
    if (format !== 'text' && format !== 'markdown' && format !== undefined)
      throw new UsageError(`--markdown and --format ${format} are two formats`, 'Leave one of them out.');
    return 'markdown';
  }
  if (answers === 'checks' || answers === 'suspects') return formatOfChecks(options, answers, ending);
  if (options.json) return 'json';
  if (options.csv) return 'csv';
  if (options.markdown) return 'markdown';
  if (ending === 'json') return 'json';
  if (ending === undefined || ending === 'xml' || answers === 'subgraph') return 'text';
  const wanted = ending === 'csv' ? 'csv' : 'markdown';
  if (!formatsOf(answers).includes(wanted)) {
    throw new UsageError(
      `this command's answer is not a table and cannot be written as .${ending}`,
      'Use .json, or another name for text.',
    );
  }
  return wanted;
}

/** Names of files that are flame graphs. */
const FLAMES: readonly (readonly [RegExp, Format])[] = [
  [/\.speedscope(\.json)?$/i, 'speedscope'],
  [/\.(pb|pb\.gz|pprof)$/i, 'pprof'],
  [/\.(folded|collapsed)$/i, 'folded'],
];

/** The format of a command that writes flame graphs; undefined for those of every table. */
function flameFormat(
  { format, json, csv, markdown, output }: CommonOptions & { readonly format?: unknown },
  answers: Command['answers'],
): Format | undefined {
  if (answers !== 'tree' || typeof format !== 'string') return undefined;
  const other = json ? 'json' : csv ? 'csv' : markdown ? 'markdown' : undefined;
  if (other && format !== 'auto' && format !== other)
    throw new UsageError(`--${other} and --format ${format} are two formats`, 'Leave one of them out.');
  const asked = format !== 'auto' ? (format as Format) : other ? undefined : byName(output);
  if (asked === 'pprof' && output === undefined && process.stdout.isTTY)
    throw new UsageError('pprof is no text for a terminal', 'Write it into a file: -o heap.pb.gz.');
  return asked;
}

function byName(file = ''): Format | undefined {
  return FLAMES.find(([pattern]) => pattern.test(file))?.[1];
}

function formatOfChecks(
  { json, format }: CommonOptions & { readonly format?: unknown },
  answers: 'checks' | 'suspects',
  ending: string | undefined,
): Format {
  const asked = format as Format;
  if (json && asked !== 'text' && asked !== 'json')
    throw new UsageError(`--json and --format ${asked} are two formats`, 'Leave one of them out.');
  if (json) return 'json';
  if (asked !== 'text') return asked;
  const takesJunit = formatsOf(answers).includes('junit');
  if (ending === 'csv' || (ending === 'xml' && !takesJunit)) {
    throw new UsageError(
      `this command's answer is not a table and cannot be written as .${ending}`,
      `Use .json,${takesJunit ? ' .xml (JUnit),' : ''} .md, or another name for text.`,
    );
  }
  if (ending === 'json') return 'json';
  return ending === 'xml' ? 'junit' : ending?.startsWith('m') ? 'markdown' : 'text';
}

/** Names of files that are pictures. */
const PICTURE = /\.(svg|png|dot|gv|pdf|jpe?g|gif|webp|ps|eps)$/i;

/** Names of files that are text or tables. */
const NO_PICTURE = /\.(csv|tsv|md|markdown|xml|txt|html?)$/i;

/** What is to be said when an answer is written. */
export interface Written {
  /** Of a picture in a file. */
  readonly said?: string | undefined;
  readonly notes: readonly NoteLike[];
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
  if (answer.picture && format === 'text' && PICTURE.test(output.file ?? ''))
    return (await import('./picture.js')).writePicture(answer.picture(), output);
  const written = { notes: answer.notes ?? [] };
  const columns = output.isTerminal ? process.stdout.columns : undefined;
  const render = await rendererOf(answer.result.kind, format);
  for (const piece of await render(answer, { head, colour: usesColour(output), columns })) {
    if (!output.wanted) return written;
    output.write(piece);
  }
  output.finish();
  return written;
}

/**
 * Colour on a terminal, unless it is dumb or NO_COLOR is set (https://no-color.org). FORCE_COLOR
 * asks for colour anywhere.
 */
function usesColour(output: Output): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return output.isTerminal && TERM !== 'dumb';
}
