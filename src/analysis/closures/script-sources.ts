/** The text of scripts: from the snapshot where it has all of it, else from elsewhere. */

import type { Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { CUT } from '../../v8/string-facts.js';
import { type SourceScopes, sourceScopes } from './source-scopes.js';

/** The text of a script, or why it is not to be had. */
export type ScriptText = { readonly text: string } | { readonly reason: string };

/** Reads the text of a script by its path or URL. */
export type ReadScript = (script: string) => ScriptText;

/** What a script's text says, or why that is not known. */
export type ReadScopes =
  | { readonly scopes: SourceScopes; readonly from: 'snapshot' | 'file' }
  | { readonly reason: string };

/**
 * The scopes of the script of a function.
 *
 * - In: V8's data on one of its functions.
 * - Cost: that of parsing.
 */
export async function scopesOfScript(
  graph: Graph,
  shared: number,
  script: string,
  read: ReadScript,
): Promise<ReadScopes> {
  const inFile = sourceInSnapshot(graph, shared);
  if (inFile?.isWhole) return parse(inFile.text, 'snapshot');
  const found = read(script);
  if ('reason' in found) return found;
  if (inFile !== undefined && !beginsWith(found.text, inFile.text))
    return { reason: 'the file does not fit: it begins with another text than the one that ran' };
  return parse(found.text, 'file');
}

async function parse(text: string, from: 'snapshot' | 'file'): Promise<ReadScopes> {
  const acorn = await import('acorn');
  const reasons: string[] = [];
  for (const sourceType of ['script', 'module'] as const) {
    try {
      const program = acorn.parse(text, {
        ecmaVersion: 'latest',
        sourceType,
        allowReturnOutsideFunction: true,
        allowHashBang: true,
      });
      return { scopes: sourceScopes(text, program), from };
    } catch (error) {
      if (error instanceof RangeError) return { reason: 'it is nested too deeply' };
      if (!(error instanceof SyntaxError)) throw error;
      const { message } = error;
      if (message.startsWith('Not enough stack space')) return { reason: 'it is nested too deeply' };
      reasons.push(message);
    }
  }
  // What is a module says so at its first import or export.
  const [script, module] = reasons;
  return {
    reason: `it is no JavaScript that can be parsed: ${/sourceType/.test(script!) ? module : script}`,
  };
}

interface SourceString {
  readonly text: string;
  readonly isWhole: boolean;
}

/** The text that the snapshot has of a script. */
function sourceInSnapshot(graph: Graph, shared: number): SourceString | undefined {
  const script = edgeTarget(graph, shared, EDGE.internal, ['script', 'script_or_debug_info']);
  const source = script === undefined ? undefined : edgeTarget(graph, script, EDGE.internal, ['source']);
  if (source === undefined || graph.nodeTypes[source] !== NODE.string) return undefined;
  const text = graph.strings.get(graph.nodeNames[source]!);
  if (text === '') return undefined;
  return { text, isWhole: text.length < CUT || isWhole(text.length, graph.selfSizes[source]!) };
}

/**
 * Whether a string object of this size has no more characters than these: a head of 12 or 16 bytes.
 */
function isWhole(length: number, size: number): boolean {
  if (length === CUT) return false;
  return [length, 2 * length].some((bytes) => size >= bytes + 12 && size < bytes + 24);
}

/**
 * V8 writes characters beyond U+FFFF with their last four digits only, and U+FFFD as three question
 * marks.
 */
function beginsWith(text: string, beginning: string): boolean {
  let at = 0;
  for (let i = 0; i < beginning.length; i++) {
    const code = text.codePointAt(at);
    if (code === undefined) return false;
    const written = beginning.charCodeAt(i);
    if (code === 0xfffd && beginning.startsWith('???', i)) {
      i += 2;
      at++;
      continue;
    }
    if (written !== text.charCodeAt(at) && written !== (code & 0xffff)) return false;
    at += code > 0xffff && written !== text.charCodeAt(at) ? 2 : 1;
  }
  return true;
}
