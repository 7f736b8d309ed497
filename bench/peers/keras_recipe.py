"""The seed experiment's whole recipe as a Keras user runs it: the frozen part is computed again in every epoch.

python keras_recipe.py --data DATA --weights inception_v3_notop.h5 --size 75 --batch 300 --seed 1

Transfer (4 epochs, Adam 1e-3), everything behind mixed5 (4 epochs, Adam 1e-5), and on (up to 10 epochs, Adam 1e-5), each
compiled anew and ended early when val_loss rises. DATA as in keras_transfer.py. Prints one line of JSON: seconds of
everything but imports, and epochs and testAccuracy by stage.
"""

import json
import time

import keras

from seed_experiment import Inference, classifier, inception, peak_memory_bytes, read_data, recipe_parser

UNFROZEN_FROM = 164  # layers[164:] are those behind mixed5
STAGES = ((4, 1e-3), (4, 1e-5), (10, 1e-5))


def main():
    args = recipe_parser(__doc__).parse_args()
    keras.utils.set_random_seed(args.seed)

    start = time.perf_counter()
    train, test = read_data(args)
    base = inception(args)
    model = classifier(Inference(base), args.size, train)
    epochs, accuracies = [], []
    for stage, (limit, learning_rate) in enumerate(STAGES):
        for i, layer in enumerate(base.layers):
            layer.trainable = stage > 0 and i >= UNFROZEN_FROM
        model.compile(keras.optimizers.Adam(learning_rate), "categorical_crossentropy", metrics=["accuracy"])
        stop = keras.callbacks.EarlyStopping("val_loss", patience=0)
        history = model.fit(
            *train, batch_size=args.batch, epochs=limit, validation_data=test, callbacks=[stop], verbose=0
        )
        epochs.append(len(history.history["val_loss"]))
        accuracies.append(round(history.history["val_accuracy"][-1], 4))
    result = {
        "seconds": round(time.perf_counter() - start, 2),
        "epochs": epochs,
        "testAccuracy": accuracies,
        "peakMemoryBytes": peak_memory_bytes(),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
