/** Answers as one JSON object. Rows stand one a line and are written as they come. */
import { printableJson } from '../base/printable.js';
import type { Answer, Cell, Details, Document, Result, Row } from '../base/result.js';
import { treeTable } from './tree.js';

export interface JsonHead {
  readonly command: string;
  readonly snapshots: readonly string[];
  readonly complete: boolean;
  /** Where a salvaged snapshot ended. */
  readonly truncation?: Row;
}

export const JSON_SCHEMA = 'heapgraph/1';

/**
 * Pieces of a JSON document that ends with a line break. Safe to print: control characters are
 * escaped.
 */
export function* renderJson(answer: Answer, head: JsonHead): Generator<string> {
  const { result, fields = {} } = answer;
  if (result.kind === 'document') {
    yield result.text;
    return;
  }
  const { truncation, ...rest } = head;
  const opening: Row = { schema: JSON_SCHEMA, ...rest, ...(truncation ? { truncation } : {}), ...fields };
  yield* renderObject(opening, bodyOf(result));
  yield '\n';
}

/**
 * What an object has behind its head: facts, and a list that is written as it comes, an item a
 * line.
 */
interface Body {
  readonly fields: Row;
  readonly list?: { readonly key: string; readonly items: Iterable<Iterable<string>> };
}

function* renderObject(opening: Row, { fields, list }: Body): Generator<string> {
  const start = stringify({ ...opening, ...fields });
  if (!list) {
    yield start;
    return;
  }
  yield `${start.slice(0, -1)},"${list.key}":[`;
  let first = true;
  for (const item of list.items) {
    yield first ? '\n' : ',\n';
    yield* item;
    first = false;
  }
  yield first ? ']}' : '\n]}';
}

function bodyOf(result: Exclude<Result, Document>): Body {
  switch (result.kind) {
    case 'text':
      return { fields: result.fields };
    case 'page':
    case 'subgraph': {
      const { kind: _, ...fields } = result;
      return { fields: fields as unknown as Row };
    }
    case 'chains':
      return { fields: {}, list: { key: 'chains', items: lines(result.chains) } };
    case 'checks':
      return rowsBody(result.checks, { total: result.checks.length, omitted: 0 });
    case 'leaks':
      return rowsBody(result.leaks, result, { summary: [...result.summary] });
    case 'dead':
      return rowsBody(result.groups, result, { summary: [...result.summary] });
    case 'suspects':
      return rowsBody(result.entries, result, { summary: [...result.summary] });
    case 'details':
      return rowsBody(detailRows(result), result);
    case 'table':
      return rowsBody(result.rows, result);
    case 'tree':
      return rowsBody(treeTable(result).rows, result);
    case 'report':
      return {
        fields: {},
        list: {
          key: 'parts',
          items: result.parts.map(({ title, result: part, notes = [] }) =>
            renderObject({ title, kind: part.kind, notes: [...notes] }, bodyOf(part)),
          ),
        },
      };
  }
}

function rowsBody(
  rows: Iterable<object>,
  { total, omitted }: { readonly total: number; readonly omitted: number },
  before: Row = {},
): Body {
  return { fields: { ...before, total, omitted }, list: { key: 'rows', items: lines(rows) } };
}

function* lines(items: Iterable<object>): Generator<Iterable<string>> {
  for (const item of items) yield [stringify(item as Row)];
}

function* detailRows(details: Details): Generator<Row> {
  for (const item of details.items) {
    const entries: [string, Cell][] = [
      ...Object.entries(item.fields ?? {}),
      ...item.facts.map((fact): [string, Cell] => [fact.key, fact.value]),
    ];
    for (const { key, table } of item.lists) {
      entries.push([key, [...table.rows]]);
      if (table.omitted > 0) entries.push([`${key}Omitted`, table.omitted]);
    }
    for (const { key, value } of item.closing ?? []) entries.push([key, value]);
    yield Object.fromEntries(entries);
  }
}

function stringify(value: Cell): string {
  return printableJson(JSON.stringify(value));
}
