"""What one does without a hub: walk the files, decode and hash each, and log the dataset to MLflow (SQLite)."""
import argparse
import hashlib
import json
import os
import time

import mlflow
import pandas
from PIL import Image

parser = argparse.ArgumentParser()
parser.add_argument("--data", required=True)
parser.add_argument("--store", required=True)
arguments = parser.parse_args()

os.makedirs(arguments.store)
began = time.perf_counter()
rows = []
for split in sorted(os.listdir(arguments.data)):
    for label in sorted(os.listdir(os.path.join(arguments.data, split))):
        folder = os.path.join(arguments.data, split, label)
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                content = file.read()
            with Image.open(path) as image:
                image.load()
                width, height = image.size
            rows.append((path, split, label, hashlib.sha256(content).hexdigest(), len(content), width, height))

mlflow.set_tracking_uri("sqlite:///" + os.path.join(arguments.store, "mlflow.db"))
mlflow.set_experiment("ingestion")
frame = pandas.DataFrame(rows, columns=["path", "split", "label", "sha256", "bytes", "width", "height"])
with mlflow.start_run():
    mlflow.log_input(mlflow.data.from_pandas(frame, source=arguments.data, name="pictures"), context="training")
print(json.dumps({"images": len(rows), "seconds": time.perf_counter() - began}))
