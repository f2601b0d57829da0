/** Masks: one byte a node, 1 where it is accepted. */

/** The nodes of a mask, ascending. */
export function nodesIn(mask: Uint8Array): Uint32Array {
  let count = 0;
  for (let node = 0; node < mask.length; node++) count += mask[node]!;
  const nodes = new Uint32Array(count);
  let at = 0;
  for (let node = 0; node < mask.length; node++) if (mask[node] === 1) nodes[at++] = node;
  return nodes;
}

/** Takes nodes outside of `within` away from a mask, which the caller owns. */
export function restricted(mask: Uint8Array, within: Uint8Array | undefined): Uint8Array {
  if (within) for (let node = 0; node < mask.length; node++) mask[node]! &= within[node]!;
  return mask;
}
