/**
 * What the strings of a snapshot are used for: two bytes a string, and no graph. A string that
 * names several things has the roles of all of them.
 */
import type { SnapshotProblem } from '../base/errors.js';
import { formatCount } from '../base/units.js';
import { edgesOf, type Graph } from '../graph/graph.js';
import { EDGE, isIndexed, NODE } from '../graph/schema.js';
import { closeCounts, mostStrings } from './counts.js';
import type { Layout } from './meta.js';
import { markEdges, markNodes } from './name-loops.generated.js';
import { hasUsualOrder, refuseNodeField, roundableFields } from './nodes.js';
import { UINT32_MAX } from './numbers.js';
import { type RecordSink, readRecords } from './records.js';
import { type ReadOptions, readSnapshot, type SectionReader } from './sections.js';
import type { ByteWindow } from './window.js';

/** Bits of the things that strings are names of. */
export const ROLE = {
  /** The value of a string. */
  text: 1,
  /** An object's class. */
  object: 2,
  /** A native object. */
  native: 4,
  /** A function, or code. */
  code: 8,
  /** A symbol, a regular expression, a number: what its node's name says of its value. */
  value: 16,
  /** A node of V8's own, or of a type that is not known. */
  internalNode: 32,
  property: 64,
  /** An edge that V8 or the embedder names. */
  internalEdge: 128,
  variable: 256,
  /** A function or script of an allocation stack. */
  stack: 512,
} as const;

/** Roles of values: what a text is that names nothing. */
export const VALUES = ROLE.text | ROLE.value;

const NODE_ROLES: readonly (readonly [keyof typeof NODE, number])[] = [
  ['string', ROLE.text],
  ['concatenated string', ROLE.text],
  ['sliced string', ROLE.text],
  ['object', ROLE.object],
  ['native', ROLE.native],
  ['closure', ROLE.code],
  ['code', ROLE.code],
  ['regexp', ROLE.value],
  ['symbol', ROLE.value],
  ['number', ROLE.value],
  ['bigint', ROLE.value],
];

/** Readers of the sections whose numbers say what strings are used for, and what they found. */
export interface RoleReaders {
  readonly sections: Readonly<Partial<Record<'nodes' | 'edges' | 'trace_function_infos', SectionReader>>>;
  /** By string; those behind its end have none. */
  readonly roles: () => Uint16Array;
  /** One more than the largest index that something has for a name. */
  readonly named: () => number;
}

/**
 * Readers for a file.
 *
 * - Throws: SnapshotError, when they read.
 * - Memory: two bytes a string.
 * - Cost: one pass over the bytes of the sections. Where edges lead is not looked at.
 */
export function roleReaders(layout: Layout, file: string): RoleReaders {
  const marks = new RoleMarks();
  return {
    sections: {
      async nodes(window, offset) {
        const sink = new NodeNames(layout, marks);
        await readRecords(window, sink);
        closeCounts(sink.count, sink.edges, layout, file, offset);
      },
      async edges(window) {
        await readRecords(window, new EdgeNames(layout, marks));
      },
      ...(layout.traceFunctions
        ? {
            async trace_function_infos(window: ByteWindow): Promise<void> {
              await readRecords(window, new StackNames(layout, marks));
            },
          }
        : {}),
    },
    roles: () => marks.roles,
    named: () => marks.named,
  };
}

/** The same of a whole file, whatever the order of its sections. Throws SnapshotError. */
export async function readStringRoles(file: string, options: ReadOptions = {}): Promise<Uint16Array> {
  let readers: RoleReaders | undefined;
  await readSnapshot(file, options, (layout, source) => {
    readers = roleReaders(layout, source.name);
    return readers.sections;
  });
  return readers!.roles();
}

/** By string what nodes of a graph that are kept, and edges between them, use it for. */
export function rolesIn(graph: Graph, kept: Uint8Array): Uint16Array {
  const roles = new Uint16Array(graph.strings.length);
  const { types, names, targets } = edgesOf(graph);
  const nodeRoles = Uint16Array.from({ length: 256 }, (_, type) => roleOfNode(type));
  for (let node = kept.indexOf(1); node >= 0; node = kept.indexOf(1, node + 1)) {
    roles[graph.nodeNames[node]!]! |= nodeRoles[graph.nodeTypes[node]!]!;
    for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++)
      if (kept[targets[edge]!] === 1 && !isIndexed(types[edge]!))
        roles[names[edge]!]! |= roleOfEdge(types[edge]!);
  }
  return roles;
}

const ROLE_OF_NODE: ReadonlyMap<number, number> = new Map(
  NODE_ROLES.map(([type, role]) => [NODE[type], role]),
);

/** A code node's name is V8's own, or that of a function or script. */
function roleOfNode(type: number): number {
  const role = ROLE_OF_NODE.get(type) ?? ROLE.internalNode;
  return type === NODE.code ? role | ROLE.internalNode : role;
}

function roleOfEdge(type: number): number {
  if (isIndexed(type)) return 0;
  if (type === EDGE.property) return ROLE.property;
  return type === EDGE.context ? ROLE.variable : ROLE.internalEdge;
}

/** The roles, with room for as many strings as come. */
class RoleMarks {
  roles = new Uint16Array(1 << 16);
  named = 0;

  /** Makes room for a string. */
  room(name: number): Uint16Array {
    if (name >= this.named) this.named = name + 1;
    if (name < this.roles.length) return this.roles;
    const larger = new Uint16Array(Math.max(name + 1, this.roles.length * 2));
    larger.set(this.roles);
    this.roles = larger;
    return larger;
  }
}

