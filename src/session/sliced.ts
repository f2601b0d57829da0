/** A part of a snapshot as a file of its own. */
import type { Graph } from '../graph/graph.js';
import type { PartFacts } from '../graph/part-facts.js';
import { type WrittenPart, writePart } from '../load/part-writer.js';
import { rolesIn, VALUES } from '../load/string-roles.js';
import { nodeStates } from '../v8/detachedness.js';
import { type AnonymizeOptions, type Renaming, renaming } from './anonymized.js';

export interface SlicedOptions {
  /** By node: 1 for those of the part. */
  readonly kept: Uint8Array;
  readonly weights?: Uint32Array | undefined;
  readonly facts: PartFacts;
  /** Names and texts that are replaced; none without it. */
  readonly anonymize?: AnonymizeOptions | undefined;
  /** Characters of values of strings; longer ones are cut. */
  readonly cut?: number | undefined;
}

export interface Sliced extends WrittenPart {
  /** Values that were cut. */
  readonly cutTexts: number;
  readonly renamed: Renaming['counts'] | undefined;
}

/** Writes it. In: a graph of a file, with edges and locations. Throws SnapshotError. */
export async function sliced(
  graph: Graph,
  write: (bytes: Uint8Array) => Promise<void> | undefined,
  { kept, weights, facts, anonymize, cut = Number.POSITIVE_INFINITY }: SlicedOptions,
): Promise<Sliced> {
  const roles = rolesIn(graph, kept);
  const renamed = anonymize && renaming(roles, anonymize);
  let cutTexts = 0;
  const rename = (text: string, index: number): string => {
    const written = renamed ? renamed.rename(text, index) : text;
    if (written.length <= cut || (roles[index]! & ~VALUES) !== 0) return written;
    cutTexts++;
    return written.slice(0, cut);
  };
  const written = await writePart(graph, {
    kept,
    weights,
    facts,
    // What a node has its state from may be no part of it.
    detachedness: graph.detachedness && nodeStates(graph),
    rename,
    isAnonymous: anonymize !== undefined,
    write,
  });
  return { ...written, cutTexts, renamed: renamed?.counts };
}
