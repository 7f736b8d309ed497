import { HubError } from '../errors.js';
import type { Compute } from './compute.js';
import type { Engine, EngineInfo } from './engine.js';
import { findDevice } from './onnx/devices.js';
import { OnnxEngine } from './onnx/onnx-engine.js';
import { findOpenVino } from './openvino/find-openvino.js';
import { openVinoNotInstalled } from './openvino/library.js';
import { OpenVinoEngine } from './openvino/openvino-engine.js';
import { loadTensorFlow, notInstalled } from './tensorflow/load.js';
import { TensorFlowEngine } from './tensorflow/tensorflow-engine.js';
import { findTfjs } from './tensorflow/tfjs-package.js';

/** An engine, and how it was chosen. */
export interface OpenedEngine {
  readonly engine: Engine;
  /** For the log. */
  readonly notes: readonly string[];
}

/** An engine's name and its device: apart from versions, the numbers of a run depend on both. */
export type Computer = Pick<EngineInfo, 'name' | 'device'>;

/**
 * Opens the requested engine. `auto` takes TensorFlow if it was installed for a graphics card and finds one, else ONNX
 * Runtime on the device that `findDevice` finds. OpenVINO is opened only by its name: it computes features, and cannot train.
 * @throws ENGINE_UNAVAILABLE when the engine or device named does not work.
 */
export async function openEngine(compute: Compute, threads: number): Promise<OpenedEngine> {
  const { engine: name, device } = compute;
  if (name === 'tensorflow') return { engine: await openTensorFlow(compute, threads), notes: [] };
  if (name === 'openvino') return openOpenVino(compute, threads);
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
 * Finds the engine and the device that will compute features, and train unless `auto` finds a faster engine. It does not load
 * TensorFlow, which is expected to find the device that it was installed for.
 * @throws ENGINE_UNAVAILABLE when the engine or device named does not work.
 */
export async function findComputer(compute: Compute): Promise<Computer> {
  const { engine: name, device } = compute;
  if (name === 'tensorflow') {
    refuseDevices(compute, 'tensorflow', ['cpu', 'cuda']);
    if (!findTfjs()) throw notInstalled();
    return { name, device: device === 'auto' ? (hasTensorFlowForCuda() ? 'cuda' : 'cpu') : device };
  }
  if (name === 'openvino') {
    refuseDevices(compute, 'openvino', ['cpu']);
    if (!findOpenVino()) throw openVinoNotInstalled();
    return { name, device: 'cpu' };
  }
  if (prefersTensorFlow(compute)) return { name: 'tensorflow', device: 'cuda' };
  return { name: 'onnx', device: (await findDevice(device)).device };
}

/** The engines that may train: on a CPU, `auto` takes TensorFlow for the runs that it trains faster. @param computer found. */
export function trainersOf({ engine }: Compute, computer: Computer): readonly Computer[] {
  const mayChange = engine === 'auto' && computer.name === 'onnx' && computer.device === 'cpu' && findTfjs();
  return mayChange ? [computer, { name: 'tensorflow', device: 'cpu' }] : [computer];
}

async function openTensorFlow(compute: Compute, threads: number): Promise<Engine> {
  refuseDevices(compute, 'tensorflow', ['cpu', 'cuda']);
  const { library, info } = loadTensorFlow({ threads, cpuOnly: compute.device === 'cpu' });
  if (compute.device === 'cuda' && info.device !== 'cuda') {
    throw new HubError('ENGINE_UNAVAILABLE', `TensorFlow ${info.version} found no usable graphics card.`, {
      device: 'cuda',
    });
  }
  return new TensorFlowEngine(library, info);
}

function openOpenVino(compute: Compute, threads: number): OpenedEngine {
  refuseDevices(compute, 'openvino', ['cpu']);
  const engine = new OpenVinoEngine(threads);
  const { version } = new OnnxEngine(threads).info;
  const note = `OpenVINO ${engine.info.version} computes features; it cannot train: ONNX Runtime ${version} takes the steps.`;
  return { engine, notes: [note] };
}

/** @throws ENGINE_UNAVAILABLE for a device on which an engine does not compute. */
function refuseDevices({ device }: Compute, engine: EngineInfo['name'], devices: readonly string[]): void {
  if (device === 'auto' || devices.includes(device)) return;
  const message = `The ${engine} engine computes on ${devices.join(' or ')}, not on ${device}.`;
  throw new HubError('ENGINE_UNAVAILABLE', message, { device });
}

/** Whether `auto` tries TensorFlow first. Its CPU build is used if it is named, or measured to train faster. */
function prefersTensorFlow({ engine, device }: Compute): boolean {
  return engine === 'auto' && (device === 'auto' || device === 'cuda') && hasTensorFlowForCuda();
}

function hasTensorFlowForCuda(): boolean {
  return findTfjs()?.name === '@tensorflow/tfjs-node-gpu';
}
