import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Milliseconds between two looks. */
const LOOK = 10_000;
/** Bytes of garbage that are worth the pause of a collection, some 50 ms. */
const WORTH = 64 * 1024 ** 2;
/** Share of the time since the last look for which the process computed, up to which it is calm. */
const CALM = 0.5;

/**
 * Collects garbage after a burst of requests. V8 does so only when more is allocated, so the bodies of answered requests
 * would stay in memory for as long as the hub has little to do.
 * @returns a function that ends it.
 */
export function returnMemory(look = LOOK): () => void {
  const collect = fullCollection();
  let floor = heldBytes();
  let before = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const { utilization } = performance.eventLoopUtilization(before);
    before = performance.eventLoopUtilization();
    floor = Math.min(floor, heldBytes());
    if (heldBytes() - floor < WORTH || utilization > CALM) return;
    collect();
    floor = heldBytes();
  }, look).unref();
  return () => clearInterval(timer);
}

/** Bytes of objects and buffers, garbage included. */
function heldBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function fullCollection(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
