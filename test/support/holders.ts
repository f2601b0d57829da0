/** The program `holders.cjs` as the tests see it: its snapshot, and its answers. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The Node.js that runs it: another one than the tests' own, when HEAPGRAPH_NODE says so. */
const NODE = process.env.HEAPGRAPH_NODE ?? process.execPath;

/** A program that waits for expressions. */
export class Holders {
  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: AsyncIterator<string>,
    /** What holds each target, by the target's class. */
    readonly kinds: ReadonlyMap<string, string>,
  ) {}

  /** Starts it; its snapshot is in the file when this is done. */
  static async start(file: string, exposed = false): Promise<Holders> {
    const program = fileURLToPath(new URL('holders.cjs', import.meta.url));
    // V8 forgets names of local variables with the code of functions that have not run for a while.
    const child = spawn(NODE, ['--no-flush-bytecode', program, file, ...(exposed ? ['exposed'] : [])], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { value, done } = await lines.next();
    if (done) throw new Error('holders.cjs ended before it was ready');
    const kinds = JSON.parse(value.replace(/^ready /, '')) as { label: string; kind: string }[];
    return new Holders(child, lines, new Map(kinds.map(({ label, kind }) => [label, kind])));
  }

  /**
   * The class of the kept target that the expression gives; null for any other value; the text of an error.
   */
  async evaluate(expression: string): Promise<string | null> {
    this.child.stdin!.write(`${JSON.stringify(expression)}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`holders.cjs ended at ${expression}`);
    const answer = JSON.parse(value) as { label?: string | null; error?: string };
    return answer.error ?? answer.label ?? null;
  }

  stop(): void {
    this.child.stdin!.end();
  }
}
