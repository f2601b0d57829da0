/** Members of a kind that are told apart by a key, as findings. */
import type { Graph } from '../../graph/graph.js';
import { holderChains } from '../holders/holder-chains.js';
import { retainedSizes } from '../sizes/retained-sizes.js';
import type { Finding } from './finding.js';

interface Draft {
  readonly members: number[];
  readonly functions: number[];
}

/** Functions of a finding that are kept: one says where, a few say how many places there are. */
const MOST_FUNCTIONS = 50;

export interface Grouping extends Pick<Finding, 'kind' | 'verdict' | 'word'> {
  /** Fewer members are no finding. */
  readonly least: number;
}

/** Collects members by key, and makes findings of the groups that are large enough. */
export class Groups {
  private readonly drafts = new Map<number | string, Draft>();

  constructor(private readonly graph: Graph) {}

  add(key: number | string, member: number, fn?: number): void {
    let draft = this.drafts.get(key);
    if (!draft) {
      draft = { members: [], functions: [] };
      this.drafts.set(key, draft);
    }
    draft.members.push(member);
    if (fn !== undefined && draft.functions.length < MOST_FUNCTIONS) draft.functions.push(fn);
  }

  /** The holder of a group is the member that is nearest to its root. */
  findings({ least, ...rest }: Grouping): Finding[] {
    const { depths } = holderChains(this.graph);
    const found: Finding[] = [];
    for (const { members, functions } of this.drafts.values()) {
      if (members.length < least) continue;
      const holder = members.reduce((best, node) => (depths[node]! < depths[best]! ? node : best));
      found.push({
        ...rest,
        members,
        functions,
        holder,
        places: 1,
        estimate: sumRetained(this.graph, members),
      });
    }
    return found;
  }
}

/** Bytes that the members keep, each by itself, added up. */
export function sumRetained(graph: Graph, members: readonly number[]): number {
  const retained = retainedSizes(graph);
  let sum = 0;
  for (const node of members) sum += retained[node]!;
  return sum;
}
