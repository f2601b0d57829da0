/** All commands, in the order in which help lists them. */
import { atCommand } from './at.js';
import { baselineCommand } from './baseline.js';
import { byTypeCommand } from './by-type.js';
import { captureCommand } from './capture.js';
import { checkCommand } from './check.js';
import type { Command } from './command.js';
import { countCommand } from './count.js';
import { diffCommand } from './diff.js';
import { dominatorsCommand } from './dominators.js';
import { findBackrefChain, findRefChain } from './find-chains.js';
import { getLeakingObjects } from './get-leaking-objects.js';
import { getNewIds } from './get-new-ids.js';
import { info } from './info.js';
import { initCommand } from './init.js';
import { leaksCommand } from './leaks.js';
import { retainedCommand } from './retained.js';
import { showBackrefs, showChain, showRefs } from './show-graphs.js';
import { showGrowth } from './show-growth.js';
import { survivalCommand } from './survival.js';
import { showMostCommonTypes, typestats } from './type-tables.js';
import { watchCommand } from './watch.js';

export const COMMANDS = [
  countCommand,
  byTypeCommand,
  showMostCommonTypes,
  typestats,
  atCommand,
  findBackrefChain,
  findRefChain,
  showBackrefs,
  showRefs,
  showChain,
  dominatorsCommand,
  retainedCommand,
  getLeakingObjects,
  showGrowth,
  leaksCommand,
  survivalCommand,
  diffCommand,
  getNewIds,
  checkCommand,
  baselineCommand,
  initCommand,
  info,
  captureCommand,
  watchCommand,
] as const satisfies readonly Command[];
