import * as ort from 'onnxruntime-node';
import { matchBackbone } from '../../network/backbone-weights.js';
import { divideAt } from '../../network/cut.js';
import { foldLayers } from '../../network/folded-weights.js';
import { imageShapes, inferShapes, type Layer, type Shape, usedLayers } from '../../network/layers.js';
import { lastMaps } from '../../network/networks.js';
import type { ClassifierSpec } from '../engine.js';
import { createSession, type SessionOptions } from './session.js';
import { plan } from './training/plan.js';
import { gradCamGraph } from './training/training-graph.js';

/** Explains classifications: the evidence for a class by place of the image (Grad-CAM). */
export class GradCam {
  private constructor(
    private readonly session: ort.InferenceSession,
    private readonly shape: Shape,
    private readonly classes: number,
  ) {}

  static async load({ backbone, head, headWeights, size }: ClassifierSpec, options: SessionOptions): Promise<GradCam> {
    const { layers } = matchBackbone(backbone);
    const shapes = imageShapes(layers, size.image);
    const name = lastMaps(shapes);
    const shape = shapes.get(name) as Shape;
    const { rest } = divideAt(layers, name);
    const whole = usedLayers([...rest, ...head]);
    const { channels: classes } = inferShapes(whole, shape, name).get((head.at(-1) as Layer).name) as Shape;
    const steps = plan(whole, name, shape, { fixed: headWeights });
    const weights = new Map([...foldLayers(rest, backbone).weights, ...headWeights]);
    const graph = gradCamGraph({ steps, input: { name, shape, type: 'float32' }, classes, mixes: false }, weights);
    return new GradCam(await createSession(graph, options), shape, classes);
  }

  /**
   * @param maps channels x height x width of the layer `lastMaps`, for one image. @param label index of the class.
   * @returns evidence, height x width, none below 0.
   */
  async explain(maps: Float32Array, label: number): Promise<Float32Array> {
    const { channels, height, width } = this.shape;
    const places = height * width;
    const features = Float32Array.from(maps, (_, i) => maps[(i % channels) * places + Math.floor(i / channels)]!);
    const targets = new Float32Array(this.classes);
    targets[label] = 1;
    const { places: result } = await this.session.run({
      features: new ort.Tensor('float32', features, [1, features.length]),
      targets: new ort.Tensor('float32', targets, [1, this.classes]),
    });
    return result?.data as Float32Array;
  }

  dispose(): Promise<void> {
    return this.session.release();
  }
}
