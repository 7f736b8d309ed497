"""Makes confident_learning.json: suspected labels of cleanlab.

python confident_learning.py --out confident_learning.json

Probabilities of 4 classes for 60 rows, of which every sixth has the label of another class. Two rows are certain of the last
class.
"""

import argparse
import json
from pathlib import Path

import cleanlab
import numpy as np
from cleanlab.count import calibrate_confident_joint, compute_confident_joint
from cleanlab.filter import find_label_issues

ROWS, CLASSES, DIGITS = 60, 4, 4


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()

    random = np.random.default_rng(3)
    truth = np.arange(ROWS) % CLASSES
    labels = np.where(np.arange(ROWS) % 6 == 0, (truth + 1 + np.arange(ROWS) % 3) % CLASSES, truth)
    scores = random.normal(size=(ROWS, CLASSES)) + 2.5 * np.eye(CLASSES)[truth]
    scores[:2, -1] += 8
    probabilities = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    probabilities = np.round(probabilities, DIGITS)
    probabilities /= probabilities.sum(1, keepdims=True)

    joint = compute_confident_joint(labels, probabilities, calibrate=False)
    suspects = find_label_issues(
        labels, probabilities, filter_by="confident_learning", return_indices_ranked_by="self_confidence", n_jobs=1
    )
    result = {
        "about": f"cleanlab {cleanlab.__version__}: confident joint, and suspected labels by self-confidence. "
        "Made by test/reference/confident_learning.py.",
        "classes": CLASSES,
        "labels": labels.tolist(),
        "probabilities": [float(f"{value:.7g}") for value in probabilities.ravel()],
        "joint": np.round(calibrate_confident_joint(joint, labels), DIGITS).tolist(),
        "suspects": [int(row) for row in suspects],
    }
    args.out.write_text(json.dumps(result, separators=(",", ":")) + "\n")


main()
