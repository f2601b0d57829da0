/** References to the nodes of a level, grouped, in typed arrays. */

/** The different nodes of lists. Takes 4 bytes a node, once. */
export class DistinctNodes {
  private readonly seen: Uint32Array;
  private call = 0;

  constructor(nodeCount: number) {
    this.seen = new Uint32Array(nodeCount);
  }

  /** How many there are. */
  count(nodes: Uint32Array): number {
    const { seen } = this;
    const call = ++this.call;
    let count = 0;
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i]!;
      if (seen[node] === call) continue;
      seen[node] = call;
      count++;
    }
    return count;
  }

  /** In: how many there are. Out: those, in the order of the list. */
  list(nodes: Uint32Array, count: number): Uint32Array {
    const { seen } = this;
    const call = ++this.call;
    const found = new Uint32Array(count);
    for (let i = 0, at = 0; at < count; i++) {
      const node = nodes[i]!;
      if (seen[node] === call) continue;
      seen[node] = call;
      found[at++] = node;
    }
    return found;
  }
}

/** References to the nodes of a level in groups by class and reference: 12 bytes each. */
export class References {
  private readonly numbers = new Map<number, number>();
  private readonly kinds: { readonly type: number; readonly via: number; count: number }[] = [];
  /** Group, source and target of each. */
  private triples = new Uint32Array(3 << 10);
  private length = 0;
  private lastType = -1;
  private lastVia = -1;
  private last = -1;

  add(type: number, via: number, source: number, target: number): void {
    if (type !== this.lastType || via !== this.lastVia) this.last = this.groupOf(type, via);
    const group = this.last;
    this.kinds[group]!.count++;
    if (this.length === this.triples.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.triples);
      this.triples = larger;
    }
    this.triples[this.length] = group;
    this.triples[this.length + 1] = source;
    this.triples[this.length + 2] = target;
    this.length += 3;
  }

  private groupOf(type: number, via: number): number {
    this.lastType = type;
    this.lastVia = via;
    const key = type * 2 ** 26 + via;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.numbers.set(key, this.kinds.length);
    return this.kinds.push({ type, via, count: 0 }) - 1;
  }

  /** Order: as they were first met; references of a group, too. */
  groups(): readonly ReferenceGroup[] {
    const groups = this.kinds.map(({ type, via, count }) => ({
      type,
      via,
      sources: new Uint32Array(count),
      targets: new Uint32Array(count),
      filled: 0,
    }));
    for (let at = 0; at < this.length; at += 3) {
      const group = groups[this.triples[at]!]!;
      group.sources[group.filled] = this.triples[at + 1]!;
      group.targets[group.filled] = this.triples[at + 2]!;
      group.filled++;
    }
    return groups;
  }
}

interface ReferenceGroup {
  /** A class. */
  readonly type: number;
  /** A text of `Referrers`. */
  readonly via: number;
  readonly sources: Uint32Array;
  readonly targets: Uint32Array;
}
