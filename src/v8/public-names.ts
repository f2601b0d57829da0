/**
 * Which parts of a name are V8's or the runtime's own, and which are the program's. A name is taken
 * apart as V8 puts it together: `system / Context`, `<symbol NAME>`, `(code for NAME)`.
 */

/** What a name is used for, as far as it decides how it is taken apart. */
export interface NameUse {
  /** A value, such as that of a string, and nothing else. */
  readonly isValueAlone: boolean;
  /** A string's value beside other things. */
  readonly isValue: boolean;
  /** A native object, and nothing that a program names. */
  readonly isNativeAlone: boolean;
  /** An edge that V8 names, and no property or variable. */
  readonly isInternalEdge: boolean;
}

export interface Naming {
  /** Whether a name is public as a whole. */
  readonly isPublic: (name: string) => boolean;
  /** What stands for a part that is not. */
  readonly pseudonym: (name: string) => string;
}

/** Texts of V8's constants, the empty text, and what V8 writes for strings in parts. */
const CONSTANTS: ReadonlySet<string> = new Set([
  ...['', 'true', 'false', 'null', 'undefined'],
  ...['(concatenated string)', '(sliced string)'],
]);

/** Elements of HTML and SVG, whose names make the classes of a page's nodes. */
const TAGS: ReadonlySet<string> = new Set(
  (
    'a abbr address area article aside audio b base bdi bdo blockquote body br button canvas caption ' +
    'circle cite code col colgroup data datalist dd defs del details dfn dialog div dl dt ellipse em ' +
    'embed fieldset figcaption figure filter footer foreignObject form g h1 h2 h3 h4 h5 h6 head header ' +
    'hgroup hr html i iframe image img input ins kbd label legend li line linearGradient link main map ' +
    'mark marker mask menu meta meter nav noscript object ol optgroup option output p param path pattern ' +
    'picture polygon polyline pre progress q radialGradient rect rp rt ruby s samp script search section ' +
    'select slot small source span stop strong style sub summary sup svg symbol table tbody td template ' +
    'text textarea textPath tfoot th thead time title tr track tspan u ul use var video wbr'
  ).split(' '),
);

/** The parts of a pair of a WeakMap, in the name of an edge. */
const PAIR_BEGINNING = /^\d{1,9} \/ part of key \(/;
const PAIR_MIDDLE = / @\d+\) -> value \(/;
const PAIR_END = / @\d+\) pair in WeakMap \(table @\d+\)$/;

const FUNCTION_NAME = /^((?:get|set|bound|async) )(.+)$/s;

const BRACKETED = /^(\((?:[a-z]+ )*for )(.+)(\))$/s;

const BUILTIN = /^(\()(.+)( builtin(?: code| handle)?\))$/s;

const SYSTEM = /^(system \/ [^/]+? \/ )(.+)$/s;

const SCOPE = /^system \/ Context \/ scope @\d+$/;

/** Classes of C++, of which Chromium writes the whole type. */
const CPP_CLASS = /^(?:blink|cppgc|v8|mojo|viz|base|std)::[\w:<>,&*() ]+$/;

/**
 * A name without what the program has put into it.
 *
 * - Out: the name itself where it is public; else its public parts with pseudonyms between them.
 * - Cost: a look at the beginning of the name, and a lookup or two.
 */
export function publicName(name: string, use: NameUse, naming: Naming): string {
  const { isPublic, pseudonym } = naming;
  if (CONSTANTS.has(name)) return name;
  if (use.isValueAlone) return pseudonym(name);
  if (isPublic(name)) return name;
  if (use.isInternalEdge && !use.isValue && /^\d{1,9}$/.test(name)) return name;
  return use.isValue ? pseudonym(name) : takenApart(name, use, naming, 0);
}

/** Names within names: V8 has three at most. */
const DEEPEST = 4;

/** Characters of a name that is taken apart: V8 cuts at 1,024. */
const LONGEST = 1100;

