/**
 * Queries as trees: what `parseCondition` makes of a text and what `selectNodes` makes loops of.
 * `queryText` writes a tree down so that parsing gives the same tree again.
 *
 *     text → scanner, tokens → grammar → Condition (here) → select-nodes → a byte for each node
 */

/** How two values are compared. `~` and `!~` look for a pattern. */
export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | '~' | '!~';

/** Constants of JavaScript that V8 has one node for. */
export const CONSTANTS = ['true', 'false', 'null', 'undefined'] as const;
export type Constant = (typeof CONSTANTS)[number];

/** A value in a query. */
export type Value =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number }
  /** Bytes, written with a unit. */
  | { readonly kind: 'bytes'; readonly bytes: number; readonly written: string }
  /** A share of the heap, 0 to 1. */
  | { readonly kind: 'share'; readonly share: number; readonly written: string }
  | { readonly kind: 'constant'; readonly name: Constant }
  | { readonly kind: 'id'; readonly id: number }
  | Pattern;

/** A JavaScript regular expression. */
export interface Pattern {
  readonly kind: 'pattern';
  readonly source: string;
  readonly flags: string;
}

/** What a field holds: which operators and values fit it. */
export type FieldKind = 'text' | 'number' | 'size' | 'id' | 'word';

/** Fields of a node, what they hold, and what help says of them. */
export const FIELDS = {
  class: { kind: 'text', help: 'class name, as Chrome DevTools has it' },
  name: { kind: 'text', help: "V8's own name: of a string its text, of a function its name" },
  type: { kind: 'word', help: "V8's node type: object, closure, string, array, native, …" },
  origin: { kind: 'word', help: 'whose it is: program, node or v8' },
  package: { kind: 'text', help: 'npm package of its constructor or function' },
  script: { kind: 'text', help: 'script of its constructor or function' },
  id: { kind: 'id', help: 'object id' },
  shallow: { kind: 'size', help: 'shallow size' },
  retained: { kind: 'size', help: 'retained size' },
  length: { kind: 'number', help: 'characters of a string; items of an array, Map or Set' },
  edges: { kind: 'number', help: 'references to other nodes' },
  retainers: { kind: 'number', help: 'references from other nodes' },
  distance: { kind: 'number', help: 'references from a root' },
} as const satisfies Readonly<Record<string, { readonly kind: FieldKind; readonly help: string }>>;
export type Field = keyof typeof FIELDS;

/** Fields that have another name, too. */
export const FIELD_ALIASES: Readonly<Record<string, Field>> = { size: 'shallow', self: 'shallow' };

/** Words that are conditions by themselves. */
export const WORDS = {
  root: 'a root, or what one refers to directly as a global',
  detached: 'a DOM node, or what belongs to it, that no document has',
  new: 'came since the snapshot before',
  died: 'of the snapshot before: not there any more',
} as const satisfies Readonly<Record<string, string>>;
export type Word = keyof typeof WORDS;

/** What relates a node to others that a query names. */
export const RELATIONS = {
  heldby: 'some of these refers to it',
  holds: 'it refers to some of these',
  reaches: 'references lead from it to some of these',
  dominatedby: 'some of these dominates it: without that one it would be freed',
} as const satisfies Readonly<Record<string, string>>;
export type Relation = keyof typeof RELATIONS;

/** Names in front of brackets. */
export const FUNCTIONS: readonly string[] = ['has', 'prop', 'bit', 'edge', 'set', ...Object.keys(RELATIONS)];

