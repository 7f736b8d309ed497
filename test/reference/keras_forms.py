"""Makes the folder keras_forms: one narrow InceptionV3, saved in every form in which Keras saves it, and models with it.

    python keras_forms.py                            # Keras 3
    TF_USE_LEGACY_KERAS=1 python keras_forms.py      # Keras 2: tf-keras, or the Keras of TensorFlow 2.12

The network is Keras's own InceptionV3 with every number of filters divided by 16. Its weights are a pattern that differs for
each tensor, so that tests know every value, and an exchange of two layers of equal shape is seen: see `pattern`. `answers.json`
has what the models answer about the pictures of keras_models.py.
"""

import gzip
import json
import os
import re
import sys
import tempfile
from pathlib import Path

import numpy as np

if os.environ.get("TF_USE_LEGACY_KERAS") == "1":
    try:
        import tf_keras as keras
    except ImportError:
        from tensorflow import keras
else:
    import keras

VERSION = ".".join(keras.__version__.split(".")[:2])
IS_KERAS_3 = VERSION.startswith("3")
FOLDER = Path(__file__).parent / "keras_forms"
INPUT, IMAGE, WIDTH, HIDDEN, CLASSES, PICTURES = 32, 75, 16, 20, 3, 4


def pattern(tensor, shape, part):
    """Values of the tensor with this number; in the order of layers as Keras creates them, kernel, beta, mean, variance."""
    p = (np.arange(np.prod(shape), dtype=np.int64) * (tensor % 13 + 1) + tensor) % 64
    if part == "kernel":
        limit = 2.0 ** np.floor(np.log2(np.sqrt(6 / np.prod(shape[:-1]))) + 0.01)
        values = (p - 31.5) / 32 * limit
    else:
        values = {"beta": p / 256, "moving_mean": (p - 31.5) / 256, "moving_variance": 0.5 + p / 64, "bias": p / 256}[part]
    return values.astype(np.float32).reshape(shape)


def number_of(name):
    count = name.rpartition("_")[2]
    return int(count) if count.isdigit() else -1


def fill(model):
    """Fills the layers in the order in which they were created, by their numbers."""
    kinds = (keras.layers.Conv2D, keras.layers.BatchNormalization)
    ordered = [sorted((l for l in model.layers if isinstance(l, kind)), key=lambda l: number_of(l.name)) for kind in kinds]
    tensor = 0
    for convolution, norm in zip(*ordered, strict=True):
        for layer, parts in ((convolution, ["kernel"]), (norm, ["beta", "moving_mean", "moving_variance"])):
            values = []
            for part, weight in zip(parts, layer.get_weights(), strict=True):
                values.append(pattern(tensor, weight.shape, part))
                tensor += 1
            layer.set_weights(values)
    return model


def narrow(top=False, input_shape=(IMAGE, IMAGE, 3)):
    whole = keras.applications.InceptionV3(include_top=top, weights=None, input_shape=input_shape, classes=5)
    config = json.loads(json.dumps(whole.get_config()))
    for layer in config["layers"]:
        if layer["class_name"] == "Conv2D":
            layer["config"]["filters"] //= WIDTH
        layer.pop("build_config", None)
    config["name"] = "inception_v3"
    return fill(keras.Model.from_config(config))


def renamed(model):
    """The same network, its layers named so that the names tell nothing of the order."""
    config = json.dumps(model.get_config())
    names = sorted({layer.name for layer in model.layers}, key=len, reverse=True)
    for i, name in enumerate(names):
        config = config.replace(f'"{name}"', f'"block{i * 7919 % len(names)}x{"abc"[i % 3]}"')
    copy = keras.Model.from_config(json.loads(config))
    copy.set_weights(model.get_weights())
    return copy