function takenApart(name: string, use: NameUse, naming: Naming, depth: number): string {
  const { isPublic, pseudonym } = naming;
  const inner = (part: string): string => {
    if (isPublic(part)) return part;
    return depth < DEEPEST ? takenApart(part, use, naming, depth + 1) : pseudonym(part);
  };
  const first = name.charCodeAt(0);
  if (name.startsWith('Detached ')) return `Detached ${inner(name.slice(9))}`;
  if (name.length > LONGEST) return pseudonym(name);
  if (first === LESS_THAN) return tagged(name, naming);
  if (first >= ZERO && first <= NINE && use.isInternalEdge) {
    const pair = pairIn(name, inner);
    if (pair !== undefined) return pair;
    const numbered = /^(\d{1,9} \/ )(.+)$/s.exec(name);
    if (numbered) return numbered[1] + inner(numbered[2]!);
  }
  if (SCOPE.test(name)) return name;
  const parts = BUILTIN.exec(name) ?? BRACKETED.exec(name);
  if (parts) return parts[1] + inner(parts[2]!) + parts[3];
  const accessor = FUNCTION_NAME.exec(name);
  if (accessor) return accessor[1] + inner(accessor[2]!);
  const system = SYSTEM.exec(name);
  if (system) return systemName(system[1]!, system[2]!, inner, naming);
  if (use.isNativeAlone && CPP_CLASS.test(name)) return name;
  const owned = /^((?:system|Node|C\+\+|Blink) \/ )(.+)$/s.exec(name);
  if (owned) return owned[1]! + pseudonym(owned[2]!);
  const page = /^(.+?)( \/ )(.+)$/s.exec(name);
  if (page && isPublic(bare(page[1]!))) return page[1]! + page[2]! + pseudonym(page[3]!);
  if (isPublic(bare(name))) return name;
  const described = /^(.+)( \[JSGlobalObject\]| \(prototype\)| \(internal cache\))$/s.exec(name);
  return described ? pseudonym(described[1]!) + described[2]! : pseudonym(name);
}

/** A pair with other names of its key and value; undefined for what is none. */
function pairIn(name: string, inner: (part: string) => string): string | undefined {
  const [beginning] = PAIR_BEGINNING.exec(name) ?? [];
  const end = PAIR_END.exec(name);
  if (beginning === undefined || end === null) return undefined;
  const rest = name.slice(beginning.length, end.index);
  const middle = PAIR_MIDDLE.exec(rest);
  if (middle === null) return undefined;
  const value = rest.slice(middle.index + middle[0].length);
  return beginning + inner(rest.slice(0, middle.index)) + middle[0] + inner(value) + end[0];
}

/** `system / Script / …`: what stands in front has to be known as a whole. */
function systemName(
  front: string,
  rest: string,
  inner: (part: string) => string,
  { isPublic, pseudonym }: Naming,
): string {
  const name = front.slice(0, -3);
  const known = isPublic(name) || isPublic(name.replace(/ \(.*\)$/s, ''));
  const builtin = /^(.+)( \(builtin\))$/s.exec(rest);
  const shown = builtin ? inner(builtin[1]!) + builtin[2]! : inner(rest);
  return `${known ? front : `system / ${pseudonym(name.slice(9))} / `}${shown}`;
}

/** What Chromium writes behind the class of a page's object. */
function bare(name: string): string {
  return name.replace(/( \[JSGlobalObject\]| \(prototype\)| \(internal cache\))$/, '');
}

/** `<symbol NAME>`, `<div id="…">`. The tag stays when it is one of HTML, as it is a class. */
function tagged(name: string, { isPublic, pseudonym }: Naming): string {
  const symbol = /^<symbol (.*)>$/s.exec(name);
  if (symbol) return isPublic(symbol[1]!) ? name : `<symbol ${pseudonym(symbol[1]!)}>`;
  const tag = /^<(\/?)([^\s>]+)(?: (.*))?>$/s.exec(name);
  if (!tag) return pseudonym(name);
  const [, slash = '', word = '', attributes] = tag;
  const shown = TAGS.has(word) ? word : pseudonym(word);
  return `<${slash}${shown}${attributes === undefined ? '' : ` ${pseudonym(attributes)}`}>`;
}

const LESS_THAN = 0x3c;
const ZERO = 0x30;
const NINE = 0x39;
