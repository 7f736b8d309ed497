import h5wasm from 'h5wasm/node';
import type { Weights } from '../tensor.js';
import { depthOrder } from './depth-order.js';
import { HUB_ATTRIBUTE, type KerasLayer } from './layers.js';

/**
 * Writes a model in Keras's HDF5 format: the description of its layers as JSON, and each layer's variables in a group. The
 * description has the form of Keras 2, which Keras 3 reads too.
 * @param layers the last one is the output. @param about metadata to store with them.
 */
export async function writeKerasModel(
  path: string,
  layers: readonly KerasLayer[],
  weights: Weights,
  about: Readonly<Record<string, string>>,
): Promise<void> {
  (await h5wasm.ready).activate_throwing_error_handler();
  const file = new h5wasm.File(path, 'w');
  try {
    const ordered = depthOrder(layers);
    file.create_attribute('model_config', JSON.stringify(modelConfig(ordered)));
    file.create_attribute(HUB_ATTRIBUTE, JSON.stringify(about));
    const group = file.create_group('model_weights');
    for (const at of [file, group]) {
      at.create_attribute('keras_version', '2.15.0');
      at.create_attribute('backend', 'tensorflow');
    }
    const weighted = ordered.filter(({ variables }) => variables.length > 0);
    group.create_attribute(
      'layer_names',
      weighted.map(({ name }) => name),
    );
    for (const { name, variables } of weighted) {
      const ofLayer = group.create_group(name);
      const names = variables.map((variable) => `${variable}:0`);
      ofLayer.create_attribute('weight_names', names);
      const inner = ofLayer.create_group(name);
      for (const [i, variable] of variables.entries()) {
        const { shape, data } = weights.get(variable) as { shape: readonly number[]; data: Float32Array };
        inner.create_dataset({ name: (names[i] as string).slice(name.length + 1), data, shape: [...shape] });
      }
    }
  } finally {
    file.close();
  }
}

function modelConfig(layers: readonly KerasLayer[]): unknown {
  const end = (layer: KerasLayer | undefined): unknown => [layer?.name, 0, 0];
  return {
    class_name: 'Functional',
    config: {
      name: 'inception_v3_classifier',
      layers: layers.map(({ type, name, inputs, config }) => ({
        class_name: type,
        name,
        config: { name, ...config },
        inbound_nodes: inputs.length === 0 ? [] : [inputs.map((input) => [input, 0, 0, {}])],
      })),
      input_layers: [end(layers[0])],
      output_layers: [end(layers.at(-1))],
    },
  };
}
