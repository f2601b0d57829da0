/** Opens what a command needs of its snapshot. */
import { type Classes, classesOf } from '../analysis/classes.js';
import type { Heap, Need } from '../commands/command.js';
import type { Ending, Graph, Head } from '../graph/graph.js';
import { loadClasses } from '../heap.js';
import { loadSnapshot } from '../load/load.js';
import { type ReadOptions, readHead } from '../load/sections.js';

export interface Opened {
  readonly heap: Heap;
  readonly ending: Ending | undefined;
}

export interface OpenOptions extends ReadOptions {
  /** Whether the file may be a baseline. */
  readonly baselines: boolean;
}

/** Throws SnapshotError. Standard input can be read only once, so nothing reads it twice. */
export async function openHeap(need: Need, snapshot: string, options: OpenOptions): Promise<Opened> {
  let head: Head | undefined;
  let classes: Classes | undefined;
  let graph: Graph | undefined;
  switch (need.kind) {
    case 'nothing':
      break;
    case 'head':
      head = await readHead(snapshot, options);
      break;
    case 'classes':
      classes = await loadClasses(snapshot, { ...options, types: need.types });
      break;
    case 'graph':
      graph = await loadSnapshot(snapshot, { ...options, edges: need.edges, locations: need.locations });
  }
  return { heap: heapOf({ head, classes, graph }), ending: classes?.ending ?? graph?.ending };
}

interface Parts {
  readonly head?: Head | undefined;
  readonly classes?: Classes | undefined;
  readonly graph?: Graph | undefined;
}

function heapOf({ head, classes, graph }: Parts): Heap {
  const given = <T>(value: T | undefined, what: string): T => {
    if (value === undefined)
      throw new TypeError(`a command asks for ${what} and did not say that it needs it`);
    return value;
  };
  return {
    get head() {
      return given(head ?? graph?.head, 'the head');
    },
    get classes() {
      return classes ?? classesOf(given(graph, 'class counts'), { raw: true });
    },
    get countable() {
      return graph ?? given(classes, 'class counts');
    },
    get graph() {
      return given(graph, 'the graph');
    },
  };
}

/** What a command that takes no snapshot gets. */
export const NO_HEAP: Heap = heapOf({});
