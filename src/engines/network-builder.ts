import { openBlobs } from '../storage/blob-place.js';
import type { BlobStore } from '../storage/blobs.js';
import type { ClassifierForward, Features, Forward } from './engine.js';
import { PLAIN_FORM } from './network-form.js';
import { NetworkLoader, warmUp } from './network-loader.js';
import type { ClassifierNetwork, ExplainedPhoto, FrozenNetwork, ThreadData } from './network-thread-messages.js';
import { readModel } from './onnx/classifier-model.js';
import type { GradCam } from './onnx/grad-cam.js';
import { OnnxEngine } from './onnx/onnx-engine.js';
import { OpenVinoEngine } from './openvino/openvino-engine.js';
import { readClassifier } from './read-classifier.js';

/** Builds networks from blobs on a NetworkThread. */
export class NetworkBuilder {
  readonly #engine: OnnxEngine;
  readonly #blobs: BlobStore;
  #explainer: Promise<GradCam> | undefined;

  constructor(private readonly data: ThreadData) {
    const { blobPlace, threads, device } = data;
    this.#engine = new OnnxEngine(threads, device);
    this.#blobs = openBlobs(blobPlace);
  }

  async frozen(spec: FrozenNetwork): Promise<Forward<Features>> {
    const { engine, threads } = this.data;
    const loader = new NetworkLoader(engine === 'openvino' ? new OpenVinoEngine(threads) : this.#engine, this.#blobs);
    return loader.loadFrozen(spec);
  }

  async classifier(spec: ClassifierNetwork): Promise<ClassifierForward> {
    const model = await readModel(this.#blobs, spec);
    const { form = PLAIN_FORM, size } = spec;
    const { threads } = this.data;
    if (form.runtime === 'OPENVINO') return new OpenVinoEngine(threads).load(model, size, form.precision === 'BF16');
    return warmUp(await this.#engine.load(model, size), size);
  }

  /** Explains a photo. The explainer is loaded on first use; a thread serves a single version. */
  async explain({ network, maps, label }: ExplainedPhoto): Promise<Float32Array> {
    this.#explainer ??= readClassifier(this.#blobs, network).then((spec) => this.#engine.gradCam(spec));
    this.#explainer.catch(() => {
      this.#explainer = undefined; // the next call tries again
    });
    return (await this.#explainer).explain(maps, label);
  }
}
