/**
 * Numbers as people read and write them: counts, bytes, shares, ids. Pure and without locale, so
 * that output is the same everywhere.
 */

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

/**
 * A rounded size for people, in powers of 1000 as Chrome DevTools shows them: `1234567` is `1.2
 * MB`.
 */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let step = 0;
  while (Math.abs(value) >= 999.95 && step < STEPS.length - 1) {
    value /= 1000;
    step++;
  }
  return `${step === 0 ? value : value.toFixed(1)} ${STEPS[step]}`;
}

/** V8's object id as it is written on the command line and in DevTools: `@123`. */
export function formatId(id: number): string {
  return `@${id}`;
}

/** The number in `@123` or `123` (up to 2^53 - 1), or undefined when the text is not an id. */
export function parseId(text: string): number | undefined {
  const match = /^@?(\d{1,16})$/.exec(text);
  if (!match) return undefined;
  const id = Number(match[1]);
  return Number.isSafeInteger(id) ? id : undefined;
}

/** A whole number from 0 up, or undefined. */
export function parseCount(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

const BYTES_IN: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/**
 * Bytes as people write them: `123`, `10,000`, `10 kB`, `64mb`, `1.5GB` in steps of 1000, `1GiB` in
 * steps of 1024; upper and lower case are the same. Rounded to whole bytes; undefined when the text
 * is not a size.
 */
export function parseBytes(text: string): number | undefined {
  const match = /^ *((?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.\d{1,15})?) *([kmgt]?i?b)? *$/i.exec(text);
  const unit = match && BYTES_IN[(match[2] ?? 'b').toLowerCase()];
  if (!unit) return undefined;
  const bytes = Math.round(Number(match[1]!.replaceAll(',', '')) * unit);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Milliseconds in `500ms`, `30s`, `1.5m` or `2h`; undefined when the text is something else, or
 * less than 1 ms, or more than a timer can wait (24 days).
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h)$/.exec(text);
  if (!match) return undefined;
  const duration = Math.round(Number(match[1]) * DURATION_UNITS[match[2]!]!);
  return duration >= 1 && duration <= 0x7fffffff ? duration : undefined;
}

const VERSION = /^\d{1,9}\.\d{1,9}\.\d{1,9}(-[\w.-]{1,40})?(\+[\w.-]{1,40})?$/;

/** Whether a text looks like the version of a package: `8.18.0`, `2.0.0-rc.1+build`. */
export function isVersion(text: string): boolean {
  return VERSION.test(text);
}
