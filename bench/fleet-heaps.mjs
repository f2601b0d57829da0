/**
 * Small snapshots of a fleet, 20 to 100 kB each, all of them different: hosts with a table that grows from day to
 * day, releases of which the later one has a leak more, and one host that is unlike the others.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const NODE_TYPES = ['hidden', 'array', 'string', 'object', 'code', 'closure', 'native', 'synthetic'];
const EDGE_TYPES = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'];
const NODE_FIELDS = ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'];

/** Snapshots of one host. */
const STEPS = 4;

/** The text of a snapshot: `lists` are arrays in properties of globalThis, by name: how many, of which class. */
export function heapText({ seed, lists }) {
  const strings = [];
  const indexes = new Map();
  const stringOf = (text) => {
    if (!indexes.has(text)) indexes.set(text, strings.push(text) - 1);
    return indexes.get(text);
  };
  const nodes = [];
  const add = (type, name, size) => nodes.push({ type, name, size, edges: [] }) - 1;
  const link = (from, type, name, to) => nodes[from].edges.push({ type, name, to });
  const root = add('synthetic', '', 0);
  const roots = add('synthetic', '(GC roots)', 0);
  const globals = add('object', 'Object / global', 32);
  link(root, 'element', 1, roots);
  link(root, 'shortcut', 'global', globals);
  link(globals, 'property', 'seed', add('string', `seed ${seed}`, 24));
  for (const [name, { className, count, bytes }] of Object.entries(lists)) {
    const list = add('object', 'Array', 16);
    const elements = add('array', '(object elements)', 16 + 8 * count);
    link(globals, 'property', name, list);
    link(list, 'internal', 'elements', elements);
    for (let i = 0; i < count; i++) {
      const item = add('object', className, 48);
      link(list, 'element', i, item);
      link(elements, 'hidden', i, item);
      link(item, 'property', 'text', add('string', `${className} ${i} of ${seed}`, bytes));
    }
  }
  const records = nodes.map(({ type, name, size, edges }, i) =>
    [NODE_TYPES.indexOf(type), stringOf(name), 2 * i + 1, size, edges.length, 0].join(','),
  );
  const edges = nodes.flatMap((node) =>
    node.edges.map(({ type, name, to }) =>
      [
        EDGE_TYPES.indexOf(type),
        typeof name === 'number' ? name : stringOf(name),
        to * NODE_FIELDS.length,
      ].join(','),
    ),
  );
  const meta = {
    node_fields: NODE_FIELDS,
    node_types: NODE_FIELDS.map((field) =>
      field === 'type' ? NODE_TYPES : field === 'name' ? 'string' : 'number',
    ),
    edge_fields: ['type', 'name_or_index', 'to_node'],
    edge_types: [EDGE_TYPES, 'string_or_number', 'node'],
    location_fields: ['object_index', 'script_id', 'line', 'column'],
  };
  const head = { meta, node_count: nodes.length, edge_count: edges.length, trace_function_count: 0 };
  return `{"snapshot":${JSON.stringify(head)},\n"nodes":[${records.join(',\n')}],\n"edges":[${edges.join(',\n')}],\n"strings":${JSON.stringify(strings)}}`;
}

/**
 * Writes so many snapshots and a listing of them. Out: the path of the listing. Numbers are the same every time.
 */
export function writeFleet(folder, count) {
  mkdirSync(folder, { recursive: true });
  const lines = [];
  for (let i = 0; i < count; i++) {
    const host = Math.floor(i / STEPS);
    const step = i % STEPS;
    const release = step < 2 ? '1.4.0' : '1.5.0';
    const text = heapText({
      seed: i,
      lists: {
        cache: { className: 'Entry', count: 60 + 40 * step + (host % 7), bytes: 700 },
        sessions: { className: 'Session', count: 100 + (host % 40), bytes: 200 },
        ...(step >= 2 ? { listeners: { className: 'Reload', count: 50 * (step - 1), bytes: 900 } } : {}),
        ...(host === 3 ? { uploads: { className: 'Upload', count: 150, bytes: 4000 } } : {}),
      },
    });
    const file = path.resolve(folder, `${String(i).padStart(7, '0')}.heapsnapshot`);
    writeFileSync(file, text);
    const taken = new Date(Date.UTC(2026, 0, 1 + step, host % 24, host % 60)).toISOString();
    lines.push(
      JSON.stringify({
        file,
        host: `web-${String(host).padStart(6, '0')}`,
        service: `shop-${host % 3}`,
        release,
        taken,
      }),
    );
  }
  const listing = path.join(folder, 'listing.txt');
  writeFileSync(listing, `${lines.join('\n')}\n`);
  return listing;
}
