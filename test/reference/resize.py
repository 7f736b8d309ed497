"""Makes resize.json: the preprocessing inside the graph (bilinear resize, then x/127.5-1) on a picture of 5 x 7 pixels.

python resize.py --out resize.json
"""

import argparse
import json
from pathlib import Path

import numpy as np
import tensorflow as tf

HEIGHT, WIDTH, SIZE = 5, 7, 11  # not square, and not a whole factor: swapped axes or edges would show


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()

    pixels = np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    resized = tf.image.resize(pixels, (SIZE, SIZE), method="bilinear", antialias=False)
    result = {
        "about": (
            f"TensorFlow {tf.__version__}: tf.image.resize(method='bilinear', antialias=False; half-pixel centres) of "
            "uint8 pixels, then x/127.5-1. Flat, row-major, height x width x RGB, 8 significant digits. "
            "Made by test/reference/resize.py."
        ),
        "input": {"height": HEIGHT, "width": WIDTH, "pixels": pixels.ravel().tolist()},
        "output": {
            "height": SIZE,
            "width": SIZE,
            "values": [float(f"{value:.8g}") for value in np.ravel(resized / 127.5 - 1.0)],
        },
    }
    args.out.write_text(json.dumps(result, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
