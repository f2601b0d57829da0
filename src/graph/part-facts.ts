/**
 * What the head of a snapshot says under the key `heapgraph` when it is a part of another one:
 * numbers alone, beside its kind. Other tools pass it over.
 */
import { formatCount } from '../base/units.js';

/** A part of a snapshot. */
export interface PartFacts {
  /** `slice`: what shows some objects. `sample`: a share of all subtrees of the dominator tree. */
  readonly kind: 'slice' | 'sample';
  /** Of the snapshot that it was made of. */
  readonly nodeCount: number;
  readonly edgeCount: number;
  /** Bytes of all its nodes. */
  readonly selfSize: number;
  /** The objects of a slice, and what they retained there. */
  readonly objects?: readonly { readonly id: number; readonly retainedSize: number }[];
  /** How many subtrees each one of a sample stands for. */
  readonly weight?: number;
}

/** What a part of a snapshot is, to be said when it is opened. */
export function partWords({ kind, nodeCount, weight }: PartFacts): string {
  const whole = `a snapshot of ${formatCount(nodeCount)} nodes`;
  return kind === 'slice'
    ? `a slice of ${whole}: counts and retained sizes are those of the slice`
    : `a sample of ${whole}: counts and sizes are those of the sample${weight === undefined ? '' : `, where each subtree stands for ${formatCount(weight)}`}`;
}

/** Objects that the head tells the retained sizes of, at most. */
const MOST_OBJECTS = 1000;

/** The facts as a head has them. */
export function partFactsText(part: PartFacts): Record<string, unknown> {
  const { kind, nodeCount, edgeCount, selfSize, objects, weight } = part;
  return {
    kind,
    node_count: nodeCount,
    edge_count: edgeCount,
    self_size: selfSize,
    ...(objects
      ? {
          objects: objects
            .slice(0, MOST_OBJECTS)
            .map(({ id, retainedSize }) => ({ id, retained_size: retainedSize })),
        }
      : {}),
    ...(weight === undefined ? {} : { weight }),
  };
}

/** Reads them; undefined where they are not what `partFactsText` writes. */
export function readPartFacts(value: unknown): PartFacts | undefined {
  if (!isRecord(value)) return undefined;
  const { kind, node_count: nodeCount, edge_count: edgeCount, self_size: selfSize, objects, weight } = value;
  if (kind !== 'slice' && kind !== 'sample') return undefined;
  if (!isCount(nodeCount) || !isCount(edgeCount) || !isCount(selfSize)) return undefined;
  if (weight !== undefined && !isCount(weight)) return undefined;
  const list: { id: number; retainedSize: number }[] = [];
  for (const one of Array.isArray(objects) ? objects.slice(0, MOST_OBJECTS) : []) {
    const id: unknown = isRecord(one) ? one.id : undefined;
    const retainedSize: unknown = isRecord(one) ? one.retained_size : undefined;
    if (!isCount(id) || !isCount(retainedSize)) return undefined;
    list.push({ id, retainedSize });
  }
  return {
    kind,
    nodeCount,
    edgeCount,
    selfSize,
    ...(objects === undefined ? {} : { objects: list }),
    ...(weight === undefined ? {} : { weight }),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
