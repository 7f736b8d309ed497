"""Makes keras_model.keras.gz, keras_model.h5.gz and keras_model.json: small models as Keras saves them, and their answers;
and external_data.h5, which keeps its data in another file.

    python keras_models.py

The network is Keras's own InceptionV3 with every number of filters divided by 16, called as a model inside a model, with
the seed experiment's head. Weights are multiples of 1/32, so that the files pack well. The .keras file resizes and scales
pictures in layers. The .h5 file is the seed experiment's: a Lambda layer resizes, and pictures are scaled before.
"""

import gzip
import json
import tempfile
from pathlib import Path

import h5py
import keras
import numpy as np

HERE = Path(__file__).parent
INPUT, IMAGE, WIDTH, HIDDEN, CLASSES, PICTURES = 32, 75, 16, 20, 3, 4


def narrow_inception(image=IMAGE):
    config = keras.applications.InceptionV3(include_top=False, weights=None, input_shape=(image, image, 3)).get_config()
    for layer in config["layers"]:
        if layer["class_name"] == "Conv2D":
            layer["config"]["filters"] //= WIDTH
            # The file says it again, and Keras believes the file.
            layer.pop("build_config", None)
        if layer["class_name"] == "BatchNormalization":
            layer.pop("build_config", None)
    config["name"] = "inception_v3"
    return keras.Model.from_config(config)


def coarse(rng, shape, low, high):
    return (np.round(rng.uniform(low, high, shape) * 32) / 32).astype(np.float32)


def draw_weights(model, rng):
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            limit = np.sqrt(6 / np.prod(layer.kernel.shape[:3]))
            layer.set_weights([coarse(rng, layer.kernel.shape, -limit, limit)])
        elif isinstance(layer, keras.layers.BatchNormalization):
            size = layer.beta.shape
            layer.set_weights([coarse(rng, size, -0.1, 0.3), coarse(rng, size, -0.1, 0.1), coarse(rng, size, 0.5, 1.5)])


def head(rng):
    layers = [
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(HIDDEN, activation="relu"),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(CLASSES, activation="softmax"),
    ]
    layers[1].build((None, 2048 // WIDTH))
    layers[3].build((None, HIDDEN))
    for dense in (layers[1], layers[3]):
        dense.set_weights([coarse(rng, weight.shape, -0.5, 0.5) for weight in dense.weights])
    return layers


def pictures():
    count = PICTURES * INPUT * INPUT * 3
    values = (np.arange(count, dtype=np.uint64) * 2654435761 % 2**32) >> 24
    return values.astype(np.float32).reshape(PICTURES, INPUT, INPUT, 3)


def main():
    rng = np.random.default_rng(1)
    base = narrow_inception()
    draw_weights(base, rng)
    top = head(rng)

    inputs = keras.Input((INPUT, INPUT, 3))
    x = keras.layers.Resizing(IMAGE, IMAGE, interpolation="bilinear")(inputs)
    x = keras.layers.Rescaling(1 / 127.5, offset=-1)(x)
    x = base(x)
    for layer in top:
        x = layer(x)
    whole = keras.Model(inputs, x)

    resize = keras.layers.Lambda(lambda image: keras.ops.image.resize(image, (75, 75)), output_shape=(IMAGE, IMAGE, 3))
    seed = keras.Sequential([keras.Input((INPUT, INPUT, 3)), resize, base, *top])

    answers = whole.predict(pictures(), verbose=0)
    scaled = seed.predict(pictures() / 127.5 - 1, verbose=0)
    assert np.abs(answers - scaled).max() < 1e-5
    with tempfile.TemporaryDirectory() as folder:
        for model, ending in ((whole, "keras"), (seed, "h5")):
            file = Path(folder) / f"model.{ending}"
            model.save(file)
            (HERE / f"keras_model.{ending}.gz").write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))
    result = {"keras": keras.__version__, "input": INPUT, "image": IMAGE, "probabilities": answers.tolist()}
    with h5py.File(HERE / "external_data.h5", "w") as file:
        outside = [("package.json", 0, 4 * 3 * 3 * 3 * 2)]
        file.create_dataset("conv2d/kernel", (3, 3, 3, 2), dtype="f4", external=outside)
    (HERE / "keras_model.json").write_text(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
