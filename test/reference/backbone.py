"""Keras's InceptionV3 with the weights of a bundled backbone (a safetensors file); the other scripts here import it.

For the k-th convolution in Keras's creation order (k = 0..93; the suffix is '' for 0 and '_k' otherwise) the file has
    conv2d_k/kernel          I8 or F32 [kh, kw, in, out]
    conv2d_k/kernel_scale    F32 [out], only beside an I8 kernel: the real kernel is int8 * scale
    batch_normalization_k/beta, /moving_mean, /moving_variance    F32 [out]

Used by inception_v3_layers.py; by itself it makes nothing.
"""

import json

import keras
import numpy as np

DTYPES = {"F32": "<f4", "F16": "<f2", "I8": "i1"}
CONVOLUTIONS = 94


def read_safetensors(path):
    """The tensors by name, and the metadata. Format: 8 bytes header length, JSON header, raw little-endian data."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[start:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors, metadata


def load_backbone(path, size):
    """InceptionV3 without top for pictures of size x size, holding exactly the weights of the file."""
    tensors, _ = read_safetensors(path)
    model = keras.applications.InceptionV3(include_top=False, weights=None, input_shape=(size, size, 3))
    convolutions = in_creation_order(model, keras.layers.Conv2D)
    norms = in_creation_order(model, keras.layers.BatchNormalization)
    for k, (convolution, norm) in enumerate(zip(convolutions, norms, strict=True)):
        suffix = f"_{k}" if k else ""
        kernel = tensors.pop(f"conv2d{suffix}/kernel")
        if kernel.dtype == np.int8:
            # One float32 product per weight, the same that the hub computes: the numbers agree to the last bit.
            kernel = kernel.astype(np.float32) * tensors.pop(f"conv2d{suffix}/kernel_scale")
        convolution.set_weights([kernel])
        # Keras's order of a normalization without gamma.
        parts = ("beta", "moving_mean", "moving_variance")
        norm.set_weights([tensors.pop(f"batch_normalization{suffix}/{part}") for part in parts])
    if tensors:
        raise ValueError(f"{len(tensors)} tensors belong to no layer: {sorted(tensors)[:5]}")
    return model


def in_creation_order(model, kind):
    """model.layers is sorted by depth. Keras counts names up as it creates, so the number in the name is the order."""
    layers = [layer for layer in model.layers if isinstance(layer, kind)]
    if len(layers) != CONVOLUTIONS:
        raise ValueError(f"{len(layers)} layers of type {kind.__name__}, not {CONVOLUTIONS}")
    # A second model of the process goes on counting where the first stopped; only the order matters.
    return sorted(layers, key=lambda layer: number_of(layer.name))


def number_of(name):
    """12 of conv2d_12; -1 of conv2d, the first of a process."""
    count = name.rpartition("_")[2]
    return int(count) if count.isdigit() else -1
