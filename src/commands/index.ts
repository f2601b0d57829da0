/** The commands. */

import { baselineCommand } from './ci/baseline.js';
import { checkCommand } from './ci/check.js';
import { initCommand } from './ci/init.js';
import { byTypeCommand } from './classes/by-type.js';
import { countCommand } from './classes/count.js';
import { heapCommand } from './classes/heap.js';
import { showMostCommonTypesCommand } from './classes/show-most-common-types.js';
import { typestatsCommand } from './classes/typestats.js';
import type { Command } from './command.js';
import { censusCommand } from './fleet/census.js';
import { fleetCommand } from './fleet/fleet.js';
import { deadCommand } from './growth/dead.js';
import { diffCommand } from './growth/diff.js';
import { getNewIdsCommand } from './growth/get-new-ids.js';
import { leaksCommand } from './growth/leaks.js';
import { showGrowthCommand } from './growth/show-growth.js';
import { survivalCommand } from './growth/survival.js';
import { suspectsCommand } from './growth/suspects.js';
import { cutCommand } from './holders/cut.js';
import { cyclesCommand } from './holders/cycles.js';
import { findBackrefChainCommand } from './holders/find-backref-chain.js';
import { findRefChainCommand } from './holders/find-ref-chain.js';
import { garbageCommand } from './holders/garbage.js';
import { patternsCommand } from './holders/patterns.js';
import { showBackrefsCommand } from './holders/show-backrefs.js';
import { showChainCommand } from './holders/show-chain.js';
import { showRefsCommand } from './holders/show-refs.js';
import { weakCommand } from './holders/weak.js';
import { captureCommand } from './live/capture.js';
import { memoryCommand } from './live/memory.js';
import { watchCommand } from './live/watch.js';
import { closuresCommand } from './memory/closures.js';
import { collectionsCommand } from './memory/collections.js';
import { duplicatesCommand } from './memory/duplicates.js';
import { emittersCommand } from './memory/emitters.js';
import { packagesCommand } from './memory/packages.js';
import { promisesCommand } from './memory/promises.js';
import { realmsCommand } from './memory/realms.js';
import { stringsCommand } from './memory/strings.js';
import { timersCommand } from './memory/timers.js';
import { atCommand } from './objects/at.js';
import { dominatorsCommand } from './objects/dominators.js';
import { getLeakingObjectsCommand } from './objects/get-leaking-objects.js';
import { indexCommand } from './objects/index.js';
import { infoCommand } from './objects/info.js';
import { replCommand } from './objects/repl.js';
import { retainedCommand } from './objects/retained.js';
import { selectCommand } from './objects/select.js';
import { openCommand } from './page/open.js';
import { reportCommand } from './page/report.js';
import { anonymizeCommand } from './share/anonymize.js';
import { exportCommand } from './share/export.js';
import { mcpCommand } from './share/mcp.js';
import { sliceCommand } from './share/slice.js';
import { sqlCommand } from './share/sql.js';
import { tuiCommand } from './share/tui.js';

/** Commands by what they are for, as help and docs list them: the way to a leak first. */
export const THEMES = [
  {
    title: 'Find a leak',
    commands: [
      suspectsCommand,
      leaksCommand,
      deadCommand,
      showGrowthCommand,
      diffCommand,
      survivalCommand,
      getNewIdsCommand,
    ],
  },
  {
    title: 'Who holds it',
    commands: [
      findBackrefChainCommand,
      findRefChainCommand,
      patternsCommand,
      cyclesCommand,
      garbageCommand,
      weakCommand,
      cutCommand,
      showBackrefsCommand,
      showRefsCommand,
      showChainCommand,
    ],
  },
  {
    title: 'How many, of what',
    commands: [countCommand, byTypeCommand, heapCommand, showMostCommonTypesCommand, typestatsCommand],
  },
  {
    title: 'Where the memory goes',
    commands: [
      stringsCommand,
      collectionsCommand,
      duplicatesCommand,
      closuresCommand,
      emittersCommand,
      timersCommand,
      promisesCommand,
      packagesCommand,
      realmsCommand,
    ],
  },
  {
    title: 'Objects and their memory',
    commands: [
      selectCommand,
      atCommand,
      dominatorsCommand,
      retainedCommand,
      getLeakingObjectsCommand,
      infoCommand,
      indexCommand,
      replCommand,
    ],
  },
  {
    title: 'See it, share it',
    commands: [
      reportCommand,
      openCommand,
      exportCommand,
      sqlCommand,
      anonymizeCommand,
      sliceCommand,
      tuiCommand,
      mcpCommand,
    ],
  },
  {
    title: 'Many snapshots, many machines',
    commands: [censusCommand, fleetCommand],
  },
  {
    title: 'Running processes',
    commands: [captureCommand, watchCommand, memoryCommand],
  },
  {
    title: 'Budgets for CI',
    commands: [checkCommand, baselineCommand, initCommand],
  },
] as const satisfies readonly { readonly title: string; readonly commands: readonly Command[] }[];

/** All commands, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = THEMES.flatMap(({ commands }): readonly Command[] => commands);
