/** The compiled kernel for whole graphs. */
import { KERNEL_BASE64 } from './kernel.generated.js';

type ModuleConstructor = new (bytes: Uint8Array) => object;

let compiled: object | undefined;

/**
 * A `WebAssembly.Module`. Threads get it as it is, with the code that V8 has made better since.
 *
 * - Out: undefined on a processor without what the kernel uses (128 bits at a time).
 */
export function graphKernelModule(): object | undefined {
  try {
    const { Module } = (globalThis as unknown as { WebAssembly: { Module: ModuleConstructor } }).WebAssembly;
    compiled ??= new Module(Buffer.from(KERNEL_BASE64, 'base64'));
  } catch {
    // Graphs are worked on in TypeScript.
  }
  return compiled;
}
