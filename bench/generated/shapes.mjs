/**
 * Units: small graphs of 128 nodes of which a heap is made. There are 64 shapes of them, drawn from
 * the profile; each unit has one of these.
 *
 * What makes the answers known: the first nodes of a unit, the public ones, hang from the registry,
 * each other node from one node of its unit, its parent. Any other edge leads from a node to a
 * public node, to a node whose parent is an ancestor of the source or the source itself, or to a
 * node of the header that hangs from the global object. So the parent of every target is an
 * ancestor of the source, and the tree of parents is the dominator tree.
 */
import { classOf } from './class-names.mjs';
import {
  EDGE_NAMES,
  EDGE_TYPES,
  MAP_EDGE,
  NAMES,
  NODE_TYPES,
  QUANTILES,
  TYPES,
  UNDEFINED_SHARE,
} from './profile.mjs';
import { fromQuantiles, weighted } from './random.mjs';

export const SHAPES = 64;
export const SLOTS = 128;
export const PUBLIC = [
  ...['object', 'object', 'object', 'object', 'object', 'object', 'object'],
  ...['string', 'string', 'code', 'closure', 'code'],
];

/**
 * Where an edge leads: a node of the header, one of its unit, a public one that many edges lead to,
 * one nearby, or one further off.
 */
export const TO = { header: 0, own: 1, near: 2, far: 3, popular: 4 };

/** Edges to public nodes of others: to those that are popular, and to those nearby. */
const POPULAR_SHARE = 0.65;
const NEAR_SHARE = 0.15;
/** The share of edges to a unit's own nodes where both its own and others could be meant. */
const OWN_SHARE = 0.4;
const MOST_EDGES = 400;
/** A parent is one of the last so many nodes that have room for a child. */
const RECENT = 24;
/** These have an edge to their map, which is an object shape. */
const WITH_MAP = ['object', 'closure'];
/** Edges by type of edge and by type of target, without the ones to maps. */
const DRAWN = Object.fromEntries(
  Object.entries(TYPES).map(([type, { nodes, edgeTypes, targets }]) => {
    const maps = WITH_MAP.includes(type) ? nodes : 0;
    const without = (values, index) => values.with(index, Math.max(0, values[index] - maps));
    return [
      type,
      {
        edgeTypes: without(edgeTypes, EDGE_TYPES.indexOf('internal')),
        targets: without(targets, NODE_TYPES.indexOf('object shape')),
      },
    ];
  }),
);
const TYPE_WEIGHTS = NODE_TYPES.map((type) => TYPES[type]?.nodes ?? 0);

/** In: `random`; `header`, with `undefined`, `oddballs`, `shapes`, `mapOf`: places of its nodes. */
export function makeShape(random, header) {
  const slots = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    const type = PUBLIC[slot] ?? NODE_TYPES[weighted(random, TYPE_WEIGHTS)];
    const node = drawNode(random, type);
    if (slot >= PUBLIC.length) {
      node.parent = chooseParent(random, slots, type);
      addEdge(random, slots[node.parent], type, TO.own, slot);
      slots[node.parent].degree = Math.max(slots[node.parent].degree, slots[node.parent].edges.length);
    }
    if (WITH_MAP.includes(type)) {
      const target = type === 'object' ? header.mapOf(node.name) : header.shapes[0];
      node.edges.push({ type: 'internal', name: MAP_EDGE[0], to: TO.header, target });
    }
    slots.push(node);
  }
  for (const [slot, node] of slots.entries()) fillEdges(random, slots, slot, node, header);
  return { slots, ...sizesOf(slots), distances: distancesOf(slots) };
}

function drawNode(random, type) {
  const { edges, sizes } = TYPES[type];
  const names = Object.entries(NAMES[type] ?? {});
  const name =
    names.length > 0
      ? names[
          weighted(
            random,
            names.map(([, often]) => often),
          )
        ][0]
      : undefined;
  return {
    type,
    name,
    className: classOf(type, name),
    size: Math.round(fromQuantiles(random(), QUANTILES, sizes) / 8) * 8,
    degree: Math.min(MOST_EDGES, Math.round(fromQuantiles(random(), QUANTILES, edges))),
    parent: -1,
    edges: [],
    counters: { element: 0, hidden: 1 },
  };
}

function chooseParent(random, slots, type) {
  const wanted = NODE_TYPES.indexOf(type);
  const open = [];
  for (let slot = slots.length - 1; slot >= 0 && open.length < RECENT; slot--) {
    const { degree, edges, type: holder } = slots[slot];
    if (edges.length < degree && TYPES[holder].targets[wanted] > 0) open.push(slot);
  }
  return open.length > 0 ? open[Math.floor(random() * open.length)] : 0;
}

