/**
 * A generated heap: which node stands where, and the sections of its snapshot, in one pass each.
 *
 * Where a unit's nodes stand: units come in groups of eight, and a group's nodes in stripes: first
 * some few nodes of each of its units, then some few others.
 *
 * Where edges lead, as in ts1 and ts4, so that the caches of a machine work as on a real heap: six
 * of ten to some hundred nodes that are popular (maps, oddballs, public nodes of the first units);
 * of the others half to a node less than 1,000 nodes away. Edges to other units lead to earlier
 * ones, as objects mostly refer to older ones: so a depth-first search stays among neighbours.
 */
import { ByteWriter } from './byte-writer.mjs';
import { makeHeader } from './header.mjs';
import { EDGE_TYPES, NODE_TYPES, NODES, STRINGS, WITHOUT_LOCATION } from './profile.mjs';
import { below, hash, randomFrom } from './random.mjs';
import { makeShape, PUBLIC, SHAPES, SLOTS, TO } from './shapes.mjs';
import { StringTable } from './string-table.mjs';

const GROUP_BITS = 3;
const GROUP = 1 << GROUP_BITS;
const LARGEST_STRIPE = 16;
/** Units around a unit that are near it, and those that it knows at all: two million nodes. */
const NEAR = 512;
const FAR = 16_384;
/** So many of the first units are popular. */
const POPULAR = 16;
const NODE_FIELDS = 6;
/** About what a node and an edge of the header take. */
const HEADER_NODE = 18;
const HEADER_EDGE = 15;
const META = {
  node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
  node_types: [NODE_TYPES, 'string', 'number', 'number', 'number', 'number', 'number'],
  edge_fields: ['type', 'name_or_index', 'to_node'],
  edge_types: [EDGE_TYPES, 'string_or_number', 'node'],
  trace_function_info_fields: ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'],
  trace_node_fields: ['id', 'function_info_index', 'count', 'size', 'children'],
  sample_fields: ['timestamp_us', 'last_assigned_id'],
  location_fields: ['object_index', 'script_id', 'line', 'column'],
};

export class Heap {
  constructor({ units, seed }) {
    this.units = units;
    this.seed = seed;
    this.header = makeHeader(units);
    const random = randomFrom(seed);
    this.shapes = Array.from({ length: SHAPES }, () => makeShape(random, this.header));
    this.stripes = makeStripes(random);
    this.first = this.header.nodes.length;
    this.nodeCount = this.first + units * SLOTS;
    this.strings = new StringTable(Math.max(1000, Math.round((this.nodeCount / NODES) * STRINGS)), seed);
    this.shapeUnits = new Array(SHAPES).fill(0);
    for (let unit = 0; unit < units; unit++) this.shapeUnits[this.shapeOf(unit)]++;
    this.prepare();
    this.edgeCount = this.countEdges();
  }

  shapeOf(unit) {
    return hash(unit ^ this.seed) & (SHAPES - 1);
  }

  /** The place of a node of a unit among all nodes. */
  place(unit, slot) {
    const group = unit >>> GROUP_BITS;
    const size = this.groupSize(group);
    const { start, width, offset, turn } = this.stripes.of[slot];
    const at = place(unit & (GROUP - 1), size, turn);
    return this.first + group * GROUP * SLOTS + start * size + at * width + offset;
  }

  groupSize(group) {
    return Math.min(GROUP, this.units - group * GROUP);
  }

  /** The same in larger heaps of the same seed, so that ids are those of one process. */
  idOf(unit, slot) {
    return 2 * (this.firstId + unit * (SLOTS + 2) + slot) + 1;
  }

  headerId(node) {
    const page = this.pageOf.get(node);
    if (page !== undefined) return this.idOf(page.from, SLOTS + page.copy);
    // What stands behind the pages comes in front of them.
    return 2 * (node > this.lastPage ? node - this.pageOf.size : node) + 1;
  }

  /** Records as bytes, as far as they are the same for all units of a shape. */
  prepare() {
    const { header, strings, shapes } = this;
    this.pageOf = new Map(header.pages.map((page) => [page.node, page]));
    this.lastPage = Math.max(...this.pageOf.keys());
    this.firstId = this.first - this.pageOf.size;
    // As in ts1, V8's own names come first, and those of the program have five digits.
    for (const [i, { type, name }] of namesOf(shapes).entries()) {
      const isOwn = type !== 'object' || WITHOUT_LOCATION.includes(name);
      strings.put(name, isOwn ? undefined : Math.floor(strings.count / 6) + 37 * i);
    }
    for (const { name } of header.nodes) strings.put(name);
    for (const { edges } of header.nodes)
      for (const { name } of edges) if (name !== undefined) strings.put(name);
    const pool = new BytePool();
    this.compiled = shapes.map(({ slots }) => slots.map((node) => compileNode(node, strings, pool)));
    this.bytes = pool.bytes();
  }