/** What nodes and edges have in common: a type and a name in front of further numbers. */
abstract class NameSink implements RecordSink {
  abstract readonly section: string;
  abstract readonly fields: readonly string[];
  abstract readonly declaredCount: number | undefined;
  abstract readonly countKey: string;
  count = 0;
  parse?: (bytes: Uint8Array, position: number, end: number) => number;
  readonly most: number;

  constructor(
    protected readonly layout: Layout,
    protected readonly marks: RoleMarks,
    /** By the file's number of a type its role; 0 for names that are numbers. */
    protected readonly roleOf: Uint16Array,
    private readonly nameField: number,
  ) {
    this.most = mostStrings(layout);
  }

  abstract take(values: Float64Array): void;

  refuse(field: number, value: number): { code: SnapshotProblem; expected: string } | undefined {
    return field === this.nameField && value >= this.most
      ? { code: 'range', expected: `a string index below ${formatCount(this.most)}` }
      : undefined;
  }

  protected mark(type: number, name: number): void {
    const role = this.roleOf[type]!;
    if (role === 0) return;
    const roles = this.marks.room(name);
    roles[name] = roles[name]! | role;
  }
}

class NodeNames extends NameSink {
  readonly section = 'nodes';
  readonly countKey = 'node_count';
  readonly declaredCount: number | undefined;
  readonly roundable: readonly boolean[];
  /** Sum of the edge counts. */
  edges = 0;

  constructor(layout: Layout, marks: RoleMarks) {
    const { nodes, nodeTypeOf } = layout;
    super(layout, marks, Uint16Array.from(nodeTypeOf, roleOfNode), nodes.name);
    this.declaredCount = layout.declaredNodes;
    this.roundable = roundableFields(nodes);
    if (hasUsualOrder(nodes) && nodeTypeOf.length <= 100)
      this.parse = (bytes, from, end) => this.parseUsual(bytes, from, end, nodes.count);
  }

  get fields(): readonly string[] {
    return this.layout.fieldNames.node;
  }

  override refuse(field: number, value: number): { code: SnapshotProblem; expected: string } | undefined {
    return super.refuse(field, value) ?? refuseNodeField(this.layout, field, value);
  }

  take(values: Float64Array): void {
    const { type, name, edgeCount } = this.layout.nodes;
    this.mark(values[type]!, values[name]!);
    this.edges += values[edgeCount]!;
  }

  private parseUsual(bytes: Uint8Array, from: number, end: number, fields: number): number {
    const { roleOf, marks, count } = this;
    const limit = this.declaredCount ?? Number.POSITIVE_INFINITY;
    const taken = markNodes(bytes, from, end, marks.roles, count, { roleOf, limit, fields });
    marks.named = Math.max(marks.named, taken.largest + 1);
    this.edges += taken.edges;
    this.count = taken.next;
    return taken.at;
  }
}

class EdgeNames extends NameSink {
  readonly section = 'edges';
  readonly countKey: string;
  readonly declaredCount: number;

  constructor(layout: Layout, marks: RoleMarks) {
    const { edges, edgeTypeOf } = layout;
    super(layout, marks, Uint16Array.from(edgeTypeOf, roleOfEdge), -1);
    this.declaredCount = layout.edgeCount;
    this.countKey = layout.declaredEdges === undefined ? "the nodes' edge counts" : 'edge_count';
    const { type, nameOrIndex, target, count } = edges;
    if (type === 0 && nameOrIndex === 1 && target === 2 && count === 3)
      this.parse = (bytes, from, end) => this.parseUsual(bytes, from, end);
  }

  get fields(): readonly string[] {
    return this.layout.fieldNames.edge;
  }

  override refuse(field: number, value: number): { code: SnapshotProblem; expected: string } | undefined {
    const { edges, nodes, edgeTypeOf, nodeCount } = this.layout;
    if (field === edges.type && value >= edgeTypeOf.length)
      return { code: 'range', expected: `a type below ${edgeTypeOf.length} (meta.edge_types)` };
    if (field === edges.target && (value % nodes.count !== 0 || value / nodes.count >= nodeCount))
      return { code: 'range', expected: `the place of one of ${formatCount(nodeCount)} nodes` };
    if (field === edges.nameOrIndex && value > UINT32_MAX)
      return { code: 'too-large', expected: `at most ${formatCount(UINT32_MAX)}` };
    return undefined;
  }

  take(values: Float64Array): void {
    const { type, nameOrIndex } = this.layout.edges;
    // A number beyond the strings is told when they were read.
    this.mark(values[type]!, Math.min(values[nameOrIndex]!, this.most));
  }

  private parseUsual(bytes: Uint8Array, from: number, end: number): number {
    const { roleOf, marks, count, declaredCount: limit } = this;
    const taken = markEdges(bytes, from, end, marks.roles, count, { roleOf, limit });
    marks.named = Math.max(marks.named, taken.largest + 1);
    this.count = taken.next;
    return taken.at;
  }
}

/** Functions of allocation stacks name themselves and their scripts. */
class StackNames extends NameSink {
  readonly section = 'trace_function_infos';
  readonly countKey = '';
  readonly declaredCount = undefined;
  readonly fields: readonly string[];
  readonly signed: readonly boolean[];

  constructor(layout: Layout, marks: RoleMarks) {
    super(layout, marks, Uint16Array.of(ROLE.stack), -1);
    const { count } = layout.traceFunctions!;
    this.fields = Array.from({ length: count }, (_, field) => `field ${field}`);
    this.signed = this.fields.map(() => true);
  }

  take(values: Float64Array): void {
    const { name, script } = this.layout.traceFunctions!;
    this.mark(0, Math.min(Math.max(values[name]!, 0), this.most));
    this.mark(0, Math.min(Math.max(values[script]!, 0), this.most));
  }
}
