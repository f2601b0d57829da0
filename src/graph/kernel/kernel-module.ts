/** The compiled kernel for whole graphs. */
import { KERNEL_BASE64 } from './kernel.generated.js';

type ModuleConstructor = new (bytes: Uint8Array) => object;

let compiled: object | undefined;

/**
 * A `WebAssembly.Module`. Threads get it as it is, with the code that V8 has made better since.
 *
 * - In: nothing; WebAssembly has to be there, as it is where an arena was made.
 */
export function graphKernelModule(): object {
  const { Module } = (globalThis as unknown as { WebAssembly: { Module: ModuleConstructor } }).WebAssembly;
  compiled ??= new Module(Buffer.from(KERNEL_BASE64, 'base64'));
  return compiled;
}