  countEdges() {
    const { header, shapes, shapeUnits } = this;
    let count = 0;
    for (const { edges } of header.nodes) count += edges.length;
    for (const { count: more } of header.unitEdges.values()) count += more;
    for (const [i, { slots }] of shapes.entries())
      for (const { edges } of slots) count += shapeUnits[i] * edges.length;
    return count;
  }

  /** In: a ByteWriter; `onProgress` is called with the section's name. */
  write(writer, onProgress = () => {}) {
    const counts = { node_count: this.nodeCount, edge_count: this.edgeCount, trace_function_count: 0 };
    writer.text(`{"snapshot":${JSON.stringify({ meta: META, ...counts, extra_native_bytes: 0 })},\n`);
    onProgress('nodes');
    this.writeNodes(writer);
    onProgress('edges');
    this.writeEdges(writer);
    writer.text('"trace_function_infos":[],\n"trace_tree":[],\n"samples":[],\n');
    onProgress('locations');
    this.writeLocations(writer);
    onProgress('strings');
    this.strings.write(writer);
  }

  writeNodes(writer) {
    const { header, strings, compiled, bytes, seed } = this;
    writer.text('"nodes":[');
    for (const [i, { type, name, size, edges }] of header.nodes.entries()) {
      const edgeCount = edges.length + (header.unitEdges.get(i)?.count ?? 0);
      const values = [NODE_TYPES.indexOf(type), strings.put(name), this.headerId(i), size, edgeCount, 0];
      writer.text(`${values.join()},`);
    }
    this.eachStripe((unit, from, to) => {
      const shape = compiled[this.shapeOf(unit)];
      writer.room();
      for (let slot = from; slot < to; slot++) {
        const node = shape[slot];
        writer.copy(bytes, node.head, node.headEnd);
        if (node.pooled) writer.upTo9(below(hash(Math.imul(unit, SLOTS) + slot + seed), strings.count));
        writer.number(this.idOf(unit, slot));
        writer.copy(bytes, node.tail, node.tailEnd);
      }
    });
    writer.back();
    writer.text('],\n');
  }

  writeEdges(writer) {
    const { header, strings, compiled, bytes } = this;
    writer.text('"edges":[');
    for (const [i, { edges }] of header.nodes.entries()) {
      for (const { type, name, index, target } of edges) {
        const values = [EDGE_TYPES.indexOf(type), index ?? strings.put(name), target * NODE_FIELDS];
        writer.text(`${values.join()},`);
      }
      this.writeUnitEdges(writer, header.unitEdges.get(i));
    }
    this.eachStripe((unit, from, to) => {
      const shape = compiled[this.shapeOf(unit)];
      for (let slot = from; slot < to; slot++) {
        const { edges, key } = shape[slot];
        for (let e = 0; e < edges.length; e++) {
          const edge = edges[e];
          writer.room();
          writer.copy(bytes, edge.from, edge.end);
          if (edge.to !== TO.header) writer.number(this.placeOf(unit, edge, key + e) * NODE_FIELDS);
        }
      }
    });
    writer.back();
    writer.text('],\n');
  }

  writeUnitEdges(writer, found) {
    if (found === undefined) return;
    const type = EDGE_TYPES.indexOf(found.type);
    for (let i = 0; i < found.count; i++) {
      writer.room();
      writer.upTo9(type);
      writer.upTo9(found.type === 'element' ? i : this.strings.put('elements'));
      const [unit, slot] = found.targetOf(i);
      writer.number(this.place(unit, slot) * NODE_FIELDS);
    }
  }

  placeOf(unit, { to, target }, key) {
    if (to === TO.own) return this.place(unit, target);
    const { units } = this;
    const bits = hash(Math.imul(unit, 0x9e3779b1) ^ Math.imul(key, 0x85ebca6b) ^ this.seed);
    if (to === TO.popular) return this.place(below(bits, Math.min(units, POPULAR)), target);
    const reach = Math.min(to === TO.near ? NEAR : FAR, unit);
    return this.place(unit - below(bits, reach + 1), target);
  }

  writeLocations(writer) {
    const { compiled, first } = this;
    writer.text('"locations":[');
    let at = first;
    this.eachStripe((unit, from, to) => {
      const shape = compiled[this.shapeOf(unit)];
      writer.room();
      for (let slot = from; slot < to; slot++, at++) {
        const { location, locationEnd } = shape[slot];
        if (location === locationEnd) continue;
        writer.number(at * NODE_FIELDS);
        writer.copy(this.bytes, location, locationEnd);
      }
    });
    writer.back();
    writer.text('],\n');
  }

