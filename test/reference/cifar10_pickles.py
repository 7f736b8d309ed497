"""Writes cifar10_pickles.json: a CIFAR-10 batch of two images as numpy 2 pickles it, for every protocol.

Run with the numpy of requirements.txt or newer: python cifar10_pickles.py
The images are those of `planes` in cifar10-input.test.ts: byte i of image n is (7 i + 3 n) modulo 256.
"""

import base64
import gzip
import json
import pickle
from pathlib import Path

import numpy

data = numpy.array([[(7 * i + 3 * n) % 256 for i in range(3072)] for n in range(2)], dtype=numpy.uint8)
batch = {"batch_label": "training batch 1 of 5", "labels": [3, 5], "data": data, "filenames": ["a.png", "b.png"]}
in_bytes = {key.encode(): value for key, value in batch.items()}


def packed(content, protocol):
    return base64.b64encode(gzip.compress(pickle.dumps(content, protocol), mtime=0)).decode()


pickles = {f"protocol {protocol}": packed(batch, protocol) for protocol in range(2, 6)}
# What `pickle.load(file, encoding="bytes")` of a published batch gives, written again.
pickles |= {f"protocol {protocol}, keys of bytes": packed(in_bytes, protocol) for protocol in (2, 3, 4, 5)}
read_only = data.copy()
read_only.flags.writeable = False
pickles["protocol 5, read only"] = packed({**batch, "data": read_only}, 5)
numpy_1 = gzip.compress(pickle.dumps(batch, 2).replace(b"numpy._core", b"numpy.core"), mtime=0)
pickles["protocol 2 of numpy 1"] = base64.b64encode(numpy_1).decode()

target = Path(__file__).with_name("cifar10_pickles.json")
target.write_text(json.dumps({"numpy": numpy.__version__, "pickles": pickles}, indent=2) + "\n")
