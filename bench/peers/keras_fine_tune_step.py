"""One step of the seed experiment's fine-tuning as Keras takes it, from activations of mixed5.

python keras_fine_tune_step.py --weights inception_v3_notop.h5 --size 75 --batch 32 --seconds 10

Everything behind mixed5 and the head learns, Adam 1e-5. Activations and labels are random: they do not change the work.
Prints one line of JSON: stepSeconds (median) and imagesPerSecond.
"""

import json
import statistics
import time

import keras
import numpy as np

from seed_experiment import Inference, head, inception, parser

CLASSES = 10
LEARNING_RATE = 1e-5
WARM_UP = 3


def main():
    options = parser(__doc__)
    options.add_argument("--batch", type=int, default=32)
    options.add_argument("--seconds", type=float, default=10)
    args = options.parse_args()

    model = build(args)
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


def build(args):
    base = inception(args)
    split = base.get_layer("mixed5").output
    inputs = keras.Input(split.shape[1:])
    x = Inference(keras.Model(split, base.output))(inputs)
    model = keras.Model(inputs, head(x, CLASSES))
    model.compile(keras.optimizers.Adam(LEARNING_RATE), "categorical_crossentropy")
    return model


if __name__ == "__main__":
    main()
