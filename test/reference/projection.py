"""Makes projection.json: principal components of scikit-learn.

python projection.py --out projection.json

Rows around three centers, more columns than matter. The sign of an axis is such that its largest point by size is positive.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.decomposition import PCA

ROWS, WIDTH, DIGITS = 30, 12, 8


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()

    random = np.random.default_rng(5)
    centers = 3 * random.normal(size=(3, WIDTH))
    rows = (centers[np.arange(ROWS) % 3] + random.normal(size=(ROWS, WIDTH)) + 4).astype(np.float32)
    pca = PCA(2, svd_solver="full").fit(rows.astype(np.float64))
    points = pca.transform(rows.astype(np.float64))
    for axis in range(2):
        points[:, axis] *= np.sign(points[np.abs(points[:, axis]).argmax(), axis])

    result = {
        "about": f"scikit-learn {sklearn.__version__}: PCA with two components. Made by test/reference/projection.py.",
        "width": WIDTH,
        "rows": [float(value) for value in rows.ravel()],
        "points": [float(f"{value:.{DIGITS}g}") for value in points.ravel()],
        "explained": [float(f"{value:.{DIGITS}g}") for value in pca.explained_variance_ratio_],
    }
    args.out.write_text(json.dumps(result, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
