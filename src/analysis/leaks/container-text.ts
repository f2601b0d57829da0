/**
 * Containers in tables: short, with what the short names of their scripts stand for below the
 * table.
 */
import type { Row, Table } from '../../base/result.js';
import type { Graph } from '../../graph/graph.js';
import { scriptNames } from '../../v8/scripts.js';
import { shortScriptNames } from '../../v8/short-scripts.js';
import type { ContainerPlace } from './container-place.js';

/** Texts with short names of scripts. */
export interface ShortTexts {
  /**
   * `listeners of config for "reload", config.js`: the container, and the module or other place
   * where it begins.
   */
  container(place: ContainerPlace): string;
  /** A text that may name a script. */
  text(text: string, file: string | undefined): string;
  /** The scripts that were named, as `Table` takes them. */
  legend(): NonNullable<Table['legend']>;
}

/**
 * Names of scripts are as short as is unambiguous among those of the graph and those given.
 *
 * - Cost: that of `scriptNames` and `shortScriptNames`.
 */
export function shortTexts(graph: Graph, files: Iterable<string | undefined>): ShortTexts {
  const given = [...files].filter((file) => file !== undefined);
  const short = shortScriptNames(new Set([...scriptNames(graph).values(), ...given]));
  const used = new Set<string>();
  const text = (whole: string, file: string | undefined): string => {
    if (file === undefined) return whole;
    used.add(file);
    return whole.replaceAll(file, short.get(file) ?? file);
  };
  return {
    text,
    container({ text: words, heldBy, file, root }) {
      const whole = text(words, file);
      if (file !== undefined) return whole === words ? `${words}, ${short.get(file) ?? file}` : whole;
      // `globalThis.registry` and `the list of timers` say it themselves, a list of handles is its
      // own place.
      return root === 'global' || root === 'timer' || heldBy.endsWith(words) ? words : `${words}, ${heldBy}`;
    },
    legend: () =>
      Array.from(used, (file) => ({ name: short.get(file) ?? file, text: file })).filter(
        ({ name, text: file }) => name !== file,
      ),
  };
}

/** A container as JSON has it. */
export function containerCell(
  graph: Graph,
  { node, type, text, heldBy, root, owner, count }: ContainerPlace,
): Row {
  return { id: graph.ids[node]!, type, text, heldBy, root, owner, count };
}
