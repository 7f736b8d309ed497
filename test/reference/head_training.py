"""Makes head_training.json: Keras training the head on pooled features, dropout off, step by step.

python head_training.py --out head_training.json

Dense(hidden, relu) -> Dense(classes, softmax), categorical cross-entropy, Adam 1e-3 with Keras's defaults
(beta 0.9 and 0.999, epsilon 1e-7). 40 examples in batches of 16, 16 and 8, in order, 20 epochs: 60 steps.
"""

import argparse
import json
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

FEATURES, HIDDEN, CLASSES = 24, 10, 4
EXAMPLES, BATCH, EPOCHS = 40, 16, 20
WATCHED_STEPS = (1, 10)
LOSSES = 50
DIGITS = 8  # significant ones


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()

    features, labels, weights = problem()
    targets = keras.utils.to_categorical(labels, CLASSES)
    model = head(weights)
    optimizer = keras.optimizers.Adam(learning_rate=1e-3)
    cross_entropy = keras.losses.CategoricalCrossentropy()

    first_gradient, after, losses = None, {}, []
    for _ in range(EPOCHS):
        for start in range(0, EXAMPLES, BATCH):
            batch = slice(start, start + BATCH)
            with tf.GradientTape() as tape:
                loss = cross_entropy(targets[batch], model(features[batch], training=True))
            gradient = tape.gradient(loss, model.trainable_variables)
            optimizer.apply(gradient, model.trainable_variables)
            losses.append(float(loss))
            if first_gradient is None:
                first_gradient = gradient
            if len(losses) in WATCHED_STEPS:
                after[str(len(losses))] = named(model, model.get_weights())
    probabilities = model.predict(features, verbose=0)
    check_against_fit(features, targets, weights, probabilities)

    result = {
        "about": (
            f"Keras {keras.__version__} (TensorFlow {tf.__version__}): Dense({HIDDEN}, relu) -> "
            f"Dense({CLASSES}, softmax) on pooled features, no dropout, categorical cross-entropy (mean over the "
            "batch), Adam(learning_rate=1e-3). "
            f"{EXAMPLES} examples in batches of 16, 16 and 8, in order, {EPOCHS} epochs. Tensors are flat, row-major; "
            "kernels are [in, out]. firstGradient: of the first batch at the initial weights. losses[i]: batch mean "
            "before update i+1. probabilities: after the last step. features and initialWeights are exact, the rest "
            f"has {DIGITS} significant digits. Made by test/reference/head_training.py."
        ),
        "featureCount": FEATURES,
        "hidden": HIDDEN,
        "classes": CLASSES,
        "examples": EXAMPLES,
        "batch": BATCH,
        "epochs": EPOCHS,
        "learningRate": 1e-3,
        "features": rounded(features),
        "labels": labels.tolist(),
        "initialWeights": named(model, weights),
        "firstGradient": named(model, first_gradient),
        "weightsAfterStep": after,
        "losses": rounded(losses[:LOSSES]),
        "probabilities": rounded(probabilities),
    }
    args.out.write_text(json.dumps(result, separators=(",", ":")) + "\n")


def problem():
    """Features and weights of few decimals, so that the JSON gives back exactly the float32 trained from here."""
    random = np.random.default_rng(7)
    features = np.maximum(random.normal(0.2, 0.6, (EXAMPLES, FEATURES)), 0).round(4).astype(np.float32)
    # Something to learn; centred first, or one class would take most examples.
    labels = np.argmax((features - features.mean(axis=0)) @ random.normal(size=(FEATURES, CLASSES)), axis=1)
    weights = [
        glorot(random, FEATURES, HIDDEN),
        # Not zero as Keras starts them: a bias forgotten on loading would not show.
        random.uniform(-0.05, 0.05, HIDDEN).round(6).astype(np.float32),
        glorot(random, HIDDEN, CLASSES),
        random.uniform(-0.05, 0.05, CLASSES).round(6).astype(np.float32),
    ]
    return features, labels, weights


def glorot(random, inputs, outputs):
    limit = (6 / (inputs + outputs)) ** 0.5
    return random.uniform(-limit, limit, (inputs, outputs)).round(6).astype(np.float32)


def head(weights):
    model = keras.Sequential(
        [
            keras.Input((FEATURES,)),
            keras.layers.Dense(HIDDEN, activation="relu", name="dense"),
            keras.layers.Dense(CLASSES, activation="softmax", name="predictions"),
        ]
    )
    model.set_weights(weights)
    return model


def check_against_fit(features, targets, weights, probabilities):
    """The loop above exists to see single steps; it must be what a Keras user's fit does."""
    model = head(weights)
    model.compile(keras.optimizers.Adam(learning_rate=1e-3), "categorical_crossentropy")
    model.fit(features, targets, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0)
    np.testing.assert_allclose(model.predict(features, verbose=0), probabilities, rtol=1e-5)


def named(model, values):
    names = [f"{layer.name}/{part}" for layer in model.layers for part in ("kernel", "bias")]
    return {name: rounded(value) for name, value in zip(names, values, strict=True)}


def rounded(values):
    return [float(f"{value:.{DIGITS}g}") for value in np.ravel(values)]


if __name__ == "__main__":
    main()
