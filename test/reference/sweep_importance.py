"""Makes sweep_importance.json: what a random forest of scikit-learn says about the hyperparameters of a made-up sweep.

python sweep_importance.py --out sweep_importance.json

The score depends on the rate, with a best one in the middle, a little on dropout, and not on the seed. One trial has
diverged.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.stats import rankdata, spearmanr
from sklearn.ensemble import RandomForestRegressor

TRIALS, TREES = 60, 2000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()

    random = np.random.default_rng(3)
    rate = 10 ** random.uniform(-4, -1, TRIALS)
    dropout = np.round(random.uniform(0, 0.6, TRIALS), 1)  # many equal
    seed = random.integers(0, 1000, TRIALS)
    score = -((np.log10(rate) + 2.5) ** 2) - 0.8 * dropout + random.normal(0, 0.05, TRIALS)
    score[0] = -1e6
    values = np.stack([rate, dropout, seed], axis=1)
    ranks = rankdata(score)

    forest = RandomForestRegressor(TREES, min_samples_split=4, max_depth=12, oob_score=True, random_state=0)
    forest.fit(values, ranks)
    added = np.zeros(3)
    for tree, drawn in zip(forest.estimators_, forest.estimators_samples_, strict=True):
        others = np.setdiff1d(np.arange(TRIALS), drawn)
        plain = np.mean((tree.predict(values[others]) - ranks[others]) ** 2)
        for column in range(3):
            shuffled = values[others].copy()
            shuffled[:, column] = random.permutation(shuffled[:, column])
            added[column] += np.mean((tree.predict(shuffled) - ranks[others]) ** 2) - plain
    shares = np.maximum(added, 0) / np.maximum(added, 0).sum()

    result = {
        "about": (
            f"scikit-learn {sklearn.__version__}, SciPy {scipy.__version__}: shares of the error that shuffling adds, out of "
            f"bag, and oob_score_, of a RandomForestRegressor with {TREES} trees on the ranks of the scores; spearmanr. Made "
            "by test/reference/sweep_importance.py."
        ),
        "trials": [
            {"values": [float(a), float(b), int(c)], "score": float(s)}
            for a, b, c, s in zip(rate, dropout, seed, score, strict=True)
        ],
        "shares": shares.round(4).tolist(),
        "explained": round(float(forest.oob_score_), 4),
        "correlations": [float(spearmanr(values[:, column], score).statistic) for column in range(3)],
    }
    args.out.write_text(json.dumps(result, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
