"""Makes test_curves.json: curves and calibration of scikit-learn for random answers.

python test_curves.py --out test_curves.json

Answers are 32-bit floats, some of them rounded, so that many are equal. One class has no image.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

IMAGES, CLASSES, DIGITS, BINS = 120, 4, 10, 15
GRID = np.linspace(0, 1, 101)


def rounded(values):
    return [float(f"{value:.{DIGITS}g}") for value in np.asarray(values, dtype=np.float64).ravel()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()

    random = np.random.default_rng(7)
    labels = random.integers(0, CLASSES - 1, IMAGES)  # none of the last class
    logits = random.normal(size=(IMAGES, CLASSES)) + 1.2 * np.eye(CLASSES)[labels]
    answers = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    answers[::2] = np.round(answers[::2], 1)
    answers = answers.astype(np.float32)

    classes, grid = [], np.zeros_like(GRID)
    for c in range(CLASSES - 1):
        truth, score = labels == c, answers[:, c]
        fpr, tpr, _ = roc_curve(truth, score, drop_intermediate=False)
        precision, recall, _ = precision_recall_curve(truth, score)
        grid += np.interp(GRID, fpr, tpr)
        classes.append(
            {
                "rocArea": roc_auc_score(truth, score),
                "averagePrecision": average_precision_score(truth, score),
                "roc": {"x": rounded(fpr), "y": rounded(tpr)},
                "precisionRecall": {"x": rounded(recall[::-1]), "y": rounded(precision[::-1])},
            }
        )
    predicted, confidence = answers.argmax(axis=1), answers.max(axis=1)
    accuracy, mean = calibration_curve(predicted == labels, confidence.astype(np.float64), n_bins=BINS)

    result = {
        "about": (
            f"scikit-learn {sklearn.__version__}: roc_curve, precision_recall_curve, roc_auc_score, average_precision_score "
            "of each class against the rest; macroRoc: mean of numpy.interp on 101 false positive rates; reliability: "
            f"calibration_curve with {BINS} bins, the empty ones left out. Made by test/reference/test_curves.py."
        ),
        "labels": labels.tolist(),
        "answers": [float(value) for value in answers.ravel()],
        "classes": classes,
        "macroRoc": rounded(grid / (CLASSES - 1)),
        "reliability": {"accuracy": rounded(accuracy), "meanConfidence": rounded(mean)},
    }
    args.out.write_text(json.dumps(result, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
