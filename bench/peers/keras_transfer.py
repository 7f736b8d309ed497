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

import argparse
import json
import resource
import sys
import time
from pathlib import Path

started = time.perf_counter()
import keras  # noqa: E402 - the import is timed
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

import_seconds = time.perf_counter() - started

HIDDEN, DROPOUT, LEARNING_RATE = 500, 0.3, 1e-3  # the seed experiment's


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and test/")
    parser.add_argument("--weights", required=True, help="InceptionV3 notop weights (.h5)")
    parser.add_argument("--size", type=int, default=75, help="side of the network's input, pixels")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--train-per-class", type=int, default=1000, help="the first N by sorted name")
    parser.add_argument("--test-per-class", type=int, default=200, help="the first N by sorted name")
    args = parser.parse_args()
    keras.utils.set_random_seed(args.seed)

    start = time.perf_counter()
    classes = sorted(folder.name for folder in (args.data / "train").iterdir() if folder.is_dir())
    train = read_pictures(args.data / "train", classes, args.train_per_class)
    test = read_pictures(args.data / "test", classes, args.test_per_class)
    model = build(args.weights, args.size, picture_shape=train[0].shape[1:], classes=len(classes))
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


def read_pictures(folder, classes, per_class):
    """
    All pictures as uint8 and their classes one-hot, in memory, like the arrays of keras.datasets.cifar10 in the seed
    experiment. Decoding once up front beats a tf.data pipeline that decodes in every epoch; the network is the cost
    either way. tf.data still does the decoding here, because it does it on all cores.
    """
    files, labels = [], []
    for label, name in enumerate(classes):
        chosen = sorted((folder / name).glob("*.jpg"))[:per_class]
        if len(chosen) < per_class:
            raise SystemExit(f"{folder / name} has {len(chosen)} pictures, not {per_class}")
        files += [str(file) for file in chosen]
        labels += [label] * per_class
    decoded = tf.data.Dataset.from_tensor_slices(files).map(decode, num_parallel_calls=tf.data.AUTOTUNE)
    pictures = np.concatenate(list(decoded.batch(1000).as_numpy_iterator()))
    return pictures, keras.utils.to_categorical(labels, len(classes))


def decode(file):
    # TensorFlow's default is the fast DCT, as in image_dataset_from_directory. Its pixels differ by up to 5 of 255 from
    # libjpeg's accurate one (dct_method="INTEGER_ACCURATE"), which Pillow uses.
    return tf.io.decode_jpeg(tf.io.read_file(file), channels=3)


def build(weights, size, picture_shape, classes):
    base = keras.applications.InceptionV3(include_top=False, weights=weights, input_shape=(size, size, 3))
    base.trainable = False
    inputs = keras.Input(picture_shape)
    x = keras.layers.Resizing(size, size, interpolation="bilinear")(inputs)
    x = keras.layers.Rescaling(1 / 127.5, offset=-1)(x)
    x = base(x, training=False)  # the normalizations use their moving statistics, as in the seed experiment
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dense(HIDDEN, activation="relu")(x)
    x = keras.layers.Dropout(DROPOUT)(x)
    outputs = keras.layers.Dense(classes, activation="softmax")(x)
    model = keras.Model(inputs, outputs)
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


def peak_memory_bytes():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # Linux counts in KiB


if __name__ == "__main__":
    main()