  /** Bytes of the file, by some units and strings: within one percent. */
  estimate(samples = 400) {
    const writer = new ByteWriter();
    const some = Math.min(samples, this.units);
    for (let i = 0; i < some; i++) this.measureUnit(writer, Math.floor(((i + 0.5) / some) * this.units));
    const texts = new ByteWriter();
    for (let i = 0; i < 4000; i++) this.strings.writeText(texts, Math.floor((i / 4000) * this.strings.count));
    return (
      (writer.total / some) * this.units + (texts.total / 4000) * this.strings.count + this.estimateHeader()
    );
  }

  /** Without the pages, whose edges are counted with the nodes that they lead to. */
  estimateHeader() {
    const { nodes, pages, unitEdges } = this.header;
    let edges = 0;
    for (const node of nodes) edges += node.edges.length;
    for (const { count } of unitEdges.values()) edges += count;
    for (const { node } of pages) edges -= unitEdges.get(node).count;
    return nodes.length * HEADER_NODE + edges * HEADER_EDGE;
  }

  measureUnit(writer, unit) {
    for (const [slot, node] of this.compiled[this.shapeOf(unit)].entries()) {
      writer.room();
      writer.at += node.locationEnd - node.head;
      if (node.pooled) writer.number(below(hash(unit + slot), this.strings.count));
      writer.number(this.idOf(unit, slot));
      if (node.location !== node.locationEnd) writer.number(this.place(unit, slot) * NODE_FIELDS);
      // Public nodes are held by two pages.
      if (slot < PUBLIC.length) writer.at += 2 * '1,10000,100000000,'.length;
      for (const [e, edge] of node.edges.entries()) {
        writer.room();
        writer.at += edge.end - edge.from;
        if (edge.to !== TO.header) writer.number(this.placeOf(unit, edge, node.key + e) * NODE_FIELDS);
      }
    }
  }

  /** In the order of the file: a unit, and which of its slots stand there. */
  eachStripe(take) {
    for (let group = 0; group * GROUP < this.units; group++) {
      const size = this.groupSize(group);
      for (const { start, width, turn } of this.stripes.list)
        for (let at = 0; at < size; at++) take(group * GROUP + unitAt(at, size, turn), start, start + width);
    }
  }
}

/** Where a unit stands among `size`, and which one stands there: turned by a number of its own. */
const place = (unit, size, turn) => (unit + turn) % size;
const unitAt = (at, size, turn) => (at - (turn % size) + size) % size;

/** The stripes of a group, and that of each slot. */
function makeStripes(random) {
  const list = [];
  const of = [];
  for (let start = 0; start < SLOTS; ) {
    const width = Math.min(SLOTS - start, 1 + Math.floor(random() * LARGEST_STRIPE));
    const turn = Math.floor(random() * GROUP);
    list.push({ start, width, turn });
    for (let offset = 0; offset < width; offset++) of[start + offset] = { start, width, offset, turn };
    start += width;
  }
  return { list, of };
}

class BytePool {
  parts = [];
  length = 0;
  /** Edges so far: each has a number of its own to draw its targets with. */
  key = 0;

  add(text) {
    const from = this.length;
    this.parts.push(text);
    this.length += text.length;
    return from;
  }

  bytes() {
    return new Uint8Array(Buffer.from(this.parts.join(''), 'latin1'));
  }
}

function compileNode({ type, name, className, size, edges }, strings, pool) {
  const pooled = name === undefined;
  const head = pool.add(`${NODE_TYPES.indexOf(type)},${pooled ? '' : `${strings.put(name)},`}`);
  const tail = pool.add(`${size},${edges.length},0,`);
  const location = pool.add(locationOf(type, className, edges.length));
  const { key } = pool;
  pool.key += edges.length;
  const records = edges.map(({ type: edgeType, name: edgeName, index, to, target }) => {
    const place = to === TO.header ? `${target * NODE_FIELDS},` : '';
    const from = pool.add(`${EDGE_TYPES.indexOf(edgeType)},${index ?? strings.put(edgeName)},${place}`);
    return { from, end: pool.length, to, target };
  });
  const locationEnd = location + locationOf(type, className, edges.length).length;
  return { head, headEnd: tail, tail, tailEnd: location, location, locationEnd, pooled, edges: records, key };
}

/** Where the constructor of a class stands, or a function. */
function locationOf(type, className, seed) {
  if (type === 'closure') return `7,${1000 + seed},${12 + (seed % 9)},`;
  if (type !== 'object' || WITHOUT_LOCATION.includes(className)) return '';
  return `7,${className.length * 31},19,`;
}

/** Nodes of shapes, one for each name. */
function namesOf(shapes) {
  const all = shapes.flatMap(({ slots }) => slots).filter(({ name }) => name !== undefined);
  return [...new Map(all.map((node) => [node.name, node])).values()];
}
