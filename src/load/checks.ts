/** What has to agree once the sections are read: counts, sums, string indexes. */
import { SnapshotError } from '../base/errors.js';
import { formatCount } from '../base/units.js';
import type { EdgeColumns } from './edges.js';
import { DAMAGED_HINT } from './json.js';
import type { Layout } from './meta.js';
import type { NodeColumns } from './nodes.js';
import { readRecords } from './records.js';
import { type Reading, type ReadOptions, readSnapshot, type SectionReader } from './sections.js';
import type { ByteSource, SnapshotInput } from './source.js';

/** Columns are never made for more records than the bytes can hold, whatever the head promises. */
export function roomFor(promised: number, fields: number, source: ByteSource): number {
  // Deflate shrinks text to a 1,032nd at best; brotli and zstd know no bound.
  const inflated =
    source.compression === 'gzip' && source.storedSize !== undefined ? source.storedSize * 1100 : undefined;
  const bytes = source.size ?? inflated ?? Number.POSITIVE_INFINITY;
  return Math.min(promised, Math.ceil(bytes / (2 * fields)));
}

/** Turns edge counts into offsets, in place. */
export function sumEdgeCounts(firstEdge: Uint32Array, nodeCount: number): number {
  let sum = 0;
  for (let node = 0; node < nodeCount; node++) {
    const count = firstEdge[node]!;
    firstEdge[node] = sum;
    sum += count;
  }
  firstEdge[nodeCount] = sum;
  return sum;
}

/** Behind the nodes: their number and the sum of their edge counts against the head, or in its place. */
export function closeCounts(
  nodeCount: number,
  edgeSum: number,
  layout: Layout,
  file: string,
  offset: number,
): void {
  if (layout.promisedEdges !== undefined && edgeSum !== layout.promisedEdges)
    throw edgeSumError(edgeSum, layout, file, offset);
  layout.nodeCount = nodeCount;
  layout.edgeCount = edgeSum;
  if (layout.root < nodeCount || nodeCount === 0) return;
  throw new SnapshotError('malformed', '"root_index" is wrong', {
    file,
    section: 'snapshot',
    expected: `the place of one of ${formatCount(nodeCount)} nodes`,
    found: `that of node ${formatCount(layout.root)}`,
    hint: DAMAGED_HINT,
  });
}

function edgeSumError(sum: number, layout: Layout, file: string, offset: number): SnapshotError {
  return new SnapshotError('mismatch', "the nodes' edge counts do not add up", {
    file,
    section: 'nodes',
    offset,
    expected: `${formatCount(layout.edgeCount)} (edge_count)`,
    found: formatCount(sum),
    hint: DAMAGED_HINT,
  });
}

/** A salvaged file: edges that did not arrive, or that lead to nodes that did not, are gone. */
export function dropLostEdges(nodes: NodeColumns, edges: EdgeColumns, nodeCount: number): void {
  const { firstEdge } = nodes;
  const { types, names, targets } = edges;
  let kept = 0;
  for (let node = 0; node < nodeCount; node++) {
    const from = firstEdge[node]!;
    const to = Math.min(firstEdge[node + 1]!, edges.count);
    firstEdge[node] = kept;
    for (let edge = from; edge < to; edge++) {
      if (targets[edge]! >= nodeCount) continue;
      types[kept] = types[edge]!;
      names[kept] = names[edge]!;
      targets[kept] = targets[edge]!;
      kept++;
    }
  }
  firstEdge[nodeCount] = kept;
  edges.count = kept;
}

interface Named {
  readonly section: string;
  readonly largestName: number;
  readonly largestNameAt: number;
}

/**
 * String indexes can be checked only when the strings are known, which come last. What was read does not say at
 * which byte a bad one stood: the file is read once more to tell, where it can be.
 */
export async function checkNames(
  input: SnapshotInput,
  options: ReadOptions,
  reading: Reading,
  stringCount: number,
  sinks: readonly (Named | undefined)[],
): Promise<void> {
  const bad = sinks.find((sink) => sink !== undefined && sink.largestName >= stringCount);
  if (!bad) return;
  const { layout, file } = reading;
  const [field, fields] =
    bad.section === 'nodes'
      ? [layout.nodes.name, layout.fieldNames.node]
      : [layout.edges.nameOrIndex, layout.fieldNames.edge];
  const offset = await offsetOfRecord(input, options, bad);
  throw new SnapshotError(
    'range',
    `${fields[field]} of record ${formatCount(bad.largestNameAt)} is out of range`,
    {
      file,
      section: bad.section,
      offset,
      expected: `a string index below ${formatCount(stringCount)}`,
      found: formatCount(bad.largestName),
      hint: DAMAGED_HINT,
    },
  );
}

async function offsetOfRecord(
  input: SnapshotInput,
  options: ReadOptions,
  bad: Named,
): Promise<number | undefined> {
  if (input === '-' || !(typeof input === 'string' || input instanceof URL || input instanceof Uint8Array))
    return undefined;
  let found: number | undefined;
  await readSnapshot(input, { windowSize: options.windowSize, salvage: true }, (layout) => {
    const fields = bad.section === 'nodes' ? layout.fieldNames.node : layout.fieldNames.edge;
    const nameField = bad.section === 'nodes' ? layout.nodes.name : layout.edges.nameOrIndex;
    const read: SectionReader = (window) =>
      readRecords(window, {
        section: bad.section,
        fields,
        promised: undefined,
        promise: '',
        count: 0,
        parse: (_, position) => position, // leaves all to the careful reader, which knows where it is
        refuse(field) {
          if (field === nameField && this.count === bad.largestNameAt) found = window.offset;
          return undefined;
        },
        take() {},
      });
    return { [bad.section]: read };
  });
  return found;
}
