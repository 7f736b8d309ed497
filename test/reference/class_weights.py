"""Makes class_weights.json: the head of head_training.py, trained by Keras's fit with class_weight.

python class_weights.py --out class_weights.json

The same problem, batches and optimizer as head_training.py. One class is not named, which weighs 1. The balanced weights are
those of scikit-learn.
"""

import argparse
import json
from pathlib import Path

import keras
import numpy as np
import sklearn
from sklearn.utils.class_weight import compute_class_weight

from head_training import BATCH, CLASSES, DIGITS, EPOCHS, head, named, problem, rounded

CLASS_WEIGHT = {0: 0.5, 1: 3.0, 3: 2.0}
WATCHED_EPOCHS = (1, 4)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()

    features, labels, weights = problem()
    targets = keras.utils.to_categorical(labels, CLASSES)
    model = head(weights)
    model.compile(keras.optimizers.Adam(learning_rate=1e-3), "categorical_crossentropy")
    losses, after = [], {}
    for epoch in range(1, EPOCHS + 1):
        history = model.fit(
            features, targets, batch_size=BATCH, epochs=1, shuffle=False, verbose=0, class_weight=CLASS_WEIGHT
        )
        losses.extend(history.history["loss"])
        if epoch in WATCHED_EPOCHS:
            after[str(epoch)] = named(model, model.get_weights())
    classes = np.unique(labels)
    balanced = compute_class_weight("balanced", classes=classes, y=labels)

    result = {
        "about": (
            f"Keras {keras.__version__}: fit of head_training.json's head with class_weight, {EPOCHS} epochs. losses: of "
            "each epoch as fit reports it. weightsAfterEpoch: flat, row-major. balanced: scikit-learn "
            f"{sklearn.__version__}, compute_class_weight over the same labels. {DIGITS} significant digits. Made by "
            "test/reference/class_weights.py."
        ),
        "classWeight": {str(label): weight for label, weight in CLASS_WEIGHT.items()},
        "losses": rounded(np.array(losses)),
        "weightsAfterEpoch": after,
        "balanced": {str(label): weight for label, weight in zip(classes, rounded(balanced), strict=True)},
    }
    args.out.write_text(json.dumps(result, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
