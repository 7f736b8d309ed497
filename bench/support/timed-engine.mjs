import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { resolveCompute } from '../../out/engines/compute.js';
import { openEngine } from '../../out/engines/open-engine.js';
import { bundledBackbone } from './bundled-backbone.mjs';

/** What a process that times one engine is told: { size, batch, seconds } as numbers, a bundled backbone, and the engine. */
export async function timedEngine() {
  const { size, batch, seconds, backbone, ...compute } = new Command()
    .requiredOption('--size <pixels>')
    .requiredOption('--batch <n>')
    .requiredOption('--seconds <n>')
    .option('--backbone <name>', 'a bundled one', 'tiny-imagenet-2')
    .option('--engine <name>', 'as of `hub start`', 'onnx')
    .option('--device <name>', 'as of `hub start`', 'cpu')
    .parse()
    .opts();
  const { engine } = await openEngine(resolveCompute(compute), availableParallelism());
  const sizes = { size: Number(size), batch: Number(batch), seconds: Number(seconds) };
  return { ...sizes, ...bundledBackbone(backbone), engine };
}
