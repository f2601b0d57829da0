/** The data of a page, and what is looked up in it. */
import type { PageClass, PageObject, PageReport, PageSuspect, PageTreeNode } from '../base/page-report.js';

/** The data as a page has it. */
export type Report = Omit<PageReport, 'kind'>;

export interface HeapData {
  readonly report: Report;
  /** Whether a server answers questions of the page; a file has none. */
  readonly live: boolean;
  object(id: number): PageObject | undefined;
  /** Keeps an object that a server told. */
  keep(object: PageObject): void;
  /** Place in the tree, or -1. */
  placeOf(id: number): number;
  /** Places of what a node of the tree dominates, the largest first. */
  childrenOf(place: number): readonly number[];
  classNamed(name: string): PageClass | undefined;
  suspect(fingerprint: string): PageSuspect | undefined;
  /** Suspects whose chain or container an object is. */
  suspectsAt(id: number): readonly PageSuspect[];
}

export function heapData(report: Report, live: boolean): HeapData {
  const objects = new Map(report.objects.map((object) => [object.id, object]));
  const { nodes } = report.tree;
  const places = new Map(nodes.map(({ id }, place) => [id, place]));
  const children: number[][] = nodes.map(() => []);
  for (const [place, { parent }] of nodes.entries()) children[parent]?.push(place);
  const size = (place: number): number => nodes[place]!.retainedSize;
  for (const list of children) list.sort((a, b) => size(b) - size(a) || a - b);
  const classes = new Map(report.classes.map((row) => [row.class, row]));
  return {
    report,
    live,
    object: (id) => objects.get(id),
    keep: (object) => void objects.set(object.id, object),
    placeOf: (id) => places.get(id) ?? -1,
    childrenOf: (place) => children[place] ?? [],
    classNamed: (name) => classes.get(name),
    suspect: (fingerprint) => report.suspects.find((entry) => entry.fingerprint === fingerprint),
    suspectsAt: (id) =>
      report.suspects.filter(
        ({ container, steps, examples }) =>
          container.id === id || examples.includes(id) || steps.some((step) => step.id === id),
      ),
  };
}

/** `Session {user}`; of what has no name of its own the class. */
export function objectText({ class: type, name }: Pick<PageTreeNode, 'class' | 'name'>): string {
  return name === '' || name === type ? type : `${type} ${name}`;
}
