/** `--threads`, and the variable that stands for it. */
import { UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import type { CommonOptions } from './options.js';

/** How many threads were asked for. Undefined for as many as pay. */
export function threadsFor({ threads }: Pick<CommonOptions, 'threads'>): number | undefined {
  const setting = process.env.HEAPGRAPH_THREADS;
  if (threads !== undefined || setting === undefined || setting === '') return threads;
  if (/^[1-9]\d{0,3}$/.test(setting)) return Number(setting);
  throw new UsageError(
    `HEAPGRAPH_THREADS is ${printable(JSON.stringify(setting))}`,
    'Set it to a whole number from 1 to 9999.',
  );
}
