import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { resolveCompute } from '../../out/engines/compute.js';
import { openEngine } from '../../out/engines/open-engine.js';

/** What a process that times one engine is told: { size, batch, seconds } as numbers, and the engine, open. */
export async function timedEngine() {
  const { size, batch, seconds, ...compute } = new Command()
    .requiredOption('--size <pixels>')
    .requiredOption('--batch <n>')
    .requiredOption('--seconds <n>')
    .option('--engine <name>', 'as of `hub start`', 'onnx')
    .option('--device <name>', 'as of `hub start`', 'cpu')
    .parse()
    .opts();
  const { engine } = await openEngine(resolveCompute(compute), availableParallelism());
  return { size: Number(size), batch: Number(batch), seconds: Number(seconds), engine };
}
