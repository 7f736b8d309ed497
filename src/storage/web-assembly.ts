import { setFlagsFromString } from 'node:v8';

/** Executed bytes of a function after which V8 optimizes it; V8's default is 1.8 million. */
const TIERING_BUDGET = 100_000_000;

/**
 * Has V8 optimize WebAssembly later. The embedded database and Prisma's query compiler run tens of thousands of functions for a
 * moment when they start, and optimizing those took half of the processor time of a start, and 50 MB.
 */
export function optimizeWebAssemblyLater(): void {
  setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`);
}
