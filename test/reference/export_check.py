"""Opens exported model versions as their users do and says how far their answers lie from the hub's.

    python export_check.py FOLDER

FOLDER holds `pictures` (uint8, n x side x side x 3), `checks.json` with {"side", "classes", "files": [{"format", "file",
"expected"}]}, the files, and for each the hub's probabilities (float32, n x classes). The last line printed is JSON:
{"results": [{"format", "difference": largest absolute difference of a probability, "labels"}]}.
"""

import json
import sys
from pathlib import Path

import h5py
import keras
import numpy as np
import onnxruntime
from safetensors import safe_open


def onnx(file, pictures, _folder):
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    return session.run(["result"], {"pixels": pictures})[0], session.get_modelmeta().custom_metadata_map


def keras_h5(file, pictures, _folder):
    model = keras.models.load_model(file)
    with h5py.File(file) as content:
        about = json.loads(content.attrs["model_hub"])
    return model.predict(pictures.astype(np.float32), verbose=0), about


def safetensors(file, pictures, folder):
    """The weights put into the layers of the Keras file, whose own weights are cleared before."""
    model = keras.models.load_model(folder / "model.h5")
    with safe_open(file, framework="numpy") as content:
        names = set(content.keys())
        for layer in model.layers:
            if not layer.weights:
                continue
            layer.set_weights([np.zeros(weight.shape) for weight in layer.weights])
            own = [f"{layer.name}/{weight.name}" for weight in layer.weights]
            layer.set_weights([content.get_tensor(name) for name in own])
            names -= set(own)
        if names:
            raise ValueError(f"{sorted(names)[:5]} belong to no layer")
        about = content.metadata()
    return model.predict(pictures.astype(np.float32), verbose=0), about


def calibrated(probabilities, calibration):
    """softmax(logits / temperature), from softmax(logits)."""
    if calibration is None:
        return probabilities
    powers = probabilities ** (1 / calibration["temperature"])
    return powers / powers.sum(axis=1, keepdims=True)


FORMATS = {"onnx": onnx, "onnx-int8": onnx, "keras": keras_h5, "safetensors": safetensors}


def main(folder):
    checks = json.loads((folder / "checks.json").read_text())
    side, classes = checks["side"], checks["classes"]
    pictures = np.fromfile(folder / "pictures", np.uint8).reshape(-1, side, side, 3)
    results = []
    for check in checks["files"]:
        answers, about = FORMATS[check["format"]](str(folder / check["file"]), pictures, folder)
        expected = np.fromfile(folder / check["expected"], np.float32).reshape(-1, classes)
        answers = calibrated(answers, json.loads(about["calibration"]))
        difference = float(np.abs(answers - expected).max())
        results.append({"format": check["format"], "difference": difference, "labels": json.loads(about["labels"])})
    print(json.dumps({"results": results}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