def head():
    layers = [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(HIDDEN, activation="relu")]
    layers += [keras.layers.Dropout(0.3), keras.layers.Dense(CLASSES, activation="softmax")]
    layers[1].build((None, 2048 // WIDTH))
    layers[3].build((None, HIDDEN))
    for i, dense in enumerate((layers[1], layers[3])):
        kernel, bias = dense.get_weights()
        dense.set_weights([pattern(400 + 2 * i, kernel.shape, "kernel"), pattern(401 + 2 * i, bias.shape, "bias")])
    return layers


def pictures():
    count = PICTURES * INPUT * INPUT * 3
    values = (np.arange(count, dtype=np.uint64) * 2654435761 % 2**32) >> 24
    return values.astype(np.float32).reshape(PICTURES, INPUT, INPUT, 3)


def augmentation():
    layers = keras.layers
    return [layers.RandomFlip("horizontal"), layers.RandomRotation(0.1), layers.RandomZoom(0.1), layers.RandomContrast(0.2)]


def models():
    """Models whose preprocessing has every form; they all compute the same."""
    layers = keras.layers
    resizing = {"height": IMAGE, "width": IMAGE, "interpolation": "bilinear"}
    base = narrow()

    # Augmentation as a model in the model, the pixels scaled by preprocess_input.
    inputs = keras.Input((INPUT, INPUT, 3))
    x = keras.Sequential([*augmentation(), layers.RandomTranslation(0.1, 0.1)], name="augmentation")(inputs)
    x = layers.Resizing(**resizing)(x)
    x = keras.applications.inception_v3.preprocess_input(x)
    x = base(x, training=False)
    for layer in head():
        x = layer(x)
    yield "operators", keras.Model(inputs, x)

    # A Sequential of everything, without an InputLayer, with a Normalization and noise.
    normalization = layers.Normalization(axis=-1)
    normalization.adapt(np.repeat(np.float32([0, 255]), 3).reshape(1, 2, 1, 3))
    pooling, hidden, dropout, top = head()
    sequential = keras.Sequential(
        [layers.RandomFlip(), layers.Resizing(**resizing), normalization, base, pooling, layers.GaussianNoise(0.1), hidden, dropout, top]
    )
    sequential.build((None, INPUT, INPUT, 3))
    yield "sequential", sequential

    # Flat: the layers of the base are the model's own, their names without an order.
    flat = renamed(narrow())
    x = flat.output
    for layer in head():
        x = layer(x)
    body = keras.Model(flat.input, x)
    inputs = keras.Input((INPUT, INPUT, 3))
    x = inputs
    for layer in augmentation():
        x = layer(x)
    x = layers.Rescaling(1 / 127.5, offset=-1)(layers.Resizing(**resizing)(x))
    yield "inner", keras.Model(inputs, body(x))


def forms():
    """Name and function that saves to a path."""
    base, top, anonymous = narrow(), narrow(top=True), renamed(narrow())
    classifier = keras.Sequential([narrow(), *head()])
    classifier.build((None, IMAGE, IMAGE, 3))
    for layer in classifier.layers[0].layers[:164]:
        layer.trainable = False
    classifier.compile("adam", "categorical_crossentropy")
    yield "model.h5", base.save
    yield "weights.h5", base.save_weights
    yield "layers.weights.h5", base.save_weights
    yield "model.keras", base.save
    yield "top.h5", top.save
    yield "top.weights.h5", top.save_weights
    yield "classifier.weights.h5", classifier.save_weights
    yield "classifier_weights.h5", classifier.save_weights
    yield "renamed.keras", anonymous.save
    yield "renamed_weights.h5", anonymous.save_weights


def save(name, function):
    if IS_KERAS_3 and re.search(r"(^|_)weights\.h5", name):
        return  # Keras 3 writes weights alone as .weights.h5 only.
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name)
        if name.endswith(".keras") and not IS_KERAS_3:
            function(path, save_format="keras")
        else:
            function(path)
        content = Path(path).read_bytes()
    (FOLDER / f"{VERSION}-{name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))


def main(wanted):
    FOLDER.mkdir(exist_ok=True)
    for name, function in forms():
        if name in wanted or not wanted:
            save(name, function)
    if wanted:
        return
    answers = None
    for name, model in models():
        got = model.predict(pictures(), verbose=0)
        assert answers is None or np.abs(got - answers).max() < 1e-5, (got, answers)
        answers = got
        for ending in ("h5", "keras"):
            if name == "inner" and ending == "h5" and not IS_KERAS_3:
                continue  # Keras 2 refuses the names of its variables.
            save(f"{name}.{ending}", model.save)
    (FOLDER / "answers.json").write_text(json.dumps({"keras": keras.__version__, "probabilities": answers.tolist()}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
