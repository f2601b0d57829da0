/** Colours and frames of what a picture shows. */
import { attribute as _ } from 'ts-graphviz';
import type { Colour } from './dot-text.js';

export const WHITE: Colour = [0, 0, 1];
export const DARK: Colour = [0, 0, 0.3];
export const RED: Colour = [0, 1, 1];
export const DARK_RED: Colour = [0, 1, 0.3];
export const FINALIZER: Colour = [0, 0.5, 1];
/**
 * New: orange, which gets darker with the depth as white does, and a thick frame, which is seen on
 * green and blue too.
 */
export const NEW: Colour = [0.13, 0.28, 1];
export const DARK_NEW: Colour = [0.08, 0.9, 0.45];
export const NEW_FRAME = { [_.color]: '#e36a00', [_.penwidth]: 3 } as const;
export const DIED_FILL: Colour = [0, 0, 0.95];
export const DIED_FRAME = { [_.color]: 'gray55', [_.style]: 'filled,dashed' } as const;
export const DIED_FONT = 'gray40';
