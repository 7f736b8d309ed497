import type {
  ClassifierForward,
  ClassifierSpec,
  Engine,
  EngineInfo,
  Features,
  Forward,
  FrozenSpec,
  InputSize,
  Trainer,
  TrainerSpec,
} from '../engine.js';
import { classifierModel } from '../onnx/classifier-model.js';
import { frozenModel } from '../onnx/frozen-model.js';
import { OnnxTrainer } from '../onnx/training/trainer.js';
import { loadOpenVino, type OpenVino } from './library.js';
import { OpenVinoNetwork } from './openvino-network.js';

/** OpenVINO: forward passes of the ONNX files that the onnx engine writes. It cannot train, so ONNX Runtime takes the steps. */
export class OpenVinoEngine implements Engine {
  readonly info: EngineInfo;
  /** Whether this machine's processor multiplies bfloat16 numbers by itself. */
  readonly hasBf16: boolean;
  readonly #openVino: OpenVino;

  /** @param threads threads per network. @throws ENGINE_UNAVAILABLE when OpenVINO is not installed or does not load. */
  constructor(threads: number, openVino: OpenVino = loadOpenVino()) {
    this.#openVino = openVino;
    this.hasBf16 = this.#openVino.capabilities.includes('BF16');
    this.info = { name: 'openvino', version: this.#openVino.version, device: 'cpu', threads };
  }

  async frozen(spec: FrozenSpec): Promise<Forward<Features>> {
    return this.#compile(frozenModel(spec)).open<Features>(spec.size, spec.type);
  }

  async classifier(spec: ClassifierSpec): Promise<Forward> {
    return this.#compile(classifierModel(spec)).open(spec.size);
  }

  /** Loads a whole network. @param model bytes of an ONNX file, also one with 8 bits. */
  async load(model: Uint8Array, size: InputSize, bf16: boolean): Promise<ClassifierForward> {
    return this.#compile(model, bf16).open(size);
  }

  async trainer(spec: TrainerSpec): Promise<Trainer> {
    return new OnnxTrainer(spec, { threads: this.info.threads, device: 'cpu' });
  }

  #compile(model: Uint8Array, bf16 = false): OpenVinoNetwork {
    return OpenVinoNetwork.compile(this.#openVino, model, { threads: this.info.threads, streams: 1, bf16 });
  }
}
