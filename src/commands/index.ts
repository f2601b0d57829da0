/** The commands. */

import { baselineCommand } from './ci/baseline.js';
import { checkCommand } from './ci/check.js';
import { initCommand } from './ci/init.js';
import { byTypeCommand } from './classes/by-type.js';
import { countCommand } from './classes/count.js';
import { heapCommand } from './classes/heap.js';
import { showMostCommonTypes, typestats } from './classes/type-tables.js';
import type { Command } from './command.js';
import { diffCommand } from './growth/diff.js';
import { getNewIds } from './growth/get-new-ids.js';
import { leaksCommand } from './growth/leaks.js';
import { showGrowth } from './growth/show-growth.js';
import { survivalCommand } from './growth/survival.js';
import { cyclesCommand } from './holders/cycles.js';
import { findBackrefChain, findRefChain } from './holders/find-chains.js';
import { patternsCommand } from './holders/patterns.js';
import { showBackrefs, showChain, showRefs } from './holders/show-graphs.js';
import { captureCommand } from './live/capture.js';
import { watchCommand } from './live/watch.js';
import { atCommand } from './objects/at.js';
import { dominatorsCommand } from './objects/dominators.js';
import { getLeakingObjects } from './objects/get-leaking-objects.js';
import { info } from './objects/info.js';
import { retainedCommand } from './objects/retained.js';
import { selectCommand } from './objects/select.js';

/** Commands by what they are for, as help and docs list them: the way to a leak first. */
export const THEMES = [
  {
    title: 'Find a leak',
    commands: [leaksCommand, showGrowth, diffCommand, survivalCommand, getNewIds],
  },
  {
    title: 'Who holds it',
    commands: [
      findBackrefChain,
      findRefChain,
      patternsCommand,
      cyclesCommand,
      showBackrefs,
      showRefs,
      showChain,
    ],
  },
  {
    title: 'How many, of what',
    commands: [countCommand, byTypeCommand, heapCommand, showMostCommonTypes, typestats],
  },
  {
    title: 'Objects and their memory',
    commands: [selectCommand, atCommand, dominatorsCommand, retainedCommand, getLeakingObjects, info],
  },
  {
    title: 'Running processes',
    commands: [captureCommand, watchCommand],
  },
  {
    title: 'Budgets for CI',
    commands: [checkCommand, baselineCommand, initCommand],
  },
] as const satisfies readonly { readonly title: string; readonly commands: readonly Command[] }[];

/** All commands, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = THEMES.flatMap(({ commands }): readonly Command[] => commands);
