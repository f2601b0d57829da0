/** The WebAssembly kernel for whole graphs (assembly.ts) as JavaScript sees it. */
type Function = (...args: number[]) => number | undefined;

/** Exports of assembly.ts, which explains them. */
export interface GraphKernel {
  readonly [name: string]: Function | { readonly value: number };
}

/** What is used of WebAssembly; the types of Node.js leave it to the DOM's. */
interface WebAssemblyApi {
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

/** A kernel over a memory, with a state of its own. */
export function createGraphKernel(module: object, memory: object): GraphKernel {
  const { Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;
  return new Instance(module, { env: { memory } }).exports as GraphKernel;
}

/** A number, or the global of the kernel that holds it when its step begins. */
export type Amount = number | string;

/** A piece of work for a kernel. Threads hand these to each other. */
export type Step =
  /** Calls a function once. */
  | { readonly call: string; readonly args: readonly Amount[] }
  /** Calls it with parts of a range in front of its arguments; from above when `to` is below. */
  | { readonly each: string; readonly from: Amount; readonly to: Amount; readonly args: readonly Amount[] }
  /** Calls it until it says that it is done. */
  | { readonly until: string };

/** Numbers of a range, or steps of a search, that one call works on: about a millisecond. */
const PART = 1 << 15;

/** Batches and turns are longer than single numbers. */
const TURNS = 1 << 12;

/**
 * Runs steps one after another. `onPart` is called after each call of the kernel, `part` is smaller
 * in tests.
 */
export function runSteps(
  kernel: GraphKernel,
  steps: readonly Step[],
  onPart?: () => void,
  part: number = PART,
): void {
  const numberOf = (amount: Amount): number =>
    typeof amount === 'string' ? globalOf(kernel, amount) : amount;
  for (const step of steps) {
    if ('call' in step) {
      (kernel[step.call] as Function)(...step.args.map(numberOf));
      continue;
    }
    if ('until' in step) {
      const search = kernel[step.until] as Function;
      while (!search(Math.min(TURNS, part))) onPart?.();
      continue;
    }
    const [from, to] = [numberOf(step.from), numberOf(step.to)];
    const args = step.args.map(numberOf);
    const work = kernel[step.each] as Function;
    for (let at = from; at !== to; onPart?.()) {
      const next = to > from ? Math.min(at + part, to) : Math.max(at - part, to);
      work(at, next, ...args);
      at = next;
    }
  }
}

/** A result that the kernel keeps in a global. */
export function globalOf(kernel: GraphKernel, name: string): number {
  return (kernel[name] as { readonly value: number }).value >>> 0;
}
