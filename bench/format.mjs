/** Figures and tables as text. */

/** A median, and how far the runs were apart. */
export function formatSpread({ median, min, max }) {
  const digits = median < 1000 ? 3 : median < 10_000 ? 2 : 1;
  const seconds = (milliseconds) => (milliseconds / 1000).toFixed(digits);
  return [`${seconds(median)} s`, `${seconds(min)}–${seconds(max)}`];
}

export function formatMegabytes(bytes) {
  return bytes === undefined ? '' : `${Math.round(bytes / 1e6).toLocaleString('en')} MB`;
}

export function formatRatio(ratio) {
  return ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(2);
}

/**
 * Rows of cells under a header; the first column to the left, the others to the right. A row of two cells is
 * a name and a remark.
 */
export function formatTable(header, rows) {
  const lines = [header, ...rows];
  const whole = lines.filter((row) => row.length > 2);
  const widest = (column, among) => Math.max(...among.map((row) => row[column]?.length ?? 0));
  const widths = header.map((_, column) => widest(column, column === 0 ? lines : whole));
  return lines
    .map((row) => row.map((cell, i) => pad(cell, i, row.length > 2 ? widths[i] : widths[0])).join('   '))
    .map((line) => `  ${line.trimEnd()}`)
    .join('\n');
}

const pad = (cell, column, width) => (column === 0 ? cell.padEnd(width) : cell.padStart(width));
