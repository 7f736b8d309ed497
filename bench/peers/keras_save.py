"""Saves the seed experiment's model, with a new head, as Keras users do: `model.h5` and `model.keras`, and its answers.

Prints {"difference": largest difference between the probabilities of the two files loaded again} and writes `expected`:
float32, pictures x classes.
"""

import json
from pathlib import Path

import keras
import numpy as np

from seed_experiment import classifier, inception, parser


def main():
    options = parser(__doc__)
    options.add_argument("--pictures", type=Path, required=True, help="uint8, n x side x side x 3")
    options.add_argument("--side", type=int, required=True)
    options.add_argument("--classes", type=int, required=True)
    options.add_argument("--out", type=Path, required=True, help="folder")
    args = options.parse_args()
    keras.utils.set_random_seed(1)
    pictures = np.fromfile(args.pictures, np.uint8).reshape(-1, args.side, args.side, 3)
    model = classifier(inception(args), args.size, (pictures, np.zeros((len(pictures), args.classes))))
    expected = model.predict(pictures, verbose=0)
    expected.astype("<f4").tofile(args.out / "expected")
    answers = []
    for ending in ("h5", "keras"):
        file = args.out / f"model.{ending}"
        model.save(file)
        answers.append(keras.models.load_model(file).predict(pictures, verbose=0))
    print(json.dumps({"difference": float(np.abs(answers[0] - answers[1]).max())}))


if __name__ == "__main__":
    main()
