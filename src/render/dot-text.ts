/** Text out of a snapshot as the value of a Graphviz attribute, its font, and colours. */
import { printable, shortened } from '../base/printable.js';

/**
 * The font that the picture's measures are made for: Graphviz knows its widths by heart, and it is
 * free to be carried along where a machine has no fonts.
 */
export const FONT = 'DejaVu Sans';

/**
 * One line of a label or tooltip: control characters as JavaScript escapes, at most `limit`
 * characters. Backslashes and ampersands are doubled or named because Graphviz reads `\N` and
 * `&amp;`, angle brackets because a value that stands between them would be taken for markup.
 */
export function labelLine(text: string, limit: number): string {
  return printable(shortened(text, limit))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"');
}

/** Lines, centred, one below the other; those that are undefined or empty are left out. */
export function labelLines(lines: readonly (string | undefined)[], limit: number): string {
  return lines
    .filter((line) => line !== undefined && line !== '')
    .map((line) => labelLine(line!, limit))
    .join('\\n');
}

/** Hue, saturation, value, each from 0 to 1. */
export type Colour = readonly [hue: number, saturation: number, value: number];

/** The colour at `place` of `end` on the way from one colour to another. */
export function gradient(from: Colour, to: Colour, place: number, end: number): Colour {
  const share = end <= 0 ? 0 : Math.min(1, place / end);
  return [0, 1, 2].map((i) => from[i]! + (to[i]! - from[i]!) * share) as unknown as Colour;
}

/** As Graphviz reads it: `0.3,1,0.53`. */
export function colourText(colour: Colour): string {
  return colour.map((part) => Number(part.toFixed(3))).join(',');
}
