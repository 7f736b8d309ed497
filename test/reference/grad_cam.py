"""Makes grad_cam.json: Grad-CAM by Keras and TensorFlow's gradients, of InceptionV3 and the head.

python grad_cam.py --backbone ../../backbones/inception_v3_tiny_imagenet_2.safetensors \
    --images cifar10-images.tar.gz --out grad_cam.json

Grad-CAM (Selvaraju et al., 2017, equations 1 and 2): the gradients of a class's logit by the maps, averaged over
their places, weigh the channels; the places are max(sum of weight x map, 0).

At 75 px the last maps that have 3 x 3 places are those of `mixed7`, and the gradient goes through three blocks; at
139 px they are those of `mixed10`, with only the head behind them. The head has the numbers of fine_tuning.py.
"""

import argparse
import base64
import json
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from backbone import load_backbone
from fine_tuning import CLASSES, DIGITS, HIDDEN, hashed, read_images, rounded

CASES = ((75, "mixed7"), (139, "mixed10"))
LAST = "mixed10"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backbone", type=Path, required=True, help="safetensors file")
    parser.add_argument("--images", type=Path, required=True, help="tar.gz with test/<class>/<number>.jpg")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()

    names, pixels, _ = read_images(args.images)
    result = {
        "about": (
            f"Keras {keras.__version__} (TensorFlow {tf.__version__}): Grad-CAM of InceptionV3, weights "
            f"{args.backbone.name}, inference mode, average pooling, Dense({HIDDEN}, relu), Dense({CLASSES}). mapsFloat16: "
            "base64 of the little-endian float16 maps of the layer for a CIFAR-10 test image, row-major of shape "
            "(height, width, channels), exact; everything from there on is float32. places: by class, row-major. "
            f"{DIGITS} significant digits. Made by test/reference/grad_cam.py."
        ),
        "image": names[0],
        "hidden": HIDDEN,
        "classes": CLASSES,
        "cases": [explain(args.backbone, pixels[:1], size, layer) for size, layer in CASES],
    }
    args.out.write_text(json.dumps(result, separators=(",", ":")) + "\n")


def explain(backbone, pixels, size, layer):
    base = load_backbone(backbone, size)
    images = tf.image.resize(pixels, (size, size), method="bilinear", antialias=False) / 127.5 - 1.0
    output = base.get_layer(layer).output
    maps = np.asarray(keras.Model(base.input, output)(images, training=False)).astype(np.float16)
    behind = (lambda x: x) if layer == LAST else keras.Model(output, base.output)
    dense, predictions = head(base.output.shape[-1])
    places = []
    for label in range(CLASSES):
        x = tf.constant(maps.astype(np.float32))
        with tf.GradientTape() as tape:
            tape.watch(x)
            last = behind(x) if layer == LAST else behind(x, training=False)
            logit = predictions(dense(tf.reduce_mean(last, axis=(1, 2))))[0, label]
        weights = tf.reduce_mean(tape.gradient(logit, x), axis=(1, 2))
        places.append(rounded(tf.nn.relu(tf.einsum("c,hwc->hw", weights[0], x[0])).numpy()))
    return {
        "size": size,
        "layer": layer,
        "shape": list(maps.shape[1:]),
        "mapsFloat16": base64.b64encode(maps.astype("<f2").tobytes()).decode(),
        "places": places,
    }


def head(features):
    layers = (keras.layers.Dense(HIDDEN, activation="relu"), keras.layers.Dense(CLASSES))
    inputs = features
    for i, layer in enumerate(layers):
        layer.build((None, inputs))
        outputs = layer.units
        kernel = hashed(inputs * outputs, 2 * i, (6 / (inputs + outputs)) ** 0.5).reshape(inputs, outputs)
        layer.set_weights([kernel, hashed(outputs, 2 * i + 1, 0.05)])
        inputs = outputs
    return layers


if __name__ == "__main__":
    main()
