/** Scopes and their variables as V8 15 writes them. */
import type { Graph } from '../../graph/graph.js';

/** The sections on scopes, as flat lists of records, and the names of the records' fields. */
export interface ScopeTables {
  readonly fields: Readonly<Record<'scope' | 'variable' | 'use', readonly string[]>>;
  readonly scopes: readonly number[];
  readonly variables: readonly number[];
  readonly uses: readonly number[];
}

/** A scope in the text of a script. */
export interface ScopeRecord {
  readonly id: number;
  /** The scope around it. */
  readonly parent: ScopeRecord | undefined;
  /** Variables that are in contexts, and the scopes whose own code uses them. */
  readonly variables: readonly { readonly name: string; readonly uses: Set<ScopeRecord> }[];
}

/** By ordinal of the script: its scopes by V8's number. */
export type ScriptScopes = ReadonlyMap<number, ReadonlyMap<number, ScopeRecord>>;

/**
 * The records as scopes. What a damaged file says of scopes that are not there is left out.
 *
 * - Empty: no scripts where a field that is needed is not there.
 * - Cost: linear in the records.
 * - Source: DevTools, ContextAnalyzer.ts, parseEmbeddedScopes.
 */
export function scopeRecords(graph: Graph, { fields, scopes, variables, uses }: ScopeTables): ScriptScopes {
  const found = new Map<number, Map<number, ScopeRecord>>();
  const [script, id, depth, variableCount, useCount] = [
    'script_node_index',
    'scope_id',
    'depth',
    'scope_context_vars_count',
    'scope_uses_count',
  ].map((name) => fields.scope.indexOf(name)) as [number, number, number, number, number];
  const name = fields.variable.indexOf('name');
  const [declaring, slot] = ['declaring_scope_id', 'slot_index'].map((field) => fields.use.indexOf(field));
  if (Math.min(script, id, depth, variableCount, useCount, name, declaring!, slot!) < 0) return found;
  const nodeFields = graph.head.fieldNames.node.length;
  const stride = fields.scope.length;
  const around: ScopeRecord[] = [];
  let current: number | undefined;
  let next = 0;
  for (let at = 0; at + stride <= scopes.length; at += stride) {
    const node = scopes[at + script]! / nodeFields;
    const own: { name: string; uses: Set<ScopeRecord> }[] = [];
    for (let left = scopes[at + variableCount]!; left > 0 && next < variables.length; left--) {
      const index = variables[next + name]!;
      own.push({
        name: index >= 0 && index < graph.strings.length ? graph.strings.get(index) : '',
        uses: new Set(),
      });
      next += fields.variable.length;
    }
    if (current !== node) around.length = 0;
    current = node;
    const level = Math.min(Math.max(scopes[at + depth]!, 0), around.length);
    const record = { id: scopes[at + id]!, parent: around[level - 1], variables: own };
    around.length = level;
    around.push(record);
    const ofScript = found.get(node);
    if (ofScript) ofScript.set(record.id, record);
    else found.set(node, new Map([[record.id, record]]));
  }
  next = 0;
  for (let at = 0; at + stride <= scopes.length; at += stride) {
    const ofScript = found.get(scopes[at + script]! / nodeFields)!;
    const user = ofScript.get(scopes[at + id]!)!;
    for (let left = scopes[at + useCount]!; left > 0 && next < uses.length; left--) {
      ofScript.get(uses[next + declaring!]!)?.variables[uses[next + slot!]!]?.uses.add(user);
      next += fields.use.length;
    }
  }
  return found;
}
