/**
 * Minimum cuts of a directed network with arcs of capacity one and arcs without a bound.
 *
 * Dinic's algorithm (Y. Dinitz: Algorithm for Solution of a Problem of Maximum Flow in a Network
 * with Power Estimation, Soviet Math. Doklady 11, 1970) with a stack of its own: the flow goes
 * along shortest ways only, found by levels. All data is in typed arrays.
 */

/** Arcs, sorted by where they come from. */
export interface Network {
  readonly nodeCount: number;
  /** The arcs from `node` are `firstArc[node] … firstArc[node + 1] - 1`. */
  readonly firstArc: Uint32Array;
  readonly targets: Uint32Array;
  /** By arc 1 where it has no bound. */
  readonly unbounded: Uint8Array;
  readonly source: number;
  readonly sink: number;
}

/** Which of several smallest cuts. */
export type Nearest = 'sink' | 'source';

/** A smallest cut. */
export interface MinimumCut {
  /** The value of the flow: how many arcs have to go; one more than `limit` where it is larger. */
  readonly value: number;
  /** Those arcs, ascending; undefined where there are more than `limit`. */
  readonly arcs: readonly number[] | undefined;
}

/**
 * The fewest arcs of capacity one without which no way leads from the source to the sink.
 *
 * - In: a network in which no way leads from the source to the sink over unbounded arcs alone.
 * - Ties: of the smallest cuts the nearest to the sink, or to the source; it is unique.
 * - Empty: no way at all is a cut of no arcs.
 * - Cost: a round is linear in nodes and arcs; rounds are few, at most `limit` + 2. 9 bytes an arc
 *   and 16 a node beside the network.
 */
export function minimumCut(network: Network, limit: number, nearest: Nearest = 'sink'): MinimumCut {
  const { firstArc, targets, source, sink } = network;
  const residual = new Residual(network);
  let value = 0;
  while (value <= limit && residual.level()) {
    const pushed = residual.push(limit + 1 - value);
    if (pushed === 0) break;
    value += pushed;
  }
  if (value > limit) return { value, arcs: undefined };
  const behind = nearest === 'sink' ? residual.leadingTo(sink) : residual.reachedFrom(source);
  const arcs: number[] = [];
  const inside = nearest === 'sink' ? 0 : 1;
  for (let node = 0; node < network.nodeCount; node++) {
    if (behind[node] !== inside) continue;
    for (let arc = firstArc[node]!, end = firstArc[node + 1]!; arc < end; arc++) {
      if (behind[targets[arc]!] !== inside) arcs.push(arc);
    }
  }
  return { value, arcs };
}

/** A network with its flow: each arc can be gone along as far as it has room, and back. */
class Residual {
  readonly #network: Network;
  readonly #sources: Uint32Array;
  /** Arcs by where they lead: those to `node` are `#into[#firstInto[node]] …`. */
  readonly #firstInto: Uint32Array;
  readonly #into: Uint32Array;
  readonly #flow: Uint32Array;
  /** By node its distance from the source plus one; 0 where the sink was met before. */
  readonly #levels: Uint32Array;
  readonly #queue: Uint32Array;
  /** By node how many of its arcs, there and back, this round has tried. */
  readonly #tried: Uint32Array;

  constructor(network: Network) {
    const { nodeCount, firstArc, targets } = network;
    this.#network = network;
    this.#sources = new Uint32Array(targets.length);
    this.#firstInto = new Uint32Array(nodeCount + 1);
    this.#into = new Uint32Array(targets.length);
    this.#flow = new Uint32Array(targets.length);
    this.#levels = new Uint32Array(nodeCount);
    this.#queue = new Uint32Array(nodeCount);
    this.#tried = new Uint32Array(nodeCount);
    const [sources, firstInto, into] = [this.#sources, this.#firstInto, this.#into];
    for (let node = 0; node < nodeCount; node++)
      for (let arc = firstArc[node]!; arc < firstArc[node + 1]!; arc++) sources[arc] = node;
    for (let arc = 0; arc < targets.length; arc++) firstInto[targets[arc]!]!++;
    let end = 0;
    for (let node = 0; node <= nodeCount; node++) {
      end += firstInto[node]!;
      firstInto[node] = end;
    }
    for (let arc = targets.length - 1; arc >= 0; arc--) {
      const target = targets[arc]!;
      const place = firstInto[target]! - 1;
      firstInto[target] = place;
      into[place] = arc;
    }
  }

  /** Numbers the nodes by their distance from the source. False where the sink is not met. */
  level(): boolean {
    const { source, sink } = this.#network;
    this.#levels.fill(0);
    this.#tried.fill(0);
    this.#levels[source] = 1;
    this.#queue[0] = source;
    for (let head = 0, tail = 1; head < tail && this.#levels[sink] === 0; head++) {
      const node = this.#queue[head]!;
      this.#neighbours(node, (next) => {
        if (this.#levels[next] !== 0) return;
        this.#levels[next] = this.#levels[node]! + 1;
        this.#queue[tail++] = next;
      });
    }
    return this.#levels[sink] !== 0;
  }

