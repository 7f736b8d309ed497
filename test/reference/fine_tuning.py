"""Makes fine_tuning.json: Keras fine-tuning everything behind `mixed5` of InceptionV3 and the head, step by step.

python fine_tuning.py --backbone ../../backbones/inception_v3_tiny_imagenet_2.safetensors \
    --images cifar10-images.tar.gz --out fine_tuning.json

The archive holds the CIFAR-10 test pictures as test/<class>/<number>.jpg. Only the first of every class is read, and
the second of the first two. What the frozen part makes of them is in the JSON, so whoever reads it needs no picture.

The base stays in inference mode: the normalizations use their moving statistics, and what trains behind `mixed5` are
the convolution kernels and the betas. On top: average pooling -> Dense(500, relu) -> Dense(10, softmax), no dropout,
categorical cross-entropy, Adam 1e-4 with Keras's defaults (beta 0.9 and 0.999, epsilon 1e-7). 12 examples in batches of
8 and 4, in order, 25 epochs: 50 steps.

The head starts at numbers that any language can make again; `hashed` says how.
"""

import argparse
import base64
import json
import re
import tarfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from backbone import CONVOLUTIONS, in_creation_order, load_backbone, read_safetensors

SIZE = 75
SPLIT, FIRST_BEHIND = "mixed5", 50  # of the convolutions in creation order, the first behind the split
SEED_UNFREEZES = 164  # model.layers[164:] trains in the seed experiment
HIDDEN, CLASSES = 500, 10
LEARNING_RATE = 1e-4
EXAMPLES, BATCH, EPOCHS = 12, 8, 25
WATCHED_STEPS = (1, 10)
SAMPLES = 32  # per tensor
DIGITS = 8  # significant ones


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backbone", type=Path, required=True, help="safetensors file")
    parser.add_argument("--images", type=Path, required=True, help="tar.gz with test/<class>/<number>.jpg")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()

    names, pixels, labels = read_images(args.images)
    base = load_backbone(args.backbone, SIZE)
    check_split(base)
    features = frozen_features(base, pixels)
    targets = keras.utils.to_categorical(labels, CLASSES)
    model = trained_part(base)
    start = model.get_weights()
    variables = trainable(base, model)
    result = {
        "about": (
            f"Keras {keras.__version__} (TensorFlow {tf.__version__}): InceptionV3 behind {SPLIT}, inference mode, "
            f"weights {args.backbone.name}, then average pooling, Dense({HIDDEN}, relu), Dense({CLASSES}, softmax), no "
            "dropout, categorical cross-entropy (mean over the batch), "
            f"Adam(learning_rate={LEARNING_RATE:g}). {EXAMPLES} examples in batches of {BATCH} and {EXAMPLES - BATCH}, "
            f"in order, {EPOCHS} epochs. featuresFloat16: base64 of the little-endian float16 activations of {SPLIT} "
            f"for CIFAR-10 test images at {SIZE} px, row-major of featureShape (NHWC), exact; everything from there on "
            "is float32. tensors: every one that trains, named as Keras counts in creation order, kernels [kh, kw, in, "
            "out] or [in, out]; norm is the L2 norm of the whole tensor, samples its values at flat positions i*step "
            f"(row-major, {SAMPLES} or all). firstGradient: of the first batch at the initial weights. "
            "changeAfterStep: the weights after that many updates minus the initial ones. losses[i]: batch mean before "
            "update i+1. probabilities: of all examples after the last step, flat. The head's initial weights follow "
            f"from hashed() in the script. {DIGITS} significant digits. Made by test/reference/fine_tuning.py."
        ),
        "images": names,
        "labels": labels,
        "featureShape": list(features.shape),
        "featuresFloat16": base64.b64encode(features.astype("<f2").tobytes()).decode(),
        "hidden": HIDDEN,
        "classes": CLASSES,
        "batch": BATCH,
        "epochs": EPOCHS,
        "learningRate": LEARNING_RATE,
        **train(model, variables, features, targets),
    }
    probabilities = model.predict(features, verbose=0)
    result["probabilities"] = rounded(probabilities)
    check_inference_mode(base, model, args.backbone, features, probabilities)
    check_against_fit(model, start, features, targets, probabilities)
    args.out.write_text(json.dumps(result, separators=(",", ":")) + "\n")


