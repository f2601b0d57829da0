/** A snapshot as newer Bun writes the next one: the same objects, numbered on from where the last one stopped. */
export function renumbered(text: string): string {
  const file = JSON.parse(text) as {
    snapshot: { meta: { node_fields: string[] } };
    nodes: number[];
  };
  const fields = file.snapshot.meta.node_fields.length;
  const place = file.snapshot.meta.node_fields.indexOf('id');
  let largest = 0;
  for (let at = place; at < file.nodes.length; at += fields) largest = Math.max(largest, file.nodes[at]!);
  for (let at = place; at < file.nodes.length; at += fields)
    if (file.nodes[at]! > 2) file.nodes[at]! += largest;
  return JSON.stringify(file);
}
