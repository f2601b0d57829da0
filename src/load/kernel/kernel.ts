/** The WebAssembly kernel (assembly.ts) as JavaScript sees it. */
import { KERNEL_BASE64 } from './kernel.generated.js';

type Global = { value: number };

/** Exports of assembly.ts, which explains them. */
export interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly window: Global;
  readonly windowSize: Global;
  readonly starts: Global;
  readonly startsLength: Global;
  readonly counts: Global;
  readonly sizes: Global;
  readonly sizeless: Global;
  readonly entries: Global;
  readonly exhausted: Global;
  readonly typeCount: Global;
  readonly objectType: Global;
  readonly nativeType: Global;
  readonly limit: Global;
  readonly hasTrace: Global;
  readonly hasDetachedness: Global;
  readonly node: Global;
  readonly edgeSum: Global;
  readonly largestName: { value: bigint };
  readonly largestNameAt: Global;
  readonly detachedNatives: Global;
  readonly afterString: Global;
  readonly begun: Global;
  readonly closed: Global;
  readonly found: Global;
  add(type: number, name: number, size: number, edges: number, detached: number): void;
  tally(from: number, end: number): number;
  collect(): number;
  scanStrings(from: number, end: number, base: number): number;
}

/** What is used of WebAssembly; the types of Node.js leave it to the DOM's. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

let compiled: object | undefined;

/** Kernels that have scanned strings and may do so again: one, as a rule. */
const idleScanners: KernelExports[] = [];

/**
 * A kernel whose `scanStrings` begins anew. An instance and its MiB of memory cost more than the
 * loading of a small snapshot, so one that was given back is taken again.
 */
export function takeScanner(): KernelExports {
  return idleScanners.pop() ?? createKernel();
}

/** Gives back what `takeScanner` gave; views of its memory are no longer valid. */
export function releaseScanner(kernel: KernelExports): void {
  for (const state of [kernel.begun, kernel.closed, kernel.afterString, kernel.found]) state.value = 0;
  if (idleScanners.length === 0) idleScanners.push(kernel);
}

/** A kernel with its own state and memory: 1 MiB to begin with. */
export function createKernel(): KernelExports {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;
  compiled ??= new Module(Buffer.from(KERNEL_BASE64, 'base64'));
  return new Instance(compiled).exports as KernelExports;
}
