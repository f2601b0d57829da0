/** All commands, in the order in which help lists them. */
import { atCommand } from './at.js';
import { byTypeCommand } from './by-type.js';
import type { Command } from './command.js';
import { countCommand } from './count.js';
import { info } from './info.js';
import { showMostCommonTypes, typestats } from './type-tables.js';

export const COMMANDS = [
  countCommand,
  byTypeCommand,
  showMostCommonTypes,
  typestats,
  atCommand,
  info,
] as const satisfies readonly Command[];
