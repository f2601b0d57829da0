/** The search for suspects in snapshots that were opened for a command. */
import { contradictions, type HandVerdict, withHandVerdicts } from '../../analysis/dead/hand-verdicts.js';
import { Ahead } from '../../analysis/sizes/ahead.js';
import { GROWTH_SHARE, type SuspectSearch, suspectSearch } from '../../analysis/suspects/suspect-search.js';
import type { NoteLike } from '../../base/notes.js';
import type { OpenedSnapshot, Session } from '../../session/need.js';
import type { Machine } from '../command.js';
import { searchLeaks } from './leak-search.js';
import type { PackageNames } from './package-names.js';
import { type JudgeOptions, statesOf } from './state-rules.js';

export interface SearchSuspectsOptions extends JudgeOptions {
  readonly minSize: number;
  readonly packages: PackageNames;
  /** Verdicts by hand on objects of the last snapshot. */
  readonly hand?: readonly HandVerdict[];
}

interface FoundSuspects extends SuspectSearch {
  readonly asked: number;
  /** Of snapshots that were compared, and of verdicts by hand that disagree with others. */
  readonly notes: readonly NoteLike[];
}

/** All entries; with several snapshots growth is evidence. */
export async function searchSuspects(
  heaps: readonly OpenedSnapshot[],
  options: SearchSuspectsOptions,
  machine: Machine,
  session: Session,
): Promise<FoundSuspects> {
  const { minSize, packages } = options;
  const grown = heaps.length > 1 ? await searchLeaks(heaps, minSize * GROWTH_SHARE, session) : undefined;
  const { graph } = heaps.at(-1)!;
  const hand = options.hand ?? [];
  const ahead = new Ahead(graph);
  try {
    ahead.page();
    ahead.retainers();
    const own = await statesOf(graph, options, machine);
    ahead.essential();
    ahead.dominators();
    const states = withHandVerdicts(own, hand);
    const found = suspectSearch(graph, {
      states,
      earlier: heaps.slice(0, -1).map((heap) => heap.graph),
      grown: grown?.found,
      minSize,
      packageName: packages.nameOf,
    });
    return {
      ...found,
      asked: states.asked,
      notes: [...(grown?.notes ?? []), ...contradictions(graph, own, hand, { states })],
    };
  } finally {
    ahead.end();
  }
}
