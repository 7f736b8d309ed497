"""Prints the rows with the worst labels by cleanlab's default score, as one line of JSON."""

import argparse
import json

import numpy as np
from cleanlab.rank import get_label_quality_scores

parser = argparse.ArgumentParser()
parser.add_argument("--file", required=True)
with open(parser.parse_args().file) as file:
    given = json.load(file)
labels = np.array(given["labels"])
probabilities = np.array(given["probabilities"]).reshape(-1, given["classes"])
probabilities /= probabilities.sum(1, keepdims=True)
scores = get_label_quality_scores(labels, probabilities)
print(json.dumps({"first": np.argsort(scores, kind="stable")[: given["many"]].tolist()}))
