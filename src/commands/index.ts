/** All commands, in the order in which help lists them. */

import { baselineCommand } from './ci/baseline.js';
import { checkCommand } from './ci/check.js';
import { initCommand } from './ci/init.js';
import { byTypeCommand } from './classes/by-type.js';
import { countCommand } from './classes/count.js';
import { showMostCommonTypes, typestats } from './classes/type-tables.js';
import type { Command } from './command.js';
import { diffCommand } from './growth/diff.js';
import { getNewIds } from './growth/get-new-ids.js';
import { leaksCommand } from './growth/leaks.js';
import { showGrowth } from './growth/show-growth.js';
import { survivalCommand } from './growth/survival.js';
import { findBackrefChain, findRefChain } from './holders/find-chains.js';
import { showBackrefs, showChain, showRefs } from './holders/show-graphs.js';
import { captureCommand } from './live/capture.js';
import { watchCommand } from './live/watch.js';
import { atCommand } from './objects/at.js';
import { dominatorsCommand } from './objects/dominators.js';
import { getLeakingObjects } from './objects/get-leaking-objects.js';
import { info } from './objects/info.js';
import { retainedCommand } from './objects/retained.js';

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
