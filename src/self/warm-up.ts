/**
 * What is made once, at first use, is made before the first snapshot: between two snapshots it
 * would be growth.
 */
import { Readable } from 'node:stream';
import { loadSnapshot } from '../load/load.js';
import { SNAPSHOT_TAG } from '../v8/tags.js';
import { tag } from './tag.js';

/** A snapshot with one node, one edge and a place, as V8 writes them. */
const SMALLEST = JSON.stringify({
  snapshot: {
    meta: {
      node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
      node_types: [['synthetic'], 'string', 'number', 'number', 'number', 'number'],
      edge_fields: ['type', 'name_or_index', 'to_node'],
      edge_types: [['property'], 'string_or_number', 'node'],
      location_fields: ['object_index', 'script_id', 'line', 'column'],
    },
    node_count: 1,
    edge_count: 1,
  },
  nodes: [0, 0, 1, 0, 1, 0],
  edges: [0, 0, 0],
  locations: [0, 1, 0, 0],
  strings: [''],
});

let done: Promise<void> | undefined;

/**
 * Loads a snapshot of a few bytes in the way of a real one, once in a process: the loader's machine
 * code, Node.js's streams, and the names of `tag` are there then. Cost: some milliseconds, at the
 * first call.
 */
export function warmUp(): Promise<void> {
  done ??= loadSmallest();
  return done;
}

async function loadSmallest(): Promise<void> {
  const chunks = new Readable({ read() {} });
  chunks.push(SMALLEST);
  chunks.push(null);
  tag(await loadSnapshot(chunks, { locations: true }), SNAPSHOT_TAG);
}
