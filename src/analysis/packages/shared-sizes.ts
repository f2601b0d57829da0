/** What several owners hold together, by each of them. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { essentialEdges } from '../sizes/essential-edges.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { type OwnerWays, SEVERAL, STAYS } from './owner-ways.js';

/** Owners that one search takes: bits of a number. */
const AT_ONCE = 31;

/** What is asked for. */
export interface SharedBytes {
  readonly ways: OwnerWays;
  /** By node 1 for those that count. */
  readonly isShared: Uint8Array;
  /** How many owners there are. */
  readonly owners: number;
}

/**
 * By owner the shared bytes that it is the last owner of, on some way to them. Owners overlap.
 *
 * - Cost: for each 31 owners a search through what has no single last owner.
 */
export function sharedSizes(graph: Graph, { ways, isShared, owners }: SharedBytes): Float64Array {
  const { nodeCount, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const essential = essentialEdges(graph);
  const sizes = shallowSizes(graph);
  const { stays, last } = ways;
  const found = new Float64Array(owners);
  // Owners that are the last ones before something that several hold.
  const starts: number[] = [];
  const isLast = new Uint8Array(owners);
  for (let node = 0; node < nodeCount; node++) {
    if (stays[node] !== STAYS.program || last[node] === SEVERAL) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (essential[edge] === 0) continue;
      const target = targets[edge]!;
      if (stays[target] !== STAYS.program || last[target] !== SEVERAL) continue;
      starts.push(node);
      isLast[last[node]!] = 1;
      break;
    }
  }
  const asked = Array.from(isLast.entries(), ([owner, is]) => (is === 1 ? owner : -1)).filter((o) => o >= 0);
  if (asked.length === 0) return found;
  const bits = new Int32Array(nodeCount);
  const isWaiting = new Uint8Array(nodeCount);
  const stack = new Uint32Array(nodeCount);
  for (let from = 0; from < asked.length; from += AT_ONCE) {
    const some = asked.slice(from, from + AT_ONCE);
    const bitOf = new Int32Array(owners);
    some.forEach((owner, i) => {
      bitOf[owner] = 1 << i;
    });
    bits.fill(0);
    let waiting = 0;
    const pass = (node: number, mask: number): void => {
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        if (essential[edge] === 0) continue;
        const target = targets[edge]!;
        if (last[target] !== SEVERAL || stays[target] !== STAYS.program) continue;
        if ((mask & ~bits[target]!) === 0) continue;
        bits[target]! |= mask;
        if (isWaiting[target] === 1) continue;
        isWaiting[target] = 1;
        stack[waiting++] = target;
      }
    };
    for (const node of starts) {
      const mask = bitOf[last[node]!]!;
      if (mask !== 0) pass(node, mask);
    }
    while (waiting > 0) {
      const node = stack[--waiting]!;
      isWaiting[node] = 0;
      pass(node, bits[node]!);
    }
    for (let node = 0; node < nodeCount; node++) {
      if (isShared[node] === 0 || bits[node] === 0) continue;
      for (const [i, owner] of some.entries())
        if ((bits[node]! & (1 << i)) !== 0) found[owner]! += sizes[node]!;
    }
  }
  return found;
}
