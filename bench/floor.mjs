/**
 * The floor: about the least that reading a snapshot's nodes, edges and string offsets can cost in JavaScript
 * on one thread. It takes the text for granted as V8 writes it (order of fields and sections, no spaces, no
 * sizes beyond 4 GiB) and checks nothing: it is there to be measured against, not to be used.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const WINDOW = 1 << 19;
/** No record is longer than this. */
const MARGIN = 128;
const STRINGS = '"strings":[';

const COMMA = 44;
const QUOTE = 34;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;

/** Large arrays start 16 bytes into a page, where the kernel's copy is far slower on some processors. */
const buffer = (size) => new Uint8Array(size + 64).subarray(48, 48 + size);

export function parse(file) {
  const fd = openSync(file);
  const { size } = fstatSync(fd);
  const window = { fd, bytes: buffer(WINDOW + MARGIN), start: 0, end: 0, next: 0 };
  refill(window);
  const text = Buffer.from(window.bytes.buffer, window.bytes.byteOffset, window.end).latin1Slice();
  const nodesAt = text.indexOf('"nodes":[');
  const head = JSON.parse(`${text.slice(0, text.lastIndexOf(',', nodesAt))}}`).snapshot;
  const fieldCount = head.meta.node_fields.length;
  const nodes = nodeColumns(head.node_count, fieldCount);
  const edges = edgeColumns(head.edge_count, fieldCount);
  window.start = nodesAt + 9;
  eachWindow(window, nodes, parseNodes);
  window.start = window.bytes.indexOf(0x5b, window.start) + 1;
  eachWindow(window, edges, parseEdges);
  const strings = readStrings(fd, size);
  closeSync(fd);
  let sum = 0;
  for (let node = 0; node < nodes.count; node++) {
    const count = nodes.firstEdge[node];
    nodes.firstEdge[node] = sum;
    sum += count;
  }
  nodes.firstEdge[nodes.count] = sum;
  return {
    nodeCount: nodes.count,
    edgeCount: edges.count,
    stringCount: strings.starts.length,
    nodes,
    edges,
    strings,
  };
}

function nodeColumns(total, fieldCount) {
  return {
    total,
    count: 0,
    fieldCount,
    types: new Uint8Array(total),
    names: new Uint32Array(total),
    ids: new Uint32Array(total),
    selfSizes: new Uint32Array(total),
    firstEdge: new Uint32Array(total + 1),
    detachedness: new Uint8Array(total),
  };
}

function edgeColumns(total, fieldCount) {
  return {
    total,
    count: 0,
    fieldCount,
    names: new Uint32Array(total),
    /** Type in the upper three bits, the target's ordinal below. */
    targets: new Uint32Array(total),
  };
}

/** Moves what is left to the front and reads on. */
function refill(window) {
  const { fd, bytes, start, end, next } = window;
  bytes.copyWithin(0, start, end);
  const kept = end - start;
  const count = readSync(fd, bytes, kept, WINDOW - kept, next);
  bytes.fill(0, kept + count, kept + count + MARGIN);
  window.start = 0;
  window.end = kept + count;
  window.next = next + count;
  return count;
}

function eachWindow(window, columns, parseRecords) {
  let margin = MARGIN;
  for (;;) {
    window.start = parseRecords(columns, window.bytes, window.start, window.end - margin);
    if (columns.count === columns.total) break;
    if (refill(window) === 0) margin = 0;
  }
  if (window.end - window.start < MARGIN) refill(window);
}

