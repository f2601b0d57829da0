/** Growth that is no more than what an idle process varies by. */
import { formatCount } from '../../base/units.js';

export const DEFAULT_SIGMA = 3;

export const sigmaOption = {
  sigma: {
    kind: 'number',
    value: 'n',
    help: `growth within this many standard deviations of a baseline is noise (default ${DEFAULT_SIGMA}); only a baseline of several snapshots has them`,
  },
} as const;

/** What is said of classes whose growth is noise. */
export function withinNoise(classes: number, sigma: number): readonly string[] {
  if (classes === 0) return [];
  const grew = classes === 1 ? '1 class grew' : `${formatCount(classes)} classes grew`;
  return [`${grew} within ${sigma} standard deviations of the baseline: noise, not counted`];
}
