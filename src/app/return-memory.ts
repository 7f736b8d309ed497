import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Milliseconds between two looks. */
const LOOK = 10_000;
/** Bytes of garbage that are worth the pause of a collection, some 50 ms. */
const WORTH = 64 * 1024 ** 2;
/** Share of the time since the last look for which the process computed, up to which it is calm. */
const CALM = 0.5;

/** The memory of a process. */
interface Memory {
  /** Bytes of objects and buffers, garbage included. */
  held(): number;
  /** Collects all garbage. */
  collect(): void;
}

/**
 * Collects garbage after a burst of requests. V8 does so only when more is allocated, so the bodies of answered requests
 * would stay in memory for as long as the hub has little to do.
 * @returns a function that ends it.
 */
export function returnMemory(look = LOOK, memory: Memory = ownMemory()): () => void {
  let floor = memory.held();
  let before = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const { utilization } = performance.eventLoopUtilization(before);
    before = performance.eventLoopUtilization();
    const held = memory.held();
    floor = Math.min(floor, held);
    if (held - floor < WORTH || utilization > CALM) return;
    memory.collect();
    floor = memory.held();
  }, look).unref();
  return () => clearInterval(timer);
}

/** The memory of this process. */
export function ownMemory(): Memory {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = (): number => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  return { held, collect };
}
