/** Opens just as much of a snapshot as a question needs. */
import { type Classes, classesFromTallies, classesOf } from '../analysis/classes/classes.js';
import type { TypeMatcher } from '../analysis/classes/type-matcher.js';
import { NODE } from '../graph/schema.js';
import { loadSnapshot, tallySnapshot } from '../load/load.js';
import type { ReadOptions } from '../load/sections.js';
import type { SnapshotInput } from '../load/source.js';

/** How class counts are read. */
export interface ClassesOptions extends ReadOptions {
  /**
   * Which classes will be asked for. Whether a native node is called `Detached …` follows from the
   * edges; they are read only if such a class is among these. Default: all.
   */
  readonly types?: TypeMatcher;
}

/**
 * The class counts of a snapshot, without its graph: what `count`, `typeStats` and
 * `mostCommonTypes` need. Sizes are V8's own (`raw`): those of DevTools follow from the edges.
 *
 * Throws SnapshotError. Cost: one pass over nodes and strings, memory that does not grow with the
 * file. Two cases cost more: a detached native class is asked for (the edges are loaded as well),
 * or the input is a stream, which cannot be read twice (the nodes are loaded as columns).
 */
export async function loadClasses(input: SnapshotInput, options: ClassesOptions = {}): Promise<Classes> {
  const { types = () => true, ...readOptions } = options;
  const canReadTwice =
    (typeof input === 'string' && input !== '-') || input instanceof URL || input instanceof Uint8Array;
  if (canReadTwice) {
    const tallies = await tallySnapshot(input, readOptions);
    const classes = classesFromTallies(tallies);
    const inDoubt =
      tallies.hasDetachedNatives &&
      classes.rows.some(
        ({ type, nodeType }) =>
          nodeType === tallies.nodeTypeNames[NODE.native] && (types(type) || types(`Detached ${type}`)),
      );
    if (!inDoubt) return classes;
  }
  return classesOf(await loadSnapshot(input, { ...readOptions, edges: 'for-names' }), { raw: true });
}