/** Adds an edge of a type that such nodes have, weak ones only where a weak one will do. */
function addEdge(random, node, targetType, to, target, weakAllowed = false) {
  let type = EDGE_TYPES[weighted(random, DRAWN[node.type].edgeTypes)];
  if (type === 'shortcut' || (type === 'weak' && !weakAllowed)) type = 'internal';
  if (type === 'element' && targetType === 'hidden') type = 'internal';
  const edge = { type, to, target };
  if (type === 'element' || type === 'hidden') edge.index = node.counters[type]++;
  else {
    const names = type === 'internal' || type === 'weak' ? EDGE_NAMES.internal : EDGE_NAMES.property;
    edge.name =
      names[
        weighted(
          random,
          names.map(([, , often]) => often),
        )
      ][0];
  }
  node.edges.push(edge);
}

function fillEdges(random, slots, slot, node, header) {
  const own = targetsOf(slots, slot);
  while (node.edges.length < node.degree) {
    const type = NODE_TYPES[weighted(random, DRAWN[node.type].targets)];
    const place = chooseTarget(random, type, own, header);
    addEdge(random, node, type, place.to, place.target, true);
  }
}

function chooseTarget(random, type, own, header) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  if (type === 'object shape') return { to: TO.header, target: pick(header.shapes) };
  const near = own.get(type) ?? [];
  const isPublic = PUBLIC.includes(type);
  if (near.length > 0 && (!isPublic || random() < OWN_SHARE)) {
    if (type !== 'hidden') return { to: TO.own, target: pick(near) };
  }
  if (isPublic) {
    let target = Math.floor(random() * PUBLIC.length);
    while (PUBLIC[target] !== type) target = (target + 1) % PUBLIC.length;
    const share = random();
    const isNear = share < POPULAR_SHARE + NEAR_SHARE;
    return { to: share < POPULAR_SHARE ? TO.popular : isNear ? TO.near : TO.far, target };
  }
  const isUndefined = random() < UNDEFINED_SHARE;
  return { to: TO.header, target: isUndefined ? header.undefined : pick(header.oddballs) };
}

/** The slots that a slot may lead to, by type: see above. */
function targetsOf(slots, slot) {
  const above = new Set([-1]);
  for (let at = slot; at >= 0; at = slots[at].parent) above.add(at);
  const found = new Map();
  for (const [other, { type, parent }] of slots.entries()) {
    if (other === slot || !above.has(parent)) continue;
    if (!found.has(type)) found.set(type, []);
    found.get(type).push(other);
  }
  return found;
}

const UNOWNED = -1;
const SHARED = -2;

/**
 * Shallow sizes, with what hidden nodes and arrays give to the only owner that they have, and what
 * each node and the members of each class retain.
 */
function sizesOf(slots) {
  const givesAway = ({ type }) => type === 'hidden' || type === 'array';
  const owners = slots.map((node, slot) => (givesAway(node) ? UNOWNED : slot));
  for (let changed = true; changed; ) {
    changed = false;
    for (const [slot, { edges }] of slots.entries()) {
      for (const { type, to, target } of edges) {
        if (type === 'weak' || to !== TO.own || !givesAway(slots[target])) continue;
        const before = owners[target];
        if (owners[slot] === UNOWNED || before === SHARED || before === owners[slot]) continue;
        owners[target] = before === UNOWNED ? owners[slot] : SHARED;
        changed = true;
      }
    }
  }
  const shallow = slots.map(({ size }) => size);
  for (const [slot, owner] of owners.entries()) {
    if (owner < 0 || owner === slot) continue;
    shallow[owner] += slots[slot].size;
    shallow[slot] = 0;
  }
  const retained = [...shallow];
  for (let slot = slots.length - 1; slot >= 0; slot--)
    if (slots[slot].parent >= 0) retained[slots[slot].parent] += retained[slot];
  // Members without a size do not count for what their class retains.
  const isTop = slots.map(({ className, parent }, slot) => {
    if (shallow[slot] === 0) return false;
    for (let at = parent; at >= 0; at = slots[at].parent)
      if (slots[at].className === className && shallow[at] > 0) return false;
    return true;
  });
  return { shallow, retained, isTop };
}

/** Edges from the nearest public node. */
function distancesOf(slots) {
  const distances = slots.map((_, slot) => (slot < PUBLIC.length ? 0 : -1));
  const queue = PUBLIC.map((_, slot) => slot);
  for (const slot of queue) {
    for (const { type, to, target } of slots[slot].edges) {
      if (type === 'weak' || to !== TO.own || distances[target] >= 0) continue;
      distances[target] = distances[slot] + 1;
      queue.push(target);
    }
  }
  return distances;
}
