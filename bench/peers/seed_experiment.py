"""What the peers share: the seed experiment's data, network and head as a Keras user writes them, and their options."""

import argparse
import resource
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

HIDDEN, DROPOUT = 500, 0.3


def parser(description):
    """Options of every peer; its docstring is the description."""
    result = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("--weights", required=True, help="InceptionV3 notop weights (.h5)")
    result.add_argument("--size", type=int, default=75, help="side of the network's input, pixels")
    return result


def recipe_parser(description):
    """Options of a peer that trains on pictures."""
    result = parser(description)
    result.add_argument("--data", type=Path, required=True, help="folder with train/ and test/")
    result.add_argument("--batch", type=int, default=300)
    result.add_argument("--seed", type=int, default=1)
    result.add_argument("--train-per-class", type=int, default=1000, help="the first N by sorted name")
    result.add_argument("--test-per-class", type=int, default=200, help="the first N by sorted name")
    return result


def read_data(args):
    """Pictures and one-hot classes of train/<class>/*.jpg and test/<class>/*.jpg."""
    classes = sorted(folder.name for folder in (args.data / "train").iterdir() if folder.is_dir())
    train = read_pictures(args.data / "train", classes, args.train_per_class)
    return train, read_pictures(args.data / "test", classes, args.test_per_class)


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


def inception(args):
    return keras.applications.InceptionV3(
        include_top=False, weights=args.weights, input_shape=(args.size, args.size, 3)
    )


def classifier(base, size, data):
    """From pictures to probabilities; `base` is called with preprocessed pictures, `data` are those to train on."""
    pictures, labels = data
    inputs = keras.Input(pictures.shape[1:])
    x = keras.layers.Resizing(size, size, interpolation="bilinear")(inputs)
    x = keras.layers.Rescaling(1 / 127.5, offset=-1)(x)
    return keras.Model(inputs, head(base(x), labels.shape[1]))


def head(x, classes):
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dense(HIDDEN, activation="relu")(x)
    x = keras.layers.Dropout(DROPOUT)(x)
    return keras.layers.Dense(classes, activation="softmax")(x)


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


def peak_memory_bytes():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # Linux counts in KiB