  /** Sends as much as goes along the levels, at most `most`; how much that was. */
  push(most: number): number {
    const { source, sink, firstArc, targets, unbounded } = this.#network;
    const [levels, tried, flow, queue] = [this.#levels, this.#tried, this.#flow, this.#queue];
    // By place on the way: its node, and the arc that led there, twice plus one where it goes back.
    const steps = new Uint32Array(levels[sink]! + 1);
    let pushed = 0;
    while (pushed < most) {
      let depth = 0;
      queue[0] = source;
      while (queue[depth] !== sink) {
        const node = queue[depth]!;
        const out = firstArc[node + 1]! - firstArc[node]!;
        const all = out + this.#firstInto[node + 1]! - this.#firstInto[node]!;
        const wanted = levels[node]! + 1;
        let found = -1;
        for (let i = tried[node]!; i < all; i++) {
          const isBack = i >= out;
          const arc = isBack ? this.#into[this.#firstInto[node]! + i - out]! : firstArc[node]! + i;
          const next = isBack ? this.#sources[arc]! : targets[arc]!;
          const hasRoom = isBack ? flow[arc]! > 0 : unbounded[arc] === 1 || flow[arc] === 0;
          if (hasRoom && levels[next] === wanted) {
            tried[node] = i;
            found = next;
            steps[depth + 1] = 2 * arc + (isBack ? 1 : 0);
            break;
          }
        }
        if (found >= 0) {
          queue[++depth] = found;
          continue;
        }
        tried[node] = all;
        if (depth === 0) return pushed;
        // The node leads nowhere in this round.
        levels[node] = 0;
        depth--;
      }
      for (let at = 1; at <= depth; at++) {
        const step = steps[at]!;
        if (step % 2 === 1) flow[step >>> 1]!--;
        else flow[step >>> 1]!++;
      }
      pushed++;
    }
    return pushed;
  }

  /** By node 1 where the rest of the room leads to from `start`. */
  reachedFrom(start: number): Uint8Array {
    const seen = new Uint8Array(this.#network.nodeCount);
    seen[start] = 1;
    this.#queue[0] = start;
    for (let head = 0, tail = 1; head < tail; head++)
      this.#neighbours(this.#queue[head]!, (next) => {
        if (seen[next] === 1) return;
        seen[next] = 1;
        this.#queue[tail++] = next;
      });
    return seen;
  }

  /** By node 1 where the rest of the room leads from there to `end`. */
  leadingTo(end: number): Uint8Array {
    const { nodeCount, firstArc, targets, unbounded } = this.#network;
    const [sources, firstInto, into] = [this.#sources, this.#firstInto, this.#into];
    const [flow, queue] = [this.#flow, this.#queue];
    const seen = new Uint8Array(nodeCount);
    seen[end] = 1;
    queue[0] = end;
    let tail = 1;
    for (let head = 0; head < tail; head++) {
      const node = queue[head]!;
      for (let i = firstInto[node]!, last = firstInto[node + 1]!; i < last; i++) {
        const arc = into[i]!;
        const next = sources[arc]!;
        if (seen[next] === 1 || (unbounded[arc] === 0 && flow[arc] !== 0)) continue;
        seen[next] = 1;
        queue[tail++] = next;
      }
      for (let arc = firstArc[node]!, last = firstArc[node + 1]!; arc < last; arc++) {
        if (flow[arc] === 0 || seen[targets[arc]!] === 1) continue;
        seen[targets[arc]!] = 1;
        queue[tail++] = targets[arc]!;
      }
    }
    return seen;
  }

  #neighbours(node: number, visit: (next: number) => void): void {
    const { firstArc, targets, unbounded } = this.#network;
    for (let arc = firstArc[node]!, end = firstArc[node + 1]!; arc < end; arc++)
      if (unbounded[arc] === 1 || this.#flow[arc] === 0) visit(targets[arc]!);
    for (let i = this.#firstInto[node]!, last = this.#firstInto[node + 1]!; i < last; i++)
      if (this.#flow[this.#into[i]!]! > 0) visit(this.#sources[this.#into[i]!]!);
  }
}