/** One question about a node. */
export type Condition =
  /** A class name by itself. */
  | { readonly kind: 'class'; readonly name: string }
  /** A pattern by itself: on class names. */
  | { readonly kind: 'classPattern'; readonly pattern: Pattern }
  | { readonly kind: 'object'; readonly id: number }
  | { readonly kind: 'tag'; readonly name: string }
  | {
      readonly kind: 'compare';
      readonly field: Field;
      readonly operator: Operator;
      readonly value: Value;
    }
  | { readonly kind: 'in'; readonly field: Field; readonly values: readonly Value[] }
  | { readonly kind: 'has'; readonly name: string; readonly of?: readonly string[] }
  /** Whether there is an edge of this name, V8's own and weak ones among them. */
  | { readonly kind: 'edge'; readonly name: string }
  | {
      readonly kind: 'property';
      readonly name: string;
      /** Properties that lead to the object that has it; absent where the node itself has it. */
      readonly of?: readonly string[];
      readonly operator: Operator;
      readonly value: Value;
    }
  /** Whether a bit of a property that is a number is set; bit 0 is the lowest. */
  | {
      readonly kind: 'bit';
      readonly name: string;
      readonly of?: readonly string[];
      readonly bit: number;
    }
  | { readonly kind: 'word'; readonly word: Word }
  | { readonly kind: 'relation'; readonly relation: Relation; readonly to: Condition }
  /** Ids of a file that `--ids` wrote. */
  | { readonly kind: 'set'; readonly file: string }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition };

/** Class names that need no quotes: an identifier, or V8's own in parentheses. */
const BARE_CLASS = /^(?:[\p{L}_$][\p{L}\p{N}_$]*|\([\p{L}_$][\p{L}\p{N}_$ -]*\))$/u;
const PLAIN_WORD = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

/**
 * A tree as text.
 *
 * - Out: a text of which `parseCondition` makes the same tree.
 */
export function queryText(condition: Condition): string {
  switch (condition.kind) {
    case 'class':
      return isBareClass(condition.name) ? condition.name : quoted(condition.name);
    case 'classPattern':
      return patternText(condition.pattern);
    case 'object':
      return `@${condition.id}`;
    case 'tag':
      return `tag:${PLAIN_WORD.test(condition.name) ? condition.name : quoted(condition.name)}`;
    case 'compare':
      return `${condition.field} ${condition.operator} ${valueText(condition.value)}`;
    case 'in':
      return `${condition.field} in (${condition.values.map(valueText).join(', ')})`;
    case 'has':
      return `has(${pathText(condition)})`;
    case 'edge':
      return `edge(${quoted(condition.name)})`;
    case 'property':
      return `prop(${pathText(condition)}) ${condition.operator} ${valueText(condition.value)}`;
    case 'bit':
      return `bit(prop(${pathText(condition)}), ${condition.bit})`;
    case 'word':
      return condition.word;
    case 'relation':
      return `${condition.relation}(${queryText(condition.to)})`;
    case 'set':
      return `set(${quoted(condition.file)})`;
    case 'not':
      return `not ${isCompound(condition.part) ? `(${queryText(condition.part)})` : queryText(condition.part)}`;
    case 'and':
    case 'or':
      return condition.parts
        .map((part) => (isCompound(part) ? `(${queryText(part)})` : queryText(part)))
        .join(` ${condition.kind} `);
  }
}

/** Whether a class name stands for itself in a query. */
export function isBareClass(name: string): boolean {
  return BARE_CLASS.test(name) && !RESERVED.has(name.replace(/^\(|\)$/g, '').toLowerCase());
}

/** Words that mean something else than a class of that name. */
export const RESERVED: ReadonlySet<string> = new Set([...Object.keys(WORDS), 'and', 'or', 'not', 'in']);

function isCompound({ kind }: Condition): boolean {
  return kind === 'and' || kind === 'or';
}

function valueText(value: Value): string {
  switch (value.kind) {
    case 'text':
      return quoted(value.text);
    case 'number':
      return String(value.number);
    case 'bytes':
    case 'share':
      return value.written;
    case 'constant':
      return value.name;
    case 'id':
      return `@${value.id}`;
    case 'pattern':
      return patternText(value);
  }
}

function patternText({ source, flags }: Pattern): string {
  return `/${source}/${flags}`;
}

/** The names of a property of a property, from the outermost on. */
function pathText({ of = [], name }: { readonly of?: readonly string[]; readonly name: string }): string {
  return [...of, name].map(quoted).join(', ');
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
