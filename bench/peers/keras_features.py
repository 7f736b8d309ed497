"""One pass through the seed experiment's frozen network as Keras computes it, resizing included.

python keras_features.py --weights inception_v3_notop.h5 --size 75 --batch 64 --seconds 10

Pictures of 32 x 32 pixels are random: that does not change the work. Prints one line of JSON: imagesPerSecond, by the
median time of a pass.
"""

import json
import statistics
import time

import keras
import numpy as np

from seed_experiment import Inference, inception, parser

INPUT = 32
WARM_UP = 3


def main():
    options = parser(__doc__)
    options.add_argument("--batch", type=int, default=64)
    options.add_argument("--seconds", type=float, default=10)
    args = options.parse_args()

    inputs = keras.Input((INPUT, INPUT, 3))
    x = keras.layers.Resizing(args.size, args.size)(inputs)
    x = keras.layers.Rescaling(1 / 127.5, offset=-1)(x)
    x = keras.layers.GlobalAveragePooling2D()(Inference(inception(args))(x))
    model = keras.Model(inputs, x)
    pixels = np.random.default_rng(1).integers(0, 256, (args.batch, INPUT, INPUT, 3)).astype("float32")
    pixels = keras.ops.convert_to_tensor(pixels)
    for _ in range(WARM_UP):
        model.predict_on_batch(pixels)
    times = []
    while sum(times) < args.seconds:
        began = time.perf_counter()
        model.predict_on_batch(pixels)
        times.append(time.perf_counter() - began)
    print(json.dumps({"imagesPerSecond": args.batch / statistics.median(times)}))


if __name__ == "__main__":
    main()
