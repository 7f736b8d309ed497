"""The seed experiment's transfer learning as a Keras user writes it; the yardstick for the hub's training.

python keras_transfer.py --data DATA --weights inception_v3_notop.h5 --size 75 --epochs 4 --batch 300 --seed 1

DATA holds train/<class>/*.jpg and test/<class>/*.jpg. Prints one line of JSON:
    seconds          wall clock from the first file read to the end of fit; imports are apart in importSeconds
    epochSeconds     of each epoch, validation included
    valAccuracy      after each epoch, on the test pictures, as the seed experiment does
    testAccuracy     after the last epoch
    peakMemoryBytes  the most memory the process held at any time

Early stopping is left out: the number of epochs is given, so that two runs do the same work.
"""

import json
import time

started = time.perf_counter()
import keras  # noqa: E402 - the import is timed

from seed_experiment import classifier, inception, peak_memory_bytes, read_data, recipe_parser  # noqa: E402

import_seconds = time.perf_counter() - started

LEARNING_RATE = 1e-3  # the seed experiment's


def main():
    parser = recipe_parser(__doc__)
    parser.add_argument("--epochs", type=int, default=4)
    args = parser.parse_args()
    keras.utils.set_random_seed(args.seed)

    start = time.perf_counter()
    train, test = read_data(args)
    model = build(args, train)
    epochs = EpochSeconds()
    history = model.fit(
        *train, batch_size=args.batch, epochs=args.epochs, validation_data=test, callbacks=[epochs], verbose=0
    )
    seconds = time.perf_counter() - start

    _, accuracy = model.evaluate(*test, batch_size=args.batch, verbose=0)
    result = {
        "seconds": round(seconds, 2),
        "importSeconds": round(import_seconds, 2),
        "epochSeconds": [round(value, 2) for value in epochs.seconds],
        "valAccuracy": [round(value, 4) for value in history.history["val_accuracy"]],
        "testAccuracy": round(accuracy, 4),
        "peakMemoryBytes": peak_memory_bytes(),
    }
    print(json.dumps(result))


def build(args, train):
    base = inception(args)
    base.trainable = False
    # The normalizations use their moving statistics, as in the seed experiment.
    model = classifier(lambda x: base(x, training=False), args.size, train)
    # jit_compile is left at its default: forced on, XLA was slower here, in compiling and in the epochs after it.
    model.compile(keras.optimizers.Adam(LEARNING_RATE), "categorical_crossentropy", metrics=["accuracy"])
    return model


class EpochSeconds(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.began)


if __name__ == "__main__":
    main()
