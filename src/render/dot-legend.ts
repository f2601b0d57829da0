/** The box that explains the colours and marks of a picture. */
import { attribute as _, Subgraph as Cluster, type Digraph, Node } from 'ts-graphviz';
import type { Subgraph, SubgraphNode } from '../base/subgraph.js';
import {
  DARK,
  DIED_FILL,
  DIED_FONT,
  DIED_FRAME,
  FINALIZER,
  NEW,
  NEW_FRAME,
  RED,
  WHITE,
} from './dot-colours.js';
import { LINE_LENGTH, SIGNS } from './dot-labels.js';
import { type Colour, colourText, FONT, gradient, labelLines } from './dot-text.js';
import { suspectText, VERDICT_FILLS, VERDICT_LOOKS } from './dot-verdicts.js';

/** What the box is told; see `DotOptions`. */
export interface LegendOptions {
  readonly legend?: boolean;
  readonly since?: string;
}

interface LegendEntry {
  readonly text: string;
  readonly occurs: boolean;
  readonly fill: Colour;
  readonly look?: Readonly<Record<string, string | number>>;
}

/** All that occurs, with `legend`; without it only what a comparison adds to the picture. */
export function addLegend(
  graph: Digraph,
  subgraph: Subgraph,
  highlight: ReadonlySet<number>,
  { legend = false, since }: LegendOptions,
): void {
  const some = (test: (node: SubgraphNode) => boolean): boolean => subgraph.nodes.some(test);
  const changed = (change: SubgraphNode['change']): boolean => some((node) => node.change === change);
  const colours: readonly LegendEntry[] = [
    { text: 'asked for', occurs: some((node) => node.asked), fill: WHITE, look: { [_.fontcolor]: 'red' } },
    { text: 'root', occurs: some((node) => node.root), fill: [0.3, 1, 1] },
    {
      text: 'highlighted',
      occurs: some((node) => node.highlighted || highlight.has(node.id)),
      fill: [0.6, 0.6, 1],
    },
    {
      text: 'several of a kind',
      occurs: some((node) => node.merged !== undefined),
      fill: WHITE,
      look: { [_.peripheries]: 2 },
    },
    { text: 'further away', occurs: some((node) => node.depth > 0), fill: gradient(WHITE, DARK, 1, 2) },
    {
      text: 'goes on',
      occurs: some((node) => node.beyond !== undefined),
      fill: WHITE,
      look: { [_.style]: 'filled,dashed' },
    },
    { text: 'left out', occurs: subgraph.cut.some(({ change }) => change !== 'died'), fill: RED },
    { text: 'with a finalizer', occurs: some((node) => node.finalizer), fill: FINALIZER },
  ];
  const changes: readonly LegendEntry[] = [
    {
      text: `${SIGNS.new}new`,
      occurs: changed('new'),
      fill: NEW,
      look: NEW_FRAME,
    },
    { text: 'survived', occurs: changed('survived'), fill: WHITE },
    {
      text: `${SIGNS.died}died`,
      occurs: changed('died'),
      fill: DIED_FILL,
      look: { ...DIED_FRAME, [_.fontcolor]: DIED_FONT },
    },
  ];
  const judged = (verdict: NonNullable<SubgraphNode['verdict']>, text: string): LegendEntry => ({
    text: `${verdict}: ${text}`,
    occurs: some((node) => node.verdict === verdict),
    fill: VERDICT_FILLS[verdict],
    look: VERDICT_LOOKS[verdict],
  });
  const verdicts: readonly LegendEntry[] = [
    judged('alive', 'in use'),
    judged('unknown', 'nothing says it'),
    judged('dead', 'finished, and still held'),
  ];
  const suspects = subgraph.edges.some(({ suspect }) => suspect);
  const captions = [
    since === undefined ? undefined : `since ${since.split(/[\\/]/).at(-1)}`,
    legend || verdicts.some(({ occurs }) => occurs) ? 'arrows lead from the holder to the held' : undefined,
    suspects ? `${suspectText}: one of these references is at fault` : undefined,
  ];
  const cluster = new Cluster('cluster_legend', {
    [_.label]: labelLines(captions, LINE_LENGTH),
    [_.fontname]: FONT,
    [_.fontsize]: 10,
    [_.color]: 'gray',
  });
  const shown = [...verdicts, ...changes, ...(legend ? colours : [])].filter(({ occurs }) => occurs);
  for (const [i, { text, fill, look }] of shown.entries()) {
    cluster.addNode(
      new Node(`legend_${i}`, {
        [_.label]: text,
        [_.fillcolor]: colourText(fill),
        [_.fontsize]: 10,
        [_.height]: 0.3,
        [_.tooltip]: text,
        ...look,
      }),
    );
  }
  graph.addSubgraph(cluster);
}
