/** `--max-memory`: a question that would take more is refused before its snapshot is read. */
import { UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { formatBytes, formatCount, parseBytes } from '../base/units.js';
import { cgroupRoom } from '../inspector/own-room.js';
import type { MemoryEstimate } from '../session/memory-estimate.js';

/** `none`: whatever it takes. */
export type MaxMemory = number | 'none';

/** As much fits into every container that a program runs in. */
const SMALL = 150e6;

/** The value of the option, or of the variable: bytes, `4g`; `0` and `none` are no bound. */
export function parseMaxMemory(text: string): MaxMemory | undefined {
  if (text === 'none' || text === '0') return 'none';
  const bytes = parseBytes(/^[\d.,]+ *[kmgt]$/i.test(text) ? `${text}b` : text);
  return bytes === 0 ? 'none' : bytes;
}

/**
 * Checks an estimate against the option, else the variable HEAPGRAPH_MAX_MEMORY, else the cgroup.
 * Throws UsageError.
 */
export function checkMemoryBound(estimate: MemoryEstimate, option: MaxMemory | undefined): void {
  const given = givenBound(option);
  if (given === 'none') return;
  if (given !== undefined) {
    const name = option === undefined ? 'HEAPGRAPH_MAX_MEMORY' : '--max-memory';
    if (estimate.bytes > given) throw refused(estimate, `${name} allows ${formatBytes(given)}`);
    return;
  }
  if (estimate.bytes < SMALL) return;
  const room = cgroupRoom();
  if (room && estimate.bytes > room.bytes + process.memoryUsage.rss()) throw refused(estimate, room.words);
}

/** Bytes that were allowed; undefined where nothing was said. Throws UsageError. */
export function memoryBound(option: MaxMemory | undefined): number | undefined {
  const given = givenBound(option);
  return given === 'none' ? undefined : given;
}

/** The option, else the variable. Throws UsageError. */
function givenBound(option: MaxMemory | undefined): MaxMemory | undefined {
  return option ?? maxMemoryOf(process.env.HEAPGRAPH_MAX_MEMORY);
}

/** Throws UsageError. */
function maxMemoryOf(setting: string | undefined): MaxMemory | undefined {
  if (setting === undefined || setting === '') return undefined;
  const bound = parseMaxMemory(setting);
  if (bound !== undefined) return bound;
  throw new UsageError(
    `HEAPGRAPH_MAX_MEMORY is ${printable(JSON.stringify(setting))}`,
    'Set it to a number of bytes, such as 4g or 512MB, or to none.',
  );
}

function refused({ head, bytes, parts }: MemoryEstimate, limit: string): UsageError {
  const counts = new Map([
    ['nodes', head.nodeCount],
    ['edges', head.edgeCount],
  ]);
  const words = parts
    .filter((part) => part.bytes > 0)
    .map((part) => {
      const count = counts.get(part.what);
      return `${formatBytes(part.bytes)} for ${count === undefined ? '' : `${formatCount(count)} `}${part.what}`;
    });
  return new UsageError(
    `${printable(head.file)} is not read: the process would take about ${formatBytes(bytes)} of memory, and ${limit}. That is ${words.join(', ')}`,
    'count, typestats --raw and info --quick need no memory for nodes; --no-sizes, where there is such an option, needs less. Use a machine with more memory, or --max-memory none, which reads it all the same.',
  );
}
