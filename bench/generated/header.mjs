/**
 * The nodes in front of the units: roots, the global object, what everybody shares, the registry
 * that holds the units, and a chain of objects whose holders and sizes are known.
 */
import { NAMES } from './profile.mjs';
import { PUBLIC } from './shapes.mjs';

const SUBROOTS = [
  ...['Bootstrapper', 'Builtins', 'Client heap', 'Code flusher', 'Compilation cache', 'Debugger'],
  ...['Extensions', 'Eternal handles', 'External strings', 'Global handles', 'Handle scope', 'Micro tasks'],
  ...['Read-only roots', 'Relocatable', 'Retain maps', 'Shareable object cache'],
  ...['SharedStruct type registry', 'Smi roots', 'Stack roots', 'Startup object cache'],
  ...['Internalized strings', 'Strong root list', 'Strong roots', 'Thread manager', 'Traced handles'],
  ...['Weak roots', 'Write barrier'],
];
const CPP_ROOTS = ['C++ Persistent roots', 'C++ CrossThreadPersistent roots', 'C++ native stack roots'];
const ODDBALLS = ['null', 'true', 'false', 'system / Hole'];
/** As many as ts1 has. */
const MAPS = 130;
const BUILTINS = 2391;
const INTERNALIZED = 33113;
/** Units that one page of the registry holds: 24,576 edges, as the largest arrays of ts1 have. */
export const UNITS_PER_PAGE = 2048;

export const CHAIN = {
  linkClass: 'GeneratedLink',
  leafClass: 'GeneratedLeaf',
  first: 'leakHead',
  next: 'next',
  last: 'payload',
  links: 8,
  linkSize: 40,
  leafSize: 56,
  bufferSize: 1 << 20,
};

/**
 * Out: `nodes` ({type, name, size, edges} with edges {type, name or index, target}), the places
 * that shapes need, and what makes up the answers. Edges to units are in `unitEdges`, by node: they
 * are too many to hold.
 */
export function makeHeader(units) {
  const nodes = [];
  const add = (type, name, size) => nodes.push({ type, name, size, edges: [] }) - 1;
  const link = (from, type, name, target) => {
    const { edges } = nodes[from];
    edges.push(typeof name === 'number' ? { type, index: name, target } : { type, name, target });
  };
  const root = add('synthetic', '', 0);
  const gcRoots = add('synthetic', '(GC roots)', 0);
  const subroots = new Map(SUBROOTS.map((name) => [name, add('synthetic', `(${name})`, 0)]));
  // Their places in the file have three digits, as in files of V8: a third of all edges lead there.
  const undefinedPlace = add('hidden', 'undefined', 32);
  const oddballs = ODDBALLS.map((name) => add('hidden', name, 32));
  const maps = Array.from({ length: MAPS }, () => add('hidden', 'system / Map', 40));
  const builtins = Array.from({ length: BUILTINS }, (_, i) => add('code', `Builtin${i % 97}`, 64));
  const cppRoots = CPP_ROOTS.map((name) => add('synthetic', name, 0));
  const global = add('object', 'global', 96);
  const classes = Object.keys(NAMES.object);
  const shapes = classes.map(() => add('object shape', 'system / Map', 72));
  const registry = add('object', 'Registry', 64);
  const pages = [];
  for (let from = 0; from < units; from += UNITS_PER_PAGE)
    for (let copy = 0; copy < 2; copy++)
      pages.push({ node: add('object', 'RegistryPage', 16 + 8 * UNITS_PER_PAGE), from, copy });
  const links = Array.from({ length: CHAIN.links }, () => add('object', CHAIN.linkClass, CHAIN.linkSize));
  const leaf = add('object', CHAIN.leafClass, CHAIN.leafSize);
  const buffer = add('native', 'system / JSArrayBufferData', CHAIN.bufferSize);

  link(root, 'element', 1, gcRoots);
  link(root, 'shortcut', '2', global);
  for (const [i, each] of cppRoots.entries()) link(root, 'element', i + 3, each);
  for (const [i, each] of [...subroots.values()].entries()) link(gcRoots, 'element', i + 1, each);
  const shared = [undefinedPlace, ...oddballs, ...maps, ...shapes];
  const readOnly = subroots.get('Read-only roots');
  for (const each of shared) {
    link(readOnly, 'internal', 'elements', each);
    link(global, 'internal', 'map', each);
  }
  for (const each of [...oddballs, undefinedPlace]) link(each, 'internal', 'map', maps[0]);
  for (const each of maps) link(each, 'internal', 'map', maps[1]);
  for (const each of shapes) {
    link(each, 'internal', 'map', maps[2]);
    link(each, 'internal', '0', oddballs[0]);
  }
  for (const each of builtins) {
    link(subroots.get('Builtins'), 'internal', 'code', each);
    link(each, 'internal', 'map', maps[3]);
  }
  link(global, 'property', 'registry', registry);
  for (const [i, { node }] of pages.entries()) link(registry, 'element', i, node);
  link(registry, 'property', CHAIN.first, links[0]);
  for (const [i, each] of links.entries()) {
    link(each, 'internal', 'map', shapes[0]);
    if (i + 1 < links.length) link(each, 'property', CHAIN.next, links[i + 1]);
    else link(each, 'property', CHAIN.last, leaf);
  }
  link(leaf, 'internal', 'elements', buffer);
  return {
    nodes,
    pages,
    places: {
      root,
      gcRoots,
      builtinRoot: subroots.get('Builtins'),
      builtins,
      global,
      registry,
      links,
      leaf,
      buffer,
      shared,
    },
    undefined: undefinedPlace,
    oddballs: [...oddballs, ...maps],
    shapes,
    mapOf: (className) => shapes[classes.indexOf(className)],
    unitEdges: unitEdgesOf(units, pages, subroots.get('Internalized strings')),
  };
}

/** For each node that leads to public nodes of units: how many edges, and what they are. */
function unitEdgesOf(units, pages, internalized) {
  const found = new Map();
  for (const { node, from } of pages) {
    const held = Math.min(UNITS_PER_PAGE, units - from);
    found.set(node, {
      type: 'element',
      count: held * PUBLIC.length,
      targetOf: (i) => [from + Math.floor(i / PUBLIC.length), i % PUBLIC.length],
    });
  }
  const strings = PUBLIC.flatMap((type, slot) => (type === 'string' ? [slot] : []));
  found.set(internalized, {
    type: 'internal',
    count: Math.min(INTERNALIZED, units * strings.length),
    targetOf: (i) => [Math.floor(i / strings.length), strings[i % strings.length]],
  });
  return found;
}
