import { availableParallelism, cpus } from 'node:os';
import { performance } from 'node:perf_hooks';

/** Share of its threads' time below which a process that computes on all of them was kept from it. */
const OWN = 0.75;
/** Share of the machine that others must take for that to be their doing. */
const OTHERS = 0.25;

/** Processor time during a measurement, in seconds. */
export interface ProcessorTime {
  readonly elapsed: number;
  /** Of this process, over all threads. */
  readonly own: number;
  /** Of all processes, over all cores. */
  readonly all: number;
}

/** Measures the processor time from now on. @returns what has passed when it is called. */
export function watchProcessorTime(): () => ProcessorTime {
  const began = now();
  return () => {
    const { elapsed, own, all } = now();
    return { elapsed: elapsed - began.elapsed, own: own - began.own, all: all - began.all };
  };
}

/** Whether other processes slowed a measurement. @param threads that it used. */
export function wasBusy({ elapsed, own, all }: ProcessorTime, threads: number, cores = cpus().length): boolean {
  return own < OWN * elapsed * Math.min(threads, availableParallelism()) && all - own > OTHERS * elapsed * cores;
}

function now(): ProcessorTime {
  const { user, system } = process.cpuUsage();
  const all = cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  return { elapsed: performance.now() / 1000, own: (user + system) / 1e6, all: all / 1000 };
}
