"""One step of the seed experiment's fine-tuning as Keras takes it, from activations of mixed5.

python keras_fine_tune_step.py --weights inception_v3_notop.h5 --size 75 --batch 32 --seconds 10

Everything behind mixed5 and the head learns, Adam 1e-5. Activations and labels are random: they do not change the work.
Prints one line of JSON: stepSeconds (median) and imagesPerSecond.
"""

import argparse
import json
import statistics
import time

import keras
import numpy as np

from keras_transfer import DROPOUT, HIDDEN

CLASSES = 10
LEARNING_RATE = 1e-5
WARM_UP = 3


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", required=True, help="InceptionV3 notop weights (.h5)")
    parser.add_argument("--size", type=int, default=75, help="side of the network's input, pixels")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=10)
    args = parser.parse_args()

    model = build(args.weights, args.size)
    random = np.random.default_rng(1)
    shape = (args.batch, *model.input.shape[1:])
    # Tensors, so that nothing is copied in per step: only the step is measured.
    features = keras.ops.convert_to_tensor(np.maximum(random.normal(size=shape), 0).astype("float32"))
    labels = keras.utils.to_categorical(random.integers(0, CLASSES, args.batch), CLASSES)
    labels = keras.ops.convert_to_tensor(labels.astype("float32"))
    for _ in range(WARM_UP):
        model.train_on_batch(features, labels)
    times = []
    while sum(times) < args.seconds:
        began = time.perf_counter()
        model.train_on_batch(features, labels)
        times.append(time.perf_counter() - began)
    median = statistics.median(times)
    print(json.dumps({"stepSeconds": median, "imagesPerSecond": args.batch / median}))


def build(weights, size):
    base = keras.applications.InceptionV3(include_top=False, weights=weights, input_shape=(size, size, 3))
    split = base.get_layer("mixed5").output
    inputs = keras.Input(split.shape[1:])
    x = Inference(keras.Model(split, base.output))(inputs)
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dense(HIDDEN, activation="relu")(x)
    x = keras.layers.Dropout(DROPOUT)(x)
    model = keras.Model(inputs, keras.layers.Dense(CLASSES, activation="softmax")(x))
    model.compile(keras.optimizers.Adam(LEARNING_RATE), "categorical_crossentropy")
    return model


class Inference(keras.layers.Layer):
    """
    Calls a model as inference even where it trains: in Keras 3 `base(x, training=False)` in a functional model is
    overruled by the training=True that fit gives to the outer one, and the normalizations would use batch statistics.
    """

    def __init__(self, model):
        super().__init__()
        self.model = model

    def call(self, inputs):
        return self.model(inputs, training=False)


if __name__ == "__main__":
    main()
