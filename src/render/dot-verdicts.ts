/**
 * How verdicts look in a picture. Each is told by the colour, by the frame and by a word, and a
 * suspect by its thickness and a word: also for readers who do not tell the colours apart.
 */
import { attribute as _ } from 'ts-graphviz';
import type { SubgraphNode } from '../base/subgraph.js';
import type { Colour } from './dot-text.js';

type Verdict = NonNullable<SubgraphNode['verdict']>;

export const VERDICT_FILLS: Readonly<Record<Verdict, Colour>> = {
  alive: [0.36, 0.22, 0.96],
  unknown: [0, 0, 1],
  dead: [0.02, 0.32, 1],
};

export const VERDICT_LOOKS: Readonly<Record<Verdict, Readonly<Record<string, string | number>>>> = {
  alive: { [_.color]: '#2e7d32' },
  unknown: { [_.style]: 'filled,dotted' },
  dead: { [_.shape]: 'octagon', [_.color]: '#b71c1c', [_.penwidth]: 3 },
};

/** Text that is red elsewhere, on the red of the dead. */
export const ASKED_AND_DEAD = '#7f0000';

/** As in text, where such references are underlined. */
export const suspectText = '~~~ suspect';

export const suspectLook = {
  [_.style]: 'bold',
  [_.penwidth]: 3,
  [_.color]: '#b71c1c',
  [_.fontcolor]: '#b71c1c',
} as const;
