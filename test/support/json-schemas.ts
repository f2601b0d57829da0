/** `schemas/*.json`: which commands each is about, and a first draft for a command that has none yet. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from '../../src/commands/command.js';
import { COMMANDS } from '../../src/commands/index.js';

export const SCHEMAS = fileURLToPath(new URL('../../schemas', import.meta.url));

type Json = Record<string, unknown>;

interface Branch {
  readonly if: { readonly properties: { readonly command: { readonly const: string } } };
  readonly then: Json;
}

interface Schema {
  readonly properties?: { command?: { enum?: string[]; const?: string } };
  allOf?: (Branch | { readonly $ref: string })[];
}

export function readSchema(kind: string): Schema {
  return JSON.parse(readFileSync(path.join(SCHEMAS, `${kind}.json`), 'utf8')) as Schema;
}

/** The commands that a schema is about, in the order of help. */
export function commandsOf(kind: string): readonly string[] {
  const { enum: names, const: name } = readSchema(kind).properties?.command ?? {};
  const listed = names ?? (name === undefined ? [] : [name]);
  const order = new Map(COMMANDS.map((command, i) => [command.name, i]));
  return [...listed].sort((a, b) => (order.get(a) ?? Infinity) - (order.get(b) ?? Infinity));
}

/** The kind of JSON of a command that no schema names yet: a tree is written as a table. */
export function kindOf({ answers = 'table' }: Command): string {
  return answers === 'tree' ? 'table' : answers;
}

/** Commands that print JSON of a kind of its own, or whose JSON is no answer of its own. */
const OWN_KINDS: readonly string[] = ['baseline', 'init', 'watch', 'repl', 'tui', 'open', 'mcp'];

/** Commands that no schema names. */
export function commandsWithoutSchema(): readonly Command[] {
  const kinds = readdirSync(SCHEMAS).map((file) => file.replace(/\.json$/, ''));
  const named = new Set([...kinds.flatMap(commandsOf), ...OWN_KINDS]);
  return COMMANDS.filter(({ name }) => !named.has(name));
}

/**
 * A schema with one more command.
 *
 * - In: what the command printed for some command lines.
 * - Out: the schema of its kind. `command` allows its name; where the rows of other commands have a
 *   condition each, it has one drafted from `answers`: the same keys, and for each what its values are.
 * - Throws: Error when an answer has no row, as its keys cannot be known then.
 */
export function withCommand(schema: Schema, name: string, answers: readonly Json[]): Schema {
  const added = structuredClone(schema);
  const command = added.properties!.command!;
  command.enum = [...(command.enum ?? [command.const!]), name];
  delete command.const;
  if (!added.allOf?.some((part) => 'if' in part)) return added;
  const rows = answers.flatMap((answer) => (answer.rows ?? []) as Json[]);
  if (rows.length === 0) throw new Error(`${name}: its examples print no row; give it a line in this test`);
  const HEAD = ['schema', 'command', 'snapshots', 'complete', 'truncation', 'total', 'omitted', 'rows'];
  const { required, properties } = objectSchema(
    answers.map((answer) =>
      Object.fromEntries(Object.entries(answer).filter(([key]) => !HEAD.includes(key))),
    ),
  );
  const then = {
    required,
    properties: { ...properties, rows: { type: 'array', items: objectSchema(rows) } },
  };
  added.allOf.push({ if: { properties: { command: { const: name } } }, then });
  return added;
}

interface ObjectSchema extends Json {
  readonly required: readonly string[];
  readonly properties: Json;
}

/** A key is required when all of the objects have it. Lists of objects within them are described as well. */
function objectSchema(objects: readonly Json[]): ObjectSchema {
  const keys = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  return {
    type: 'object',
    additionalProperties: false,
    required: keys.filter((key) => objects.every((object) => key in object)),
    properties: Object.fromEntries(
      keys.map((key) => [
        key,
        valueSchema(
          key,
          objects.flatMap((object) => (key in object ? [object[key]] : [])),
        ),
      ]),
    ),
  };
}

/** Keys that mean the same everywhere, by their definition in common.json. */
const SHARED: Readonly<Record<string, string>> = {
  type: 'type',
  id: 'id',
  nodeType: 'nodeType',
  name: 'name',
  distance: 'distance',
  location: 'location',
  count: 'count',
  edges: 'count',
  retainers: 'count',
  shallowSize: 'bytes',
  retainedSize: 'bytes',
  sizes: 'sizes',
};

function valueSchema(key: string, values: readonly unknown[]): Json {
  const shared = SHARED[key];
  if (shared !== undefined) return { $ref: `common.json#/$defs/${shared}` };
  const types = [...new Set(values.map(typeOf))].sort();
  if (types.includes('array')) {
    const items = values.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : []));
    return { type: types.length === 1 ? 'array' : types, ...itemsSchema(key, items) };
  }
  if (types.length === 1 && types[0] === 'object') return objectSchema(values as Json[]);
  return { type: types.length === 1 ? types[0] : types };
}

function itemsSchema(key: string, items: readonly unknown[]): Json {
  if (items.length === 0) return {};
  return { items: valueSchema(`${key}[]`, items) };
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}