def read_images(archive):
    """One picture of every class, then more from the first classes on: names, uint8 pixels and labels."""
    with tarfile.open(archive) as tar:
        found = {}
        for member in tar:
            if match := re.fullmatch(r"test/([^/]+)/[^/]+\.jpg", member.name):
                found.setdefault(match[1], []).append(member)
        classes = sorted(found)
        if len(classes) != CLASSES:
            raise SystemExit(f"{archive} has {len(classes)} classes under test/, not {CLASSES}")
        labels = [i % CLASSES for i in range(EXAMPLES)]
        members = [
            sorted(found[classes[label]], key=lambda member: member.name)[i // CLASSES]
            for i, label in enumerate(labels)
        ]
        pixels = np.stack([np.asarray(Image.open(tar.extractfile(member)).convert("RGB")) for member in members])
    return [member.name for member in members], pixels, labels


def check_split(base):
    """Behind mixed5, unfrozen in the seed experiment, and numbered from 50 on: all the same convolutions."""
    for kind in (keras.layers.Conv2D, keras.layers.BatchNormalization):
        behind = set(in_creation_order(base, kind)[FIRST_BEHIND:])
        unfrozen = {layer for layer in base.layers[SEED_UNFREEZES:] if isinstance(layer, kind)}
        frozen = set(keras.Model(base.input, base.get_layer(SPLIT).output).layers)
        if behind != unfrozen or behind & frozen or len(behind) != CONVOLUTIONS - FIRST_BEHIND:
            raise ValueError(f"layers of type {kind.__name__} behind {SPLIT} are not those from {FIRST_BEHIND} on")


def frozen_features(base, pixels):
    """What the frozen part makes of the pictures; kept as float16, which is half the JSON, and exact from there on."""
    images = tf.image.resize(pixels, (SIZE, SIZE), method="bilinear", antialias=False) / 127.5 - 1.0
    frozen = keras.Model(base.input, base.get_layer(SPLIT).output)
    return np.asarray(frozen(images, training=False)).astype(np.float16).astype(np.float32)


def trained_part(base):
    """From the activations of mixed5 to the probabilities, on the base's own layers."""
    behind = keras.Model(base.get_layer(SPLIT).output, base.output)
    inputs = keras.Input(base.get_layer(SPLIT).output.shape[1:])
    x = keras.layers.GlobalAveragePooling2D()(Inference(behind)(inputs))
    dense = keras.layers.Dense(HIDDEN, activation="relu", name="dense")
    predictions = keras.layers.Dense(CLASSES, activation="softmax", name="predictions")
    model = keras.Model(inputs, predictions(dense(x)))
    for layer, first in ((dense, 0), (predictions, 2)):
        inputs, outputs = layer.kernel.shape
        kernel = hashed(inputs * outputs, first, (6 / (inputs + outputs)) ** 0.5).reshape(inputs, outputs)
        # Not zero as Keras starts them: a bias forgotten on loading would not show.
        layer.set_weights([kernel, hashed(outputs, first + 1, 0.05)])
    return model


class Inference(keras.layers.Layer):
    """
    A model called as inference even where what is around it trains: its normalizations use their moving statistics.
    `behind(inputs, training=False)` in a functional model does not do that in Keras 3: the outer model's training=True
    takes its place, and the losses, gradients and moving statistics become those of batch statistics.
    """

    def __init__(self, model):
        super().__init__()
        self.model = model

    def call(self, inputs):
        return self.model(inputs, training=False)


def hashed(count, tensor, limit):
    """
    Numbers evenly spread over -limit..limit: MurmurHash3's finalizer on i + tensor * 0x9E3779B9, all modulo 2^32,
    divided by 2^32, and (2u - 1) * limit in double precision before it is rounded to float32. `tensor` counts
    dense/kernel, dense/bias, predictions/kernel, predictions/bias from 0.
    """
    x = (np.arange(count, dtype=np.uint64) + np.uint64(tensor * 0x9E3779B9)).astype(np.uint32)
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    x = (x ^ (x >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    return ((2 * (x / 2.0**32) - 1) * limit).astype(np.float32)


def trainable(base, model):
    """The variables that train, by their names in creation order."""
    variables = {}
    convolutions = in_creation_order(base, keras.layers.Conv2D)
    norms = in_creation_order(base, keras.layers.BatchNormalization)
    for k in range(FIRST_BEHIND, CONVOLUTIONS):
        variables[f"conv2d_{k}/kernel"] = convolutions[k].kernel
        variables[f"batch_normalization_{k}/beta"] = norms[k].beta
    for name in ("dense", "predictions"):
        variables[f"{name}/kernel"] = model.get_layer(name).kernel
        variables[f"{name}/bias"] = model.get_layer(name).bias
    if {id(variable) for variable in variables.values()} != {id(variable) for variable in model.trainable_variables}:
        raise ValueError("the model trains other variables than those named")
    return variables


def train(model, variables, features, targets):
    optimizer = keras.optimizers.Adam(learning_rate=LEARNING_RATE)
    cross_entropy = keras.losses.CategoricalCrossentropy()
    trained = list(variables.values())
    start = values_of(variables)
    tensors = {
        name: {"shape": list(value.shape), "step": step_of(value.size), "firstGradient": {}, "changeAfterStep": {}}
        for name, value in start.items()
    }
    losses = []
    for _ in range(EPOCHS):
        for first in range(0, EXAMPLES, BATCH):
            batch = slice(first, first + BATCH)
            with tf.GradientTape() as tape:
                loss = cross_entropy(targets[batch], model(features[batch], training=True))
            gradients = tape.gradient(loss, [variable.value for variable in trained])
            optimizer.apply(gradients, trained)
            if not losses:
                for name, gradient in zip(variables, gradients, strict=True):
                    tensors[name]["firstGradient"] = summary(np.asarray(gradient, np.float64))
            losses.append(float(loss))
            if len(losses) in WATCHED_STEPS:
                for name, value in values_of(variables).items():
                    tensors[name]["changeAfterStep"][str(len(losses))] = summary(value - start[name])
    return {"tensors": tensors, "losses": rounded(losses)}


def values_of(variables):
    """In double precision: a float32 difference of nearly equal numbers is exact, but its sum of squares is not."""
    return {name: np.array(variable.numpy(), np.float64) for name, variable in variables.items()}


def summary(values):
    return {
        "norm": rounded(np.linalg.norm(values)),
        "samples": rounded(values.ravel()[:: step_of(values.size)][:SAMPLES]),
    }


def step_of(size):
    return max(1, size // SAMPLES)


def check_inference_mode(base, model, backbone, features, probabilities):
    """Training must neither have used the batch's statistics nor have moved the moving ones."""
    np.testing.assert_allclose(model(features, training=True), probabilities, rtol=1e-4, atol=1e-7)
    tensors, _ = read_safetensors(backbone)
    for k, norm in enumerate(in_creation_order(base, keras.layers.BatchNormalization)):
        for part in ("moving_mean", "moving_variance"):
            name = f"batch_normalization_{k}/{part}" if k else f"batch_normalization/{part}"
            np.testing.assert_array_equal(getattr(norm, part), tensors[name])


def check_against_fit(model, start, features, targets, probabilities):
    """The loop above exists to see single steps; it must be what a Keras user's fit does."""
    model.set_weights(start)
    model.compile(keras.optimizers.Adam(learning_rate=LEARNING_RATE), "categorical_crossentropy")
    model.fit(features, targets, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0)
    np.testing.assert_allclose(model.predict(features, verbose=0), probabilities, rtol=1e-3, atol=1e-6)


def rounded(values):
    if np.ndim(values):
        return [rounded(value) for value in np.ravel(values)]
    return float(f"{values:.{DIGITS}g}")


if __name__ == "__main__":
    main()