function parseNodes(columns, b, start, end) {
  const { types, names, ids, selfSizes, firstEdge, detachedness, total, fieldCount } = columns;
  let node = columns.count;
  let p = start | 0;
  let c = 0;
  let v = 0;
  while (p < end && node < total) {
    v = (b[p] - 48) | 0;
    c = (b[p + 1] - 48) | 0;
    p = (p + 2) | 0;
    if (c >= 0) {
      v = (v * 10 + c) | 0;
      p = (p + 1) | 0;
    }
    types[node] = v;

    v = (b[p] - 48) | 0;
    c = (b[p + 1] - 48) | 0;
    p = (p + 2) | 0;
    while (c >= 0) {
      v = (Math.imul(v, 10) + c) | 0;
      c = (b[p] - 48) | 0;
      p = (p + 1) | 0;
    }
    names[node] = v;

    v = (b[p] - 48) | 0;
    c = (b[p + 1] - 48) | 0;
    p = (p + 2) | 0;
    while (c >= 0) {
      v = (Math.imul(v, 10) + c) | 0;
      c = (b[p] - 48) | 0;
      p = (p + 1) | 0;
    }
    ids[node] = v;

    v = (b[p] - 48) | 0;
    c = (b[p + 1] - 48) | 0;
    p = (p + 2) | 0;
    while (c >= 0) {
      v = (Math.imul(v, 10) + c) | 0;
      c = (b[p] - 48) | 0;
      p = (p + 1) | 0;
    }
    selfSizes[node] = v;

    // The last number of all ends with a bracket, whose code is above the digits'.
    v = (b[p] - 48) | 0;
    c = (b[p + 1] - 48) | 0;
    p = (p + 2) | 0;
    while (c >>> 0 < 10) {
      v = (Math.imul(v, 10) + c) | 0;
      c = (b[p] - 48) | 0;
      p = (p + 1) | 0;
    }
    firstEdge[node] = v;

    for (let field = 5; field < fieldCount; field++) {
      v = (b[p] - 48) | 0;
      c = (b[p + 1] - 48) | 0;
      p = (p + 2) | 0;
      while (c >>> 0 < 10) {
        v = (Math.imul(v, 10) + c) | 0;
        c = (b[p] - 48) | 0;
        p = (p + 1) | 0;
      }
    }
    if (fieldCount > 5 && v !== 0) detachedness[node] = v;
    node = (node + 1) | 0;
    // Node.js up to 22 puts a line break before the comma between records.
    p = (b[p] === COMMA ? p + 1 : p) | 0;
  }
  columns.count = node;
  return p;
}

function parseEdges(columns, b, start, end) {
  const { names, targets, total, fieldCount } = columns;
  let edge = columns.count;
  let p = start | 0;
  let c = 0;
  let v = 0;
  while (p < end && edge < total) {
    const type = (b[p] - 48) | 0;

    v = (b[p + 2] - 48) | 0;
    c = (b[p + 3] - 48) | 0;
    p = (p + 4) | 0;
    if (c >= 0) {
      v = (v * 10 + c) | 0;
      c = (b[p++] - 48) | 0;
      if (c >= 0) {
        v = (v * 10 + c) | 0;
        c = (b[p++] - 48) | 0;
        if (c >= 0) {
          v = (v * 10 + c) | 0;
          c = (b[p++] - 48) | 0;
          while (c >= 0) {
            v = (Math.imul(v, 10) + c) | 0;
            c = (b[p++] - 48) | 0;
          }
        }
      }
    }
    names[edge] = v;

    v = (b[p] - 48) | 0;
    c = (b[p + 1] - 48) | 0;
    p = (p + 2) | 0;
    if (c >= 0) {
      v = (v * 10 + c) | 0;
      c = (b[p++] - 48) | 0;
      if (c >= 0) {
        v = (v * 10 + c) | 0;
        c = (b[p++] - 48) | 0;
        if (c >= 0) {
          v = (v * 10 + c) | 0;
          c = (b[p++] - 48) | 0;
          while (c >>> 0 < 10) {
            v = (Math.imul(v, 10) + c) | 0;
            c = (b[p++] - 48) | 0;
          }
        }
      }
    }
    targets[edge] = (type << 29) | ((v >>> 0) / fieldCount);
    edge = (edge + 1) | 0;
    p = (b[p] === COMMA ? p + 1 : p) | 0;
  }
  columns.count = edge;
  return p;
}

/** The bytes of the strings, and where in them each one starts. This section is the last. */
function readStrings(fd, size) {
  const at = findStrings(fd, size);
  const segment = buffer(size - at);
  for (let done = 0, count = 1; count > 0 && done < segment.length; done += count) {
    count = readSync(fd, segment, done, Math.min(segment.length - done, 1 << 30), at + done);
  }
  // Room for a string every third byte; what is not written to takes no memory.
  const starts = new Uint32Array(Math.ceil(segment.length / 3));
  const count = scanStrings(segment, starts);
  return { segment, starts: starts.subarray(0, count) };
}

function scanStrings(b, starts) {
  let found = 0;
  let p = 0;
  while (b[p] !== CLOSE_ARRAY) {
    if (b[p++] !== QUOTE) continue;
    starts[found++] = p;
    for (let c = b[p++]; c !== QUOTE; c = b[p++]) if (c === BACKSLASH) p++;
  }
  return found;
}

/** The key cannot occur within a string, whose quotes are escaped: the last in the file is the section's. */
function findStrings(fd, size) {
  for (let window = 1 << 16, end = size; ; window *= 4) {
    const start = Math.max(0, end - window);
    const bytes = Buffer.from(buffer(end - start).buffer, 48, end - start);
    readSync(fd, bytes, 0, bytes.length, start);
    const at = bytes.lastIndexOf(STRINGS, undefined, 'latin1');
    if (at >= 0) return start + at + STRINGS.length;
    if (start === 0) throw new Error('no strings section');
    end = start + STRINGS.length;
  }
}
