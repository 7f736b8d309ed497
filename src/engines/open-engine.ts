import { HubError } from '../errors.js';
import type { Compute } from './compute.js';
import type { Engine, EngineInfo } from './engine.js';
import { findDevice } from './onnx/devices.js';
import { OnnxEngine } from './onnx/onnx-engine.js';
import { loadTensorFlow, notInstalled } from './tensorflow/load.js';
import { TensorFlowEngine } from './tensorflow/tensorflow-engine.js';
import { findTfjs } from './tensorflow/tfjs-package.js';

/** An engine, and notes on how it was chosen, for the log. */
export interface OpenedEngine {
  readonly engine: Engine;
  readonly notes: readonly string[];
}

/** An engine's name and its device: apart from versions, the numbers of a run depend on both. */
export type Computer = Pick<EngineInfo, 'name' | 'device'>;

/**
 * Opens the requested engine. `auto` takes TensorFlow if it was installed for a graphics card and finds one, else ONNX
 * Runtime on the device that `findDevice` finds.
 * @throws ENGINE_UNAVAILABLE when the engine or device named does not work.
 */
export async function openEngine(compute: Compute, threads: number): Promise<OpenedEngine> {
  const { engine: name, device } = compute;
  if (name === 'tensorflow') return { engine: await openTensorFlow(compute, threads), notes: [] };
  const notes: string[] = [];
  if (prefersTensorFlow(compute)) {
    try {
      return { engine: await openTensorFlow({ ...compute, device: 'cuda' }, threads), notes };
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      notes.push(`${error.message} Using ONNX Runtime instead.`);
    }
  }
  const found = await findDevice(device);
  return { engine: new OnnxEngine(threads, found.device), notes: [...notes, ...found.notes] };
}

/**
 * Finds the engine and the device that will train, without loading TensorFlow: it is expected to find the device it was
 * installed for.
 * @throws ENGINE_UNAVAILABLE when the engine or device named does not work.
 */
export async function findComputer(compute: Compute): Promise<Computer> {
  const { engine: name, device } = compute;
  if (name === 'tensorflow') {
    refuseWebGpu(compute);
    if (!findTfjs()) throw notInstalled();
    return { name, device: device === 'auto' ? (hasTensorFlowForCuda() ? 'cuda' : 'cpu') : device };
  }
  if (prefersTensorFlow(compute)) return { name: 'tensorflow', device: 'cuda' };
  return { name: 'onnx', device: (await findDevice(device)).device };
}

async function openTensorFlow(compute: Compute, threads: number): Promise<Engine> {
  refuseWebGpu(compute);
  const { tf, info } = await loadTensorFlow({ threads, cpuOnly: compute.device === 'cpu' });
  if (compute.device === 'cuda' && info.device !== 'cuda') {
    throw new HubError('ENGINE_UNAVAILABLE', `TensorFlow ${info.version} found no usable graphics card.`, {
      device: 'cuda',
    });
  }
  return new TensorFlowEngine(tf, info);
}

function refuseWebGpu({ device }: Compute): void {
  if (device !== 'webgpu') return;
  throw new HubError('ENGINE_UNAVAILABLE', 'The tensorflow engine computes on cpu or cuda, not on webgpu.', { device });
}

/** Whether `auto` tries TensorFlow first. Its CPU build is used only if it is named. */
function prefersTensorFlow({ engine, device }: Compute): boolean {
  return engine === 'auto' && (device === 'auto' || device === 'cuda') && hasTensorFlowForCuda();
}

function hasTensorFlowForCuda(): boolean {
  return findTfjs()?.name === '@tensorflow/tfjs-node-gpu';
}
