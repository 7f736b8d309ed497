"""Makes inception_v3_layers.json: what Keras computes in InceptionV3, layer by layer, with the bundled backbone.

python inception_v3_layers.py --backbone ../../backbones/inception_v3_tiny_imagenet_2.safetensors \
    --images CIFAR10_TEST --out inception_v3_layers.json

CIFAR10_TEST is a folder of the CIFAR-10 test pictures as <class>/<number>.jpg. Only the six below are read, and their
pixels are written into the JSON, so whoever reads it needs neither the pictures nor a JPEG decoder.
"""

import argparse
import json
import math
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from backbone import in_creation_order, load_backbone

IMAGES = [
    "airplane/0001.jpg",
    "automobile/0002.jpg",
    "cat/0003.jpg",
    "frog/0004.jpg",
    "ship/0005.jpg",
    "truck/0006.jpg",
]
SIZES = [75, 96, 299]
SAMPLES = 24  # per layer and image
POOLED_SAMPLES = 64  # per image, of 2048
DIGITS = 7  # significant ones


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backbone", type=Path, required=True, help="safetensors file")
    parser.add_argument("--images", type=Path, required=True, help="folder of <class>/<number>.jpg")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()

    pixels = np.stack([np.asarray(Image.open(args.images / name).convert("RGB")) for name in IMAGES])
    result = {
        "about": (
            f"Keras {keras.__version__} (TensorFlow {tf.__version__}) InceptionV3 (include_top=False, inference mode) "
            f"with backbone weights {args.backbone.name} on {len(IMAGES)} CIFAR-10 test images; pixels decoded to "
            "uint8 (pixelsUint8: NHWC, row-major), resized bilinear (half-pixel centres, no antialias, float result), "
            "x/127.5-1. Layout NHWC. For each layer: shape of one image, mean and standard deviation over all images, "
            f"and {SAMPLES} values at flat positions i*step of the first and of the last image; stem_conv_1 and "
            "stem_conv_5 are after ReLU. pooled = mean of mixed10 over height and width, for each image the "
            f"{POOLED_SAMPLES} values at i*pooledStep. Made by test/reference/inception_v3_layers.py."
        ),
        "images": IMAGES,
        "imageShape": list(pixels.shape[1:]),
        "pixelsUint8": [image.ravel().tolist() for image in pixels],
        "sizes": {str(size): layers_at(size, args.backbone, pixels) for size in SIZES},
    }
    args.out.write_text(json.dumps(result, separators=(",", ":")) + "\n")


def layers_at(size, backbone, pixels):
    model = load_backbone(backbone, size)
    images = tf.image.resize(pixels, (size, size), method="bilinear", antialias=False) / 127.5 - 1.0
    outputs = watched(model)
    # Functional called with training=False: the normalizations use their moving statistics.
    values = keras.Model(model.input, list(outputs.values()))(images, training=False)
    pooled = np.asarray(values[-1]).mean(axis=(1, 2))
    step = step_of(pooled.shape[1:], POOLED_SAMPLES)
    return {
        "inputFirst16": rounded(np.asarray(images).ravel()[:16]),
        "layers": {name: summary(np.asarray(value)) for name, value in zip(outputs, values)},
        "pooledStep": step,
        "pooled": [rounded(sampled(image, step, POOLED_SAMPLES)) for image in pooled],
    }


def watched(model):
    """The 13 layers: two of the stem (after ReLU), then every inception block."""
    relu = in_creation_order(model, keras.layers.Activation)
    outputs = {f"stem_conv_{k}": relu[k - 1].output for k in (1, 5)}
    for k in range(11):
        outputs[f"mixed{k}"] = model.get_layer(f"mixed{k}").output
    return outputs


def summary(values):
    """values: [images, height, width, channels]"""
    step = step_of(values.shape[1:], SAMPLES)
    return {
        "shape": list(values.shape[1:]),
        # In double precision: a float32 sum over a 149 x 149 layer is off in its sixth digit.
        "mean": rounded(values.mean(dtype=np.float64)),
        "std": rounded(values.std(dtype=np.float64)),
        "step": step,
        "first": rounded(sampled(values[0], step, SAMPLES)),
        "last": rounded(sampled(values[-1], step, SAMPLES)),
    }


def step_of(shape, samples):
    """The largest step that has no divisor in common with the channels, so that every sample is of another channel."""
    step = math.prod(shape) // samples
    while math.gcd(step, shape[-1]) != 1:
        step -= 1
    return step


def sampled(values, step, samples):
    return values.ravel()[: step * samples : step]


def rounded(values):
    if np.ndim(values):
        return [rounded(value) for value in values]
    return float(f"{values:.{DIGITS}g}")


if __name__ == "__main__":
    main()
