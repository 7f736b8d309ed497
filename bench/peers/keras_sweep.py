"""Trains one head after the other on features that are there, as a Keras user writes it; the yardstick for sweeps.

The last line of output is JSON: {seconds, accuracies}. Seconds are of the loop alone.
"""

import argparse
import json
import time
from pathlib import Path

import keras
import numpy as np

HIDDEN = 500
BATCH = 300


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--epochs", type=int, required=True)
    options = parser.parse_args()
    splits = json.loads((options.data / "splits.json").read_text())
    trials = json.loads((options.data / "trials.json").read_text())
    classes = max(splits["labels"]) + 1
    labels = keras.utils.to_categorical(splits["labels"], classes)
    features = np.fromfile(options.data / "features.f32", dtype=np.float32).reshape(len(labels), -1)
    part = lambda name: (features[splits[name]], labels[splits[name]])  # noqa: E731
    train, validation = part("train"), part("validation")

    began = time.perf_counter()
    accuracies = [accuracy(trial, train, validation, classes, options.epochs) for trial in trials]
    print(json.dumps({"seconds": time.perf_counter() - began, "accuracies": accuracies}))


def accuracy(trial, train, validation, classes, epochs):
    keras.utils.set_random_seed(1)
    keras.backend.clear_session()
    model = keras.Sequential(
        [
            keras.Input(train[0].shape[1:]),
            keras.layers.Dense(HIDDEN, activation="relu"),
            keras.layers.Dropout(trial["dropout"]),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(trial["learningRate"]), "categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(*train, batch_size=BATCH, epochs=epochs, validation_data=validation, verbose=0)
    return history.history["val_accuracy"][-1]


if __name__ == "__main__":
    main()
