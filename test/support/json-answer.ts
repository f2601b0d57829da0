import { heapgraph } from './cli.js';

/** What `--json` prints, as far as tables and details have it in common. */
interface JsonAnswer {
  readonly total: number;
  readonly omitted: number;
  readonly rows: readonly Record<string, unknown>[];
  readonly [key: string]: unknown;
}

/** The answer of `heapgraph ARGS… --json`. Throws Error for another exit code than 0. */
export async function jsonAnswer(...args: string[]): Promise<JsonAnswer> {
  const { stdout, stderr, code } = await heapgraph([...args, '--json']);
  if (code !== 0) throw new Error(`heapgraph ${args.join(' ')}: exit code ${code}: ${stderr}`);
  return JSON.parse(stdout) as JsonAnswer;
}
