"""The seed experiment's whole recipe as a Keras user runs it: the frozen part is computed again in every epoch.

python keras_recipe.py --data DATA --weights inception_v3_notop.h5 --size 75 --batch 300 --seed 1

Transfer (4 epochs, Adam 1e-3), everything behind mixed5 (4 epochs, Adam 1e-5), and on (up to 10 epochs, Adam 1e-5), each
compiled anew and ended early when val_loss rises. DATA as in keras_transfer.py. Prints one line of JSON: seconds of
everything but imports, and epochs and testAccuracy by stage.
"""

import argparse
import json
import time
from pathlib import Path

import keras

from keras_fine_tune_step import Inference
from keras_transfer import DROPOUT, HIDDEN, peak_memory_bytes, read_pictures

UNFROZEN_FROM = 164  # layers[164:] are those behind mixed5
STAGES = ((4, 1e-3), (4, 1e-5), (10, 1e-5))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and test/")
    parser.add_argument("--weights", required=True, help="InceptionV3 notop weights (.h5)")
    parser.add_argument("--size", type=int, default=75, help="side of the network's input, pixels")
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
    base, model = build(args.weights, args.size, picture_shape=train[0].shape[1:], classes=len(classes))
    epochs, accuracies = [], []
    for stage, (limit, learning_rate) in enumerate(STAGES):
        for i, layer in enumerate(base.layers):
            layer.trainable = stage > 0 and i >= UNFROZEN_FROM
        model.compile(keras.optimizers.Adam(learning_rate), "categorical_crossentropy", metrics=["accuracy"])
        stop = keras.callbacks.EarlyStopping("val_loss", patience=0)
        history = model.fit(
            *train, batch_size=args.batch, epochs=limit, validation_data=test, callbacks=[stop], verbose=0
        )
        epochs.append(len(history.history["val_loss"]))
        accuracies.append(round(history.history["val_accuracy"][-1], 4))
    result = {
        "seconds": round(time.perf_counter() - start, 2),
        "epochs": epochs,
        "testAccuracy": accuracies,
        "peakMemoryBytes": peak_memory_bytes(),
    }
    print(json.dumps(result))


def build(weights, size, picture_shape, classes):
    base = keras.applications.InceptionV3(include_top=False, weights=weights, input_shape=(size, size, 3))
    inputs = keras.Input(picture_shape)
    x = keras.layers.Resizing(size, size, interpolation="bilinear")(inputs)
    x = keras.layers.Rescaling(1 / 127.5, offset=-1)(x)
    x = Inference(base)(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dense(HIDDEN, activation="relu")(x)
    x = keras.layers.Dropout(DROPOUT)(x)
    return base, keras.Model(inputs, keras.layers.Dense(classes, activation="softmax")(x))


if __name__ == "__main__":
    main()
