/**
 * Leaks of packages that are published (known-leaks.json), found by their references. Not to be
 * mixed up with the list `known` of a config file: fingerprints of one's own leaks, which a job
 * accepts.
 */
import { matchingLeaks } from '../../analysis/package-leaks/matching-leak.js';
import type { PackageLeak } from '../../analysis/package-leaks/package-leak.js';
import type { ChainResult } from '../../base/chain-result.js';
import type { PackageLeakFact } from '../../base/leak-report.js';
import { versionFits } from '../../base/version-range.js';
import type { Graph } from '../../graph/graph.js';
import { nodesWithIds } from '../../graph/ids.js';
import { nodeVersion } from '../../v8/node-version.js';
import { packageOf } from '../../v8/packages.js';
import { scriptNames } from '../../v8/scripts.js';
import type { PackageNames } from './package-names.js';

/** What is known of the leak that a chain leads to. */
export type PackageLeakOf = (chain: ChainResult) => PackageLeakFact | null;

/**
 * Looks for published leaks.
 *
 * - In: a graph with edges and locations, of which the chains are; names of packages with their
 *   versions; leaks that a project knows of itself, which go before those that are published.
 * - Out: of several leaks that fit the first one. One whose package is not in the program, or only
 *   in versions that do not have it, does not fit.
 * - Cost: the edges of the chain's nodes; where one fits, all scripts of the program, once.
 */
export async function packageLeaks(
  graph: Graph,
  packages: PackageNames,
  own: readonly PackageLeak[] = [],
): Promise<PackageLeakOf> {
  const { PACKAGE_LEAKS } = await import('../../analysis/package-leaks/known-leaks.generated.js');
  const all = [...own, ...PACKAGE_LEAKS];
  const versions = new Map<string, readonly (string | undefined)[]>();
  const versionsOf = (name: string): readonly (string | undefined)[] => {
    let known = versions.get(name);
    if (known === undefined) {
      known = name === 'node' ? [nodeVersion(graph)] : installedVersions(graph, name, packages);
      versions.set(name, known);
    }
    return known;
  };
  const isNamed = namesPackages(graph);
  return ({ steps }) => {
    const ids = steps.map(({ id }) => id);
    const nodes = nodesWithIds(graph, ids).filter((node) => node >= 0);
    for (const leak of matchingLeaks(graph, nodes, all)) {
      const found = versionsOf(leak.package);
      const fitting = found.filter((version) => version === undefined || versionFits(version, leak.versions));
      if (fitting.length === 0) continue;
      const version = fitting.find((one) => one !== undefined);
      // Nothing is known of a bundle but its texts; a project knows what its own ones have.
      if (version !== undefined || own.includes(leak) || isNamed(leak.package)) return factOf(leak, version);
    }
    return null;
  };
}

function factOf(leak: PackageLeak, version: string | undefined): PackageLeakFact {
  const { id, package: name, versions, sentence, fix, link } = leak;
  return { id, package: name, versions, version: version ?? null, sentence, fix, link };
}

/**
 * The versions of a package that scripts of the program are of; undefined for one that nothing says
 * the version of. A program without any script of a package may be a bundle: nothing is known.
 */
function installedVersions(graph: Graph, name: string, packages: PackageNames): (string | undefined)[] {
  const found = new Map<string, string | undefined>();
  let hasPackages = false;
  for (const script of new Set(scriptNames(graph).values())) {
    const own = packageOf(script);
    if (own === undefined) continue;
    hasPackages = true;
    if (own.name !== name || found.has(own.folder)) continue;
    const text = packages.nameOf(script);
    found.set(own.folder, text === undefined || text === name ? undefined : text.slice(name.length + 1));
  }
  return found.size === 0 && !hasPackages ? [undefined] : [...found.values()];
}

/**
 * Whether a text of the heap names a package: its path, its source in a bundle, its messages.
 *
 * - Cost: one pass over the strings for each package.
 */
function namesPackages({ strings }: Graph): (name: string) => boolean {
  const known = new Map<string, boolean>();
  const search = (name: string): boolean => {
    for (let index = 0; index < strings.length; index++)
      if (strings.lengthOf(index) >= name.length && strings.get(index).includes(name)) return true;
    return false;
  };
  return (name) => {
    const is = known.get(name) ?? search(name);
    known.set(name, is);
    return is;
  };
}

/** `Known leak of debug 4.1.1: Each debug() that is called is kept in createDebug.instances.` */
export function packageLeakName({ package: name, versions, version, sentence }: PackageLeakFact): string {
  const called = name === 'node' ? 'Node.js' : name;
  const which =
    version !== null
      ? `${called} ${version.replace(/^v/, '')}`
      : versions === '*'
        ? called
        : `${called}, if its version is ${versions}`;
  return `Known leak of ${which}: ${sentence}`;
}

/** ` Known leak of debug 4.1.1: … Update debug … https://…`, to be read behind a sentence. */
export function packageLeakWords(fact: PackageLeakFact | null): string {
  return fact === null ? '' : ` ${packageLeakName(fact)} ${fact.fix} ${fact.link}`;
}

/** The program's own leaks before those of packages, each in their order. */
export function ownFirst<T extends { readonly packageLeak: PackageLeakFact | null }>(
  entries: readonly T[],
): T[] {
  return [...entries.filter((one) => one.packageLeak === null), ...entries.filter((one) => one.packageLeak)];
}
