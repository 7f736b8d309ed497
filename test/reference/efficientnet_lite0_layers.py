"""Makes efficientnet_lite0_layers.json: EfficientNet-Lite0 layer by layer in float64, with the bundled backbone.

python efficientnet_lite0_layers.py --backbone ../../backbones/efficientnet_lite0_imagenet.safetensors \
    --out efficientnet_lite0_layers.json

The pictures are those of inception_v3_layers.json. Written in numpy from the definition of the network, since Keras has no
EfficientNet-Lite0. With --compare FILE it compares itself with what PyTorch computed (layers, samples at i*step).
"""

import argparse
import json
from pathlib import Path

import numpy as np

SIZES = [75, 96, 128]
SAMPLES = 24  # per layer and image
POOLED_SAMPLES = 64  # per image, of 1280
DIGITS = 7  # significant ones
EPSILON = 1e-3
# Blocks of a stage: how many, kernel, stride of the first, filters.
STAGES = [(1, 3, 1), (2, 3, 2), (2, 5, 2), (3, 3, 2), (3, 5, 1), (4, 5, 2), (1, 3, 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backbone", type=Path, required=True, help="safetensors file, of the hub or of PyTorch")
    parser.add_argument("--pictures", type=Path, default=Path(__file__).with_name("inception_v3_layers.json"))
    parser.add_argument("--out", type=Path)
    parser.add_argument("--compare", type=Path)
    args = parser.parse_args()
    weights = load(args.backbone)
    if args.compare:
        return compare(weights, json.loads(args.compare.read_text()))
    pixels = np.array(json.loads(args.pictures.read_text())["pixelsUint8"][:4], np.uint8).reshape(-1, 32, 32, 3)
    result = {
        "about": (
            f"EfficientNet-Lite0 in float64 (numpy {np.__version__}) with backbone weights {args.backbone.name} on the first 4 "
            "pictures of inception_v3_layers.json; resized bilinear (half-pixel centres, no antialias), (x-127)/128. Layout "
            "NHWC. For each layer: shape of one image, standard deviation over all images, and "
            f"{SAMPLES} values at flat positions i*step of the first and of the last image. pooled = mean of top_conv over "
            f"height and width, for each image the {POOLED_SAMPLES} values at i*pooledStep. Made by "
            "test/reference/efficientnet_lite0_layers.py."
        ),
        "pixelsUint8": [image.ravel().tolist() for image in pixels],
        "sizes": {str(size): described(forward(weights, pixels, size)) for size in SIZES},
    }
    args.out.write_text(json.dumps(result, separators=(",", ":")) + "\n")


def load(path):
    """Kernels as [out, in of a group, height, width], and per output channel the factor and offset of the normalization."""
    file = path.read_bytes()
    length = int.from_bytes(file[:8], "little")
    header = json.loads(file[8 : 8 + length])
    header.pop("__metadata__", None)
    types = {"F32": np.float32, "I8": np.int8}
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        data = np.frombuffer(file[8 + length + start : 8 + length + end], types[entry["dtype"]])
        tensors[name] = data.reshape(entry["shape"]).astype(np.float64)
    return of_torch(tensors) if "_conv_stem.weight" in tensors else of_hub(tensors)


def of_hub(tensors):
    weights = {}
    for name in [name.removesuffix("/kernel") for name in tensors if name.endswith("/kernel")]:
        kernel = tensors[f"{name}/kernel"] * tensors.get(f"{name}/kernel_scale", 1)
        beta, mean, variance = (tensors[f"{name}_bn/{of}"] for of in ("beta", "moving_mean", "moving_variance"))
        factor = 1 / np.sqrt(variance + EPSILON)
        weights[name] = (kernel.transpose(3, 2, 0, 1), factor, beta - mean * factor)
    return weights


def of_torch(tensors):
    names = {"stem_conv": ("_conv_stem", "_bn0"), "top_conv": ("_conv_head", "_bn1")}
    for block in range(16):
        for part, norm in (("expand", "_bn0"), ("depthwise", "_bn1"), ("project", "_bn2")):
            names[f"block{block}_{part}"] = (f"_blocks.{block}._{part}_conv", f"_blocks.{block}.{norm}")
    weights = {}
    for name, (kernel, norm) in names.items():
        if f"{kernel}.weight" not in tensors:
            continue  # the first block widens nothing
        gamma, beta, mean, variance = (
            tensors[f"{norm}.{of}"] for of in ("weight", "bias", "running_mean", "running_var")
        )
        factor = gamma / np.sqrt(variance + EPSILON)
        weights[name] = (tensors[f"{kernel}.weight"], factor, beta - mean * factor)
    return weights


def forward(weights, pixels, size):
    def conv(name, x, stride=1, activate=True):
        kernel, factor, offset = weights[name]
        y = convolve(x, kernel, stride) * factor + offset
        return np.clip(y, 0, 6) if activate else y

    layers = {"stem_conv": conv("stem_conv", (resize(pixels.astype(np.float64), size) - 127) / 128, 2)}
    x = layers["stem_conv"]
    block = 0
    for blocks, _, stride in STAGES:
        for i in range(blocks):
            wide = conv(f"block{block}_expand", x) if block > 0 else x
            seen = conv(f"block{block}_depthwise", wide, stride if i == 0 else 1)
            y = conv(f"block{block}_project", seen, activate=False)
            x = layers[f"block{block}"] = x + y if i > 0 else y
            block += 1
    layers["top_conv"] = conv("top_conv", x)
    return layers


def convolve(x, kernel, stride):
    """Pads as TensorFlow's SAME pads an even size, at every size."""
    outs, ins, size, _ = kernel.shape
    n, height, width, channels = x.shape
    total = max(size - stride, 0)
    before = total // 2
    x = np.pad(x, ((0, 0), (before, total - before), (before, total - before), (0, 0)))
    rows, columns = (height + total - size) // stride + 1, (width + total - size) // stride + 1
    y = np.zeros((n, rows, columns, outs))
    for i in range(size):
        for j in range(size):
            seen = x[:, i : i + stride * rows : stride, j : j + stride * columns : stride]
            depthwise = ins == 1 and channels == outs
            y += seen * kernel[:, 0, i, j] if depthwise else seen @ kernel[:, :, i, j].T
    return y


def resize(x, size):
    """Bilinear, half-pixel centres, no antialiasing."""
    at = np.clip((np.arange(size) + 0.5) * x.shape[1] / size - 0.5, 0, x.shape[1] - 1)
    low = np.floor(at).astype(int)
    high, part = np.minimum(low + 1, x.shape[1] - 1), at - low
    x = x[:, low] * (1 - part)[:, None, None] + x[:, high] * part[:, None, None]
    return x[:, :, low] * (1 - part)[:, None] + x[:, :, high] * part[:, None]


def described(layers):
    pooled = layers["top_conv"].mean((1, 2))
    step = pooled.shape[1] // POOLED_SAMPLES
    return {
        "layers": {name: layer(values) for name, values in layers.items()},
        "pooledStep": step,
        "pooled": [rounded(row[::step][:POOLED_SAMPLES]) for row in pooled],
    }


def layer(values):
    step = values[0].size // SAMPLES
    sampled = [rounded(values[image].ravel()[: SAMPLES * step : step]) for image in (0, -1)]
    about = {"shape": list(values.shape[1:]), "std": float(f"{values.std():.{DIGITS}g}"), "step": step}
    return {**about, "first": sampled[0], "last": sampled[1]}


def rounded(values):
    return [float(f"{value:.{DIGITS}g}") for value in values]


def compare(weights, given):
    pixels = np.array(given["pixelsUint8"], np.uint8).reshape(-1, 32, 32, 3)
    names = {"stem": "stem_conv", "head": "top_conv"}
    for size, about in given["sizes"].items():
        layers = forward(weights, pixels, int(size))
        for name, one in about["layers"].items():
            for image, values in ((0, one["first"]), (-1, one["last"])):
                flat = layers[names.get(name, name)][image].ravel()
                worst = np.abs(flat[: len(values) * one["step"] : one["step"]] - values).max() / one["std"]
                assert worst < 1e-4, (size, name, worst)
    print("as PyTorch")


if __name__ == "__main__":
    main()
