/** Numbers as people read and write them: counts, bytes, shares, ids. Pure and without locale, so that output is the same everywhere. */

export type Unit = 'text' | 'count' | 'bytes' | 'share' | 'id' | 'number';

/** Groups of three: `1234567` is `1,234,567`. Not finite: as JavaScript prints it. */
export function formatCount(value: number): string {
  return String(value).replace(/^-?\d+/, (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ','));
}

/** A share between 0 and 1 as per cent with one decimal: `0.1234` is `12.3%`. */
export function formatShare(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

const STEPS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A rounded size for people, in powers of 1000 as Chrome DevTools shows them: `1234567` is `1.2 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let step = 0;
  while (Math.abs(value) >= 999.95 && step < STEPS.length - 1) {
    value /= 1000;
    step++;
  }
  return `${step === 0 ? value : value.toFixed(1)} ${STEPS[step]}`;
}

/**
 * Bytes in `10000`, `10,000`, `64kB`, `1.5 MB` (upper or lower case, the B may be missing; a kB is 1,000 bytes, as in
 * `formatBytes`), rounded to a whole number; undefined when the text is no size.
 */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(\.\d{1,9})?\s?(?:([kmgt])?b?)$/i.exec(text);
  if (!match) return undefined;
  const [, whole = '', fraction = '', unit = ''] = match;
  const power = ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase());
  const bytes = Math.round(Number(whole.replaceAll(',', '') + fraction) * 1000 ** power);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** V8's object id as it is written on the command line and in DevTools: `@123`. */
export function formatId(id: number): string {
  return `@${id}`;
}

/** The number in `@123` or `123` (32 bits unsigned), or undefined when the text is not an id. */
export function parseId(text: string): number | undefined {
  const match = /^@?(\d{1,10})$/.exec(text);
  if (!match) return undefined;
  const id = Number(match[1]);
  return id <= 0xffffffff ? id : undefined;
}

/** A whole number from 0 up, or undefined. */
export function parseCount(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
