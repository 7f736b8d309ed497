"""How many epochs a second MLflow stores, with its store in a SQLite file.

python mlflow_metrics.py --folder FOLDER --epochs 500

An epoch is one call of log_metrics with the five numbers that the hub keeps of it. Prints one line of JSON:
    epochsPerSecond
"""

import argparse
import json
import logging
import time
from pathlib import Path

logging.disable(logging.INFO)  # of making the store's tables
import mlflow  # noqa: E402

WARM_UP = 10


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=500)
    args = parser.parse_args()
    mlflow.set_tracking_uri(f"sqlite:///{args.folder / 'mlflow.db'}")
    mlflow.create_experiment("bench", artifact_location=str(args.folder / "artifacts"))
    mlflow.set_experiment("bench")
    with mlflow.start_run():
        log(1, WARM_UP)
        began = time.perf_counter()
        log(WARM_UP + 1, WARM_UP + args.epochs)
        seconds = time.perf_counter() - began
    print(json.dumps({"epochsPerSecond": args.epochs / seconds}))


def log(first, last):
    for epoch in range(first, last + 1):
        metrics = {
            "train_loss": 1 / epoch,
            "train_accuracy": 1 - 1 / epoch,
            "validation_loss": 2 / epoch,
            "validation_accuracy": 1 - 2 / epoch,
            "seconds": 1.5,
        }
        mlflow.log_metrics(metrics, step=epoch)


if __name__ == "__main__":
    main()
