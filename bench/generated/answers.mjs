/**
 * What there is to find in a generated heap, by the rules of Chrome DevTools. Nothing of heapgraph
 * is used: the sizes follow from how the heap is made, see shapes.mjs.
 */
import { classOf } from './class-names.mjs';
import { CHAIN } from './header.mjs';

/** Edges from the root of the program to the public nodes: global, registry, page, public node. */
const PUBLIC_DISTANCE = 4;
/** Of these types, nodes without a size are not counted where growth is asked for. */
const SIZELESS = ['string', 'number'];
const NONE = { count: 0, sizeless: 0, self: 0, shallow: 0, retained: 0, distance: null };

export function answersOf(heap) {
  const classes = new Map();
  const add = (name, { count, sizeless = 0, self, shallow, retained, distance }) => {
    if (!classes.has(name)) classes.set(name, { ...NONE });
    const row = classes.get(name);
    row.count += count;
    row.sizeless += sizeless;
    row.self += self;
    row.shallow += shallow;
    row.retained += retained;
    if (distance !== undefined) row.distance = Math.min(row.distance ?? distance, distance);
  };
  const unitBytes = addUnits(heap, add);
  const chain = addHeader(heap, add, unitBytes);
  const sorted = [...classes].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    seed: heap.seed,
    nodes: heap.nodeCount,
    edges: heap.edgeCount,
    strings: heap.strings.count,
    ...chain,
    classes: Object.fromEntries(sorted),
  };
}

/** Out: bytes of all units. */
function addUnits({ shapes, shapeUnits }, add) {
  let bytes = 0;
  for (const [i, { slots, shallow, retained, isTop, distances }] of shapes.entries()) {
    const units = shapeUnits[i];
    if (units === 0) continue;
    for (const [slot, { type, className, size }] of slots.entries()) {
      bytes += units * shallow[slot];
      add(className, {
        count: units,
        sizeless: size === 0 && SIZELESS.includes(type) ? units : 0,
        self: units * size,
        shallow: units * shallow[slot],
        retained: isTop[slot] ? units * retained[slot] : 0,
        distance: PUBLIC_DISTANCE + distances[slot],
      });
    }
  }
  return bytes;
}

function addHeader(heap, add, unitBytes) {
  const { nodes, places, pages } = heap.header;
  const sizeOf = (node) => nodes[node].size;
  const sum = (list) => list.reduce((total, node) => total + sizeOf(node), 0);
  const retained = nodes.map(({ size }) => size);
  const { links, leaf, buffer, registry, global, builtins, shared, root } = places;
  retained[leaf] = sizeOf(leaf) + sizeOf(buffer);
  for (let i = links.length - 1; i >= 0; i--) retained[links[i]] += retained[links[i + 1] ?? leaf];
  retained[registry] += unitBytes + sum(pages.map(({ node }) => node)) + retained[links[0]];
  retained[global] += retained[registry] + sum(shared);
  retained[places.builtinRoot] += sum(builtins);
  retained[places.gcRoots] += retained[places.builtinRoot];
  const total = retained[global] + retained[places.gcRoots];
  retained[root] = total;

  const distances = new Map([
    [global, 1],
    [registry, 2],
  ]);
  for (const node of shared) distances.set(node, 2);
  for (const { node } of pages) distances.set(node, 3);
  for (const [i, node] of [...links, leaf, buffer].entries()) distances.set(node, 3 + i);
  // Members that another member holds, and members without a size, do not count.
  const inside = new Set(links.slice(1));
  for (const [node, { type, name, size }] of nodes.entries()) {
    const isTop = size > 0 && !inside.has(node);
    add(classOf(type, name), {
      count: 1,
      self: size,
      shallow: size,
      retained: isTop ? retained[node] : 0,
      distance: distances.get(node),
    });
  }
  const facts = (node) => ({ id: heap.headerId(node), class: nodes[node].name, retained: retained[node] });
  const path = [global, registry, ...links, leaf];
  return {
    total,
    dominators: [root, ...path, buffer].map(facts),
    chain: {
      of: facts(leaf),
      holders: path.map((node) => ({ id: heap.headerId(node), class: nodes[node].name })),
      edges: ['registry', CHAIN.first, ...links.slice(1).map(() => CHAIN.next), CHAIN.last],
    },
  };
}
