import { HubError } from '../errors.js';
import type { Compute } from './compute.js';
import type { Engine, EngineInfo } from './engine.js';
import { findDevice } from './onnx/devices.js';
import { OnnxEngine } from './onnx/onnx-engine.js';
import { loadTensorFlow, notInstalled } from './tensorflow/load.js';
import { TensorFlowEngine } from './tensorflow/tensorflow-engine.js';
import { findTfjs } from './tensorflow/tfjs-package.js';

/** An engine, and what is to be said about how it was chosen. */
export interface OpenedEngine {
  readonly engine: Engine;
  readonly notes: readonly string[];
}

/** Who computes, and on what: what the numbers of a run depend on, but for versions. */
export type Computer = Pick<EngineInfo, 'name' | 'device'>;

/**
 * Makes the engine that is asked for. `auto` takes TensorFlow where it was installed for a graphics card and finds one,
 * else ONNX Runtime on what `findDevice` finds.
 * @throws ENGINE_UNAVAILABLE where what is asked for by name is not there.
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
      notes.push(`${error.message} ONNX Runtime is taken instead.`);
    }
  }
  const found = await findDevice(device);
  return { engine: new OnnxEngine(threads, found.device), notes: [...notes, ...found.notes] };
}

/**
 * Says when the hub starts who will compute, and on what. TensorFlow is not loaded for that: it is expected to find the
 * device that it was installed for.
 * @throws as `openEngine`.
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
    throw new HubError('ENGINE_UNAVAILABLE', `TensorFlow ${info.version} finds no graphics card that it can use.`, {
      device: 'cuda',
    });
  }
  return new TensorFlowEngine(tf, info);
}

function refuseWebGpu({ device }: Compute): void {
  if (device !== 'webgpu') return;
  throw new HubError('ENGINE_UNAVAILABLE', 'The tensorflow engine computes on cpu or cuda, not on webgpu.', { device });
}

/** Whether TensorFlow is tried first where no engine is named; that for the CPU is not taken of itself. */
function prefersTensorFlow({ engine, device }: Compute): boolean {
  return engine === 'auto' && (device === 'auto' || device === 'cuda') && hasTensorFlowForCuda();
}

function hasTensorFlowForCuda(): boolean {
  return findTfjs()?.name === '@tensorflow/tfjs-node-gpu';
}
