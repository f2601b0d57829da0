/**
 * A line on the terminal that says how far the work has come, and is gone at the end.
 *
 * Not a library: the parser does not yield to the event loop, so that a bar drawn by a timer would
 * stand still.
 */
import type { OnProgress } from '../base/progress.js';
import { formatBytes, formatShare } from '../base/units.js';

/** Work shorter than this shows nothing. */
const QUIET_MS = 500;
const REDRAW_MS = 80;
const CLEAR_LINE = '\r\x1b[2K';

export interface ProgressLine {
  readonly onProgress: OnProgress | undefined;
  /** Shows a text until the next progress. Undefined when no progress line is shown. */
  readonly show: ((text: string) => void) | undefined;
  clear(): void;
}

export function createProgressLine(stream: NodeJS.WriteStream, quiet: boolean): ProgressLine {
  if (quiet || !stream.isTTY) return { onProgress: undefined, show: undefined, clear() {} };
  const begun = performance.now();
  let drawn = 0;
  return {
    onProgress({ phase, done, total, unit }) {
      const now = performance.now();
      if (now - begun < QUIET_MS || now - drawn < REDRAW_MS) return;
      drawn = now;
      const share = total > 0 ? `  ${formatShare(Math.min(1, done / total))}` : '';
      const speed =
        unit === 'bytes' ? `  ${formatBytes(done)}  ${formatBytes((done / (now - begun)) * 1000)}/s` : '';
      stream.write(`${CLEAR_LINE}${phase}${share}${speed}`);
    },
    show(text) {
      drawn = performance.now();
      stream.write(`${CLEAR_LINE}${text}`);
    },
    clear() {
      if (drawn > 0) stream.write(CLEAR_LINE);
    },
  };
}
