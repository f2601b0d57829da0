/** Packages by name and version: from script paths, the program's own strings, and node_modules. */

import { shortened } from '../../base/printable.js';
import type { Graph } from '../../graph/graph.js';
import { requiredVersion } from '../../v8/package-versions.js';
import { packageOf, packageText } from '../../v8/packages.js';
import type { Machine } from '../command.js';

/** Packages that are looked for on this machine at most, where nothing else is said. */
const MOST_ASKED = 100;
const NAMED = 3;

/** Names for one answer, and the notes on where their versions come from. */
export interface PackageNames {
  nameOf(script: string | undefined): string | undefined;
  notes(): readonly string[];
}

/** Cost: each package is looked for once. */
export function packageNames(
  graph: Graph,
  machine: Pick<Machine, 'packageVersion'>,
  most = MOST_ASKED,
): PackageNames {
  const installed = new Map<string, string | undefined>();
  const told = new Set<string>();
  return {
    nameOf(script) {
      const found = packageOf(script);
      if (script === undefined || found === undefined) return undefined;
      const version = found.version ?? requiredVersion(graph, found);
      if (version !== undefined) return packageText({ ...found, version });
      const { name, folder } = found;
      if (!installed.has(folder) && installed.size < most)
        installed.set(folder, machine.packageVersion(script, name));
      const text = packageText({ name, version: installed.get(folder) });
      if (text !== name) told.add(text);
      return text;
    },
    notes() {
      if (told.size === 0) return [];
      const names = [...told].slice(0, NAMED).map((text) => shortened(text, 60));
      const more = told.size > NAMED ? ` and ${told.size - NAMED} more` : '';
      return [
        `${names.join(', ')}${more}: ${told.size === 1 ? 'this is the version that is' : 'these are the versions that are'} installed on this machine; the snapshot does not say which one ran`,
      ];
    },
  };
}
