/** Answers as one JSON object. Rows stand one a line and are written as they come. */
import { printableJson } from '../base/printable.js';
import type { Answer, Cell, Details, LeakReport, Row, Table } from '../base/result.js';

export interface JsonHead {
  readonly command: string;
  readonly snapshots: readonly string[];
  readonly complete: boolean;
  /** Where a salvaged snapshot ended. */
  readonly truncation?: Row;
}

export const JSON_SCHEMA = 'heapgraph/1';

/** Pieces of a JSON document that ends with a line break. Safe to print: control characters are escaped. */
export function* renderJson(answer: Answer, head: JsonHead): Generator<string> {
  const { result, fields = {} } = answer;
  const { truncation, ...rest } = head;
  const opening: Row = { schema: JSON_SCHEMA, ...rest, ...(truncation ? { truncation } : {}), ...fields };
  if (result.kind === 'text') {
    yield `${stringify({ ...opening, ...result.fields })}\n`;
    return;
  }
  if (result.kind === 'chains') {
    yield `${stringify(opening).slice(0, -1)},"chains":[`;
    let first = true;
    for (const chain of result.chains) {
      yield `${first ? '\n' : ',\n'}${stringify(chain as unknown as Row)}`;
      first = false;
    }
    yield first ? ']}\n' : '\n]}\n';
    return;
  }
  if (result.kind === 'subgraph') {
    const { kind: _, ...rest } = result;
    yield `${stringify({ ...opening, ...(rest as unknown as Row) })}\n`;
    return;
  }
  if (result.kind === 'document') {
    yield result.text;
    return;
  }
  if (result.kind === 'checks') {
    const rows = result.checks.map((check) => `\n${stringify({ ...check } as unknown as Row)}`);
    yield `${stringify({ ...opening, total: rows.length, omitted: 0 }).slice(0, -1)},"rows":[${rows.join(',')}\n]}\n`;
    return;
  }
  const { total, omitted } = result;
  const summary: Row = result.kind === 'leaks' ? { summary: [...result.summary] } : {};
  yield `${stringify({ ...opening, ...summary, total, omitted }).slice(0, -1)},"rows":[`;
  let first = true;
  for (const row of rowsOf(result)) {
    yield `${first ? '\n' : ',\n'}${stringify(row)}`;
    first = false;
  }
  yield first ? ']}\n' : '\n]}\n';
}

function rowsOf(result: Table | Details | LeakReport): Iterable<Row> {
  if (result.kind === 'table') return tableRows(result);
  return result.kind === 'leaks' ? (result.leaks as unknown as readonly Row[]) : detailRows(result);
}

function* tableRows(table: Table): Generator<Row> {
  yield* table.rows;
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
