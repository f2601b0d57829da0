/** A part of the graph to be drawn, as data. */

/** A part of the graph to be drawn. Ids are V8's. */
export interface Subgraph {
  readonly kind: 'subgraph';
  /** Whether depths count towards referrers or towards references. */
  readonly direction: 'back' | 'forward';
  /** Edges from an asked object at most: what the darkness of a box is measured against. */
  readonly maxDepth: number;
  /** In the order of discovery, the asked ones first. */
  readonly nodes: readonly SubgraphNode[];
  /** References between shown boxes, from the referrer to the referent. */
  readonly edges: readonly SubgraphEdge[];
  /** Where neighbours were left out because there were too many. */
  readonly cut: readonly SubgraphCut[];
}

/** A box: an object, or several of a kind that are held in the same way. */
export interface SubgraphNode {
  /** Of the first of them, where the box stands for several. */
  readonly id: number;
  readonly type: string;
  readonly nodeType: string;
  /** Short form of the value; of several the different ones, as far as 40 characters go. */
  readonly name: string;
  /** As Chrome DevTools shows it, summed. */
  readonly shallowSize: number;
  /** Edges that lead to it, summed. */
  readonly retainers: number;
  /** Steps from an asked object. */
  readonly depth: number;
  readonly asked: boolean;
  readonly highlighted: boolean;
  readonly root: boolean;
  /** What kind of root it is, in words. */
  readonly rootName?: string;
  /** Registered with a FinalizationRegistry. */
  readonly finalizer: boolean;
  /** Against an earlier snapshot, where one was given: not in it, in both, or only in it. */
  readonly change?: 'new' | 'survived' | 'died';
  /** Whether it is in use or finished, where that was asked. */
  readonly verdict?: 'alive' | 'dead' | 'unknown';
  /** Why, in words; absent where nothing is known. */
  readonly reason?: string;
  /** How many objects the box stands for, where it is more than one. */
  readonly merged?: number;
  /**
   * Neighbours that are not shown because they are further away than `maxDepth`, where there are
   * any.
   */
  readonly beyond?: number;
  /** A further line. */
  readonly extra?: string;
  /** Where the function or the constructor stands. */
  readonly location: {
    readonly script: string | null;
    readonly scriptId: number;
    readonly line: number;
    readonly column: number;
  } | null;
}

export interface SubgraphEdge {
  readonly from: number;
  readonly to: number;
  /**
   * V8's edge type, `entry` for what a Map, a Set or another table holds, `several` for references
   * of different kinds.
   */
  readonly type: string;
  /**
   * Property, variable or index; for several items `0…99`; for an entry an expression such as
   * `.get("key")`.
   */
  readonly name: string | number;
  /** How many references it stands for. */
  readonly count: number;
  /** Present where it is under suspicion: between the last object in use and a dead one. */
  readonly suspect?: true;
}

export interface SubgraphCut {
  /** The box whose neighbours are left out. */
  readonly at: number;
  /** Objects left out. */
  readonly count: number;
  readonly direction: 'back' | 'forward';
  /** Depth that they would have had. */
  readonly depth: number;
  /** They are in the earlier snapshot only. */
  readonly change?: 'died';
}

/** How a subgraph is drawn. */
export interface Drawing {
  readonly refcounts?: boolean;
  readonly shortnames?: boolean;
  readonly nodeAttrs?: Readonly<Record<string, string>>;
  readonly legend?: boolean;
  /** Name of the earlier snapshot, where boxes are compared with one. */
  readonly since?: string;
}
