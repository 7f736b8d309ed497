"""Makes keras_heads.br and keras_heads.json: InceptionV3 with the usual heads and scalings, as Keras saves them, and their
answers.

    python keras_heads.py

All models share the narrow base of keras_models.py and its weights. keras_heads.br holds their files one after another,
compressed with a window over all of them, so that the base costs its bytes once. keras_heads.json says for each what it is
called, where its file ends, and the probabilities of the pictures below. One sigmoid p is written as 1 - p and p, and logits
as their softmax.
"""

import json
import tempfile
from pathlib import Path

import brotli
import keras
import numpy as np
from keras import layers as kl

from keras_models import HERE, IMAGE, INPUT, coarse, draw_weights, narrow_inception

PICTURES = 3


def pictures(side):
    """Noise, brighter from picture to picture."""
    shape = (PICTURES, side, side, 3)
    noise = (np.arange(np.prod(shape), dtype=np.uint64) * 2654435761 % 2**32) >> 24
    brightness = np.arange(1, PICTURES + 1, dtype=np.uint64).reshape(-1, 1, 1, 1)
    return (noise.reshape(shape) * brightness // PICTURES).astype(np.float32)


def draw_head(layers, rng, gain=4.0):
    for layer in layers:
        if isinstance(layer, keras.Sequential):
            draw_head(layer.layers, rng, gain)
        elif isinstance(layer, kl.BatchNormalization):
            size = layer.moving_mean.shape
            values = [coarse(rng, size, 0.5, 1.5)] if layer.scale else []
            values += [coarse(rng, size, -0.3, 0.3)] if layer.center else []
            layer.set_weights([*values, coarse(rng, size, -0.2, 0.4), coarse(rng, size, 0.5, 1.5)])
        elif isinstance(layer, kl.Dense):
            inputs, units = layer.kernel.shape
            limit = gain / np.sqrt(inputs)
            layer.set_weights([coarse(rng, weight.shape, -limit, limit) for weight in layer.weights])


def top(*layers):
    return [kl.GlobalAveragePooling2D(), *layers]


def answer(classes=3):
    return kl.Dense(classes, activation="softmax")


def nothing_else(units, activation):
    return lambda: top(kl.Dense(units, activation=activation))


def several_hidden():
    return top(
        kl.Dense(20, activation="relu"), kl.Dropout(0.3), kl.Dense(12, activation="tanh"), kl.Dense(8, "sigmoid"), answer()
    )


def normalized():
    return top(
        kl.BatchNormalization(),
        kl.Dense(20, use_bias=False),
        kl.BatchNormalization(epsilon=1e-5, scale=False),
        kl.Activation("relu"),
        kl.Dropout(0.5),
        kl.BatchNormalization(center=False),
        answer(),
    )


def separate():
    return top(kl.Dense(20), kl.Activation("relu"), kl.Dense(12), kl.ReLU(), kl.Dense(3), kl.Softmax())


def curved():
    hidden = [kl.Dense(12, activation=name) for name in ("elu", "selu", "gelu", "swish", "leaky_relu", "softmax")]
    return top(*hidden, answer())


def sloped():
    return top(
        kl.Dense(20), kl.LeakyReLU(0.1), kl.Dense(12), kl.ELU(0.5), kl.Dense(12), kl.ReLU(negative_slope=0.25), answer()
    )


def flattened():
    return [kl.Flatten(), kl.Dense(8, activation="relu"), answer()]


def flattened_twice():
    return top(kl.Flatten(), kl.Dense(8, activation="relu"), kl.Flatten(), answer())


def reshaped():
    return [kl.GlobalMaxPooling2D(keepdims=True), kl.Reshape((-1,)), answer()]


def largest():
    return [kl.GlobalMaxPooling2D(), kl.Dense(8, activation="relu"), answer()]


def whole_window(pooling):
    return lambda: [pooling(pool_size=(3, 3)), kl.Dropout(0.2), kl.Flatten(), answer()]


def on_maps():
    return [kl.BatchNormalization(), kl.Activation("relu"), kl.SpatialDropout2D(0.2), *top(answer())]


def noisy():
    return [kl.Dropout(0.1), *top(kl.GaussianNoise(0.1), kl.GaussianDropout(0.1), answer(), kl.Dropout(0.1))]


def nested():
    return [keras.Sequential([*top(kl.Dense(8, activation="relu")), kl.Dropout(0.5), answer()], name="classifier")]


def binary_normalized():
    return top(kl.Dense(1), kl.BatchNormalization(), kl.Activation("sigmoid"))


USUAL = (1 / 127.5, -1)
# What the script makes: a name, the head, and what else is different. A flat model has the base's own input, so its pictures
# are scaled before.
CASES = [
    ("no hidden layer", nothing_else(3, "softmax"), {}),
    ("no hidden layer, laid out flat", nothing_else(3, "softmax"), {"flat": True}),
    ("several hidden layers", several_hidden, {}),
    ("batch normalization", normalized, {}),
    ("activations as layers", separate, {}),
    ("curved activations", curved, {}),
    ("activations with a slope", sloped, {"flat": True}),
    ("flattened maps of 1 x 1", flattened, {}),
    ("flattened maps", flattened, {"image": 150, "gain": 2.0}),
    ("flattened pooled features", flattened_twice, {}),
    ("global maximum pooling", largest, {"image": 150, "gain": 0.5}),
    ("the base's own maximum pooling", lambda: [answer()], {"cut": "mixed7", "pooling": "max", "gain": 0.5}),
    ("reshaped maximum", reshaped, {}),
    ("an average over the whole map", whole_window(kl.AveragePooling2D), {"cut": "mixed7"}),
    ("a maximum over the whole map", whole_window(kl.MaxPooling2D), {"cut": "mixed4", "gain": 0.5}),
    ("normalized maps", on_maps, {"image": 150}),
    ("noise and dropout everywhere", noisy, {"flat": True}),
    ("a head in a model of its own", nested, {}),
    ("one sigmoid unit", nothing_else(1, "sigmoid"), {}),
    ("one sigmoid unit, normalized", binary_normalized, {}),
    ("logits", nothing_else(3, None), {}),
    ("one logit", nothing_else(1, None), {}),
    ("the base up to mixed7", several_hidden, {"cut": "mixed7"}),
    ("the base up to mixed3, flattened", flattened, {"cut": "mixed3"}),
    ("pixels from 0 to 1", nothing_else(3, "softmax"), {"scaling": (1 / 255, 0.0)}),
    ("pixels scaled by channel", nothing_else(3, "softmax"), {"scaling": ([0.017, 0.0175, 0.0174], [-2.1, -2.0, -1.8])}),
    ("no resizing", nothing_else(3, "softmax"), {"input": 96, "image": 96}),
]


def build(head, bases, rng, cut="mixed10", pooling=None, flat=False, input=INPUT, image=IMAGE, scaling=USUAL, gain=4.0):
    base = bases(image)
    end = base.get_layer(cut).output
    if pooling == "max":
        end = kl.GlobalMaxPooling2D()(end)
    base = keras.Model(base.input, end, name="inception_v3")
    made = head()
    if flat:
        inputs, x = base.input, base.output
    else:
        scale, offset = scaling
        inputs = keras.Input((input, input, 3))
        x = inputs if input == image else kl.Resizing(image, image, interpolation="bilinear")(inputs)
        x = base(kl.Rescaling(scale, offset=offset)(x))
    for layer in made:
        x = layer(x)
    draw_head(made, rng, gain)
    return keras.Model(inputs, x)


def probabilities(model, seen):
    out = model.predict(seen, verbose=0)
    last = model.layers[-1].get_config().get("activation", "softmax")
    if last == "linear":
        out = 1 / (1 + np.exp(-out)) if out.shape[1] == 1 else np.exp(out) / np.exp(out).sum(axis=1, keepdims=True)
    return np.concatenate([1 - out, out], axis=1) if out.shape[1] == 1 else out


def main():
    weights, configs = [], {}

    def bases(image):
        configs[image] = configs.get(image) or narrow_inception(image).get_config()
        base = keras.Model.from_config(configs[image])
        if not weights:
            draw_weights(base, np.random.default_rng(1))
            weights.extend(base.get_weights())
        base.set_weights(weights)
        return base

    files, cases = [], []
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, head, options) in enumerate(CASES):
            keras.utils.clear_session()
            model = build(head, bases, np.random.default_rng(number), **options)
            file = Path(folder) / f"model.{('keras', 'h5')[number % 2]}"
            model.save(file)
            files.append(file.read_bytes())
            flat, image = options.get("flat", False), options.get("image", IMAGE)
            side = image if flat else options.get("input", INPUT)
            answers = probabilities(model, pictures(side) / 127.5 - 1 if flat else pictures(side))
            print(name, len(files[-1]), answers.round(3).tolist(), flush=True)
            end = sum(map(len, files))
            cases.append({"name": name, "end": end, "input": side, "image": image, "probabilities": answers.tolist()})
    packed = brotli.compress(b"".join(files), lgwin=24)
    (HERE / "keras_heads.br").write_bytes(packed)
    lines = ",\n".join(json.dumps(case) for case in cases)
    (HERE / "keras_heads.json").write_text(f'{{"keras": "{keras.__version__}", "cases": [\n{lines}\n]}}\n')
    print(len(packed))


if __name__ == "__main__":
    main()
