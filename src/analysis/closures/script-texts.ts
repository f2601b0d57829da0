/** The scripts of a program whose contexts are looked at: their texts, and whether these fit. */
import type { Graph } from '../../graph/graph.js';
import { isRuntimeScript } from '../../v8/runtime.js';
import { type CodeFunction, closureIndex, NO_CONTEXT } from './closure-index.js';
import { type ReadScopes, type ReadScript, scopesOfScript } from './script-sources.js';
import type { Literal, SourceScopes } from './source-scopes.js';

/** What was looked at. */
export interface Checked {
  /** Contexts whose variables were compared with what functions read. */
  readonly contexts: number;
  /** Scripts whose text was read, by where it was. */
  readonly scripts: readonly { readonly script: string; readonly from: 'snapshot' | 'file' | 'scopes' }[];
  /** Scripts with contexts that were not looked at. */
  readonly notChecked: readonly {
    readonly script: string;
    readonly reason: string;
    readonly contexts: number;
  }[];
}

/** The text of a script. */
export interface Text {
  readonly scopes: ReadScopes;
  /** Its functions, by number; with their literals where the text fits. */
  readonly own: readonly { readonly number: number; readonly literal: Literal | undefined }[];
}

/**
 * By script of the program that has functions with contexts: its text, or why there is none.
 *
 * - Cost: reads and parses each script.
 */
export async function textsOf(
  graph: Graph,
  read: ReadScript,
  without: ReadonlySet<string> = new Set(),
): Promise<ReadonlyMap<string, Text>> {
  const { functions, contextOf, functionOf } = closureIndex(graph);
  const withContext = new Uint8Array(functions.length);
  for (let i = 0; i < contextOf.length; i++) if (contextOf[i] !== NO_CONTEXT) withContext[functionOf[i]!] = 1;
  const byScript = new Map<string, number[]>();
  for (const [number, { script }] of functions.entries()) {
    if (script === undefined || isRuntimeScript(script) || without.has(script)) continue;
    const list = byScript.get(script);
    if (list) list.push(number);
    else byScript.set(script, [number]);
  }
  const texts = new Map<string, Text>();
  for (const [script, numbers] of byScript) {
    if (!numbers.some((number) => withContext[number] === 1)) continue;
    const scopes = await scopesOfScript(graph, functions[numbers[0]!]!.shared, script, read);
    if (!('scopes' in scopes)) {
      texts.set(script, { scopes, own: [] });
      continue;
    }
    const own = numbers.map((number) => ({
      number,
      literal: literalOfFunction(graph, functions[number]!, scopes.scopes),
    }));
    const odd = own.find(({ literal }) => literal === undefined);
    if (odd === undefined) texts.set(script, { scopes, own });
    else texts.set(script, { scopes: { reason: misfit(graph, functions[odd.number]!) }, own: [] });
  }
  return texts;
}

function literalOfFunction(
  graph: Graph,
  { name, place }: CodeFunction,
  scopes: SourceScopes,
): Literal | undefined {
  if (place === undefined) return undefined;
  const { line, column } = graph.locations!.place(place);
  const literal = scopes.literalAt(line, column);
  if (literal?.name !== undefined && name !== '' && literal.name !== name && !name.startsWith('<'))
    return undefined;
  return literal;
}

function misfit(graph: Graph, { name, place }: CodeFunction): string {
  if (place === undefined) return 'the snapshot has no place for one of its functions';
  const { line, column } = graph.locations!.place(place);
  return `the file does not fit: it has no function${name === '' ? '' : ` ${name}`} at ${line + 1}:${column + 1}`;
}

/** Which scripts were read, and of how many contexts nothing is known, and why. */
export function checkedOf(
  graph: Graph,
  texts: ReadonlyMap<string, Text>,
  contexts: number,
  scopes: readonly (object | string)[],
): Checked {
  const { functions, contextOf, functionOf } = closureIndex(graph);
  const open = new Map<string, Set<number>>();
  for (let i = 0; i < contextOf.length; i++) {
    const context = contextOf[i]!;
    const { script } = functions[functionOf[i]!]!;
    if (context === NO_CONTEXT || script === undefined || !texts.has(script)) continue;
    if (scopes[context] !== 'unknown') continue;
    const set = open.get(script);
    if (set) set.add(context);
    else open.set(script, new Set([context]));
  }
  return {
    contexts,
    scripts: [...texts].flatMap(([script, { scopes: text }]) =>
      'scopes' in text ? [{ script, from: text.from }] : [],
    ),
    notChecked: [...open]
      .map(([script, set]) => {
        const text = texts.get(script)!.scopes;
        const reason = 'reason' in text ? text.reason : 'their variables are not those of the text';
        return { script, reason, contexts: set.size };
      })
      .sort((a, b) => b.contexts - a.contexts || (a.script < b.script ? -1 : 1)),
  };
}
