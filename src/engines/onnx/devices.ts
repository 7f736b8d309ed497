import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { HubError } from '../../errors.js';
import type { Compute } from '../compute.js';
import { GraphBuilder } from './graph.js';
import { createSession, type OnnxDevice } from './session.js';

/** ONNX Runtime's CUDA library. The npm package does not contain it; its install script downloads it. */
const CUDA_PROVIDER = join('bin', 'napi-v6', process.platform, process.arch, 'libonnxruntime_providers_cuda.so');

/**
 * Finds the device to compute on. `auto` takes CUDA if it is installed and works, else the CPU with a note that says why.
 * WebGPU is used only if it is named.
 * @throws ENGINE_UNAVAILABLE when the device named does not work.
 */
export async function findDevice(wanted: Compute['device']): Promise<{ device: OnnxDevice; notes: readonly string[] }> {
  if (wanted === 'cpu' || (wanted === 'auto' && !hasCuda())) return { device: 'cpu', notes: [] };
  const device = wanted === 'auto' ? 'cuda' : wanted;
  const failure = await failureOn(device);
  if (failure === null) return { device, notes: [] };
  const message = `ONNX Runtime cannot compute on ${device} here: ${failure}`;
  if (wanted === 'auto') return { device: 'cpu', notes: [`${message} Using the CPU instead.`] };
  throw new HubError('ENGINE_UNAVAILABLE', `${message} docs/engines.md says what it needs.`, { device });
}

function hasCuda(): boolean {
  const { resolve } = createRequire(import.meta.url);
  return existsSync(join(dirname(resolve('onnxruntime-node/package.json')), CUDA_PROVIDER));
}

/** Runs a minimal graph. @returns why it fails, or null. */
async function failureOn(device: OnnxDevice): Promise<string | null> {
  const graph = new GraphBuilder();
  graph.output(graph.node('Relu', [graph.constant(Float32Array.of(1), [1])]), 'y', 'float32', [1]);
  try {
    const session = await createSession(graph.encode(), { threads: 1, device });
    await session.run({});
    await session.release();
    return null;
  } catch (error) {
    return sentence(error instanceof Error ? error.message : String(error));
  }
}

/** The first line of a message, without file names and lines of the library's sources. */
function sentence(message: string): string {
  const line = message.split('\n', 1)[0] as string;
  return `${line.replace(/^.*was false\. /, '').replace(/\.*\s*$/, '')}.`;
}
