"""What the servers with ONNX Runtime share: the network in MODEL, and a photo as it takes it."""
import io
import os

import numpy as np
import onnxruntime as ort
from PIL import Image

SIDE = int(os.environ["SIDE"])


def load():
    options = ort.SessionOptions()
    options.intra_op_num_threads = os.cpu_count()
    options.inter_op_num_threads = 1
    return ort.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])


def decode(photo):
    """A photo's bytes, or the photo opened, to SIDE x SIDE x 3 bytes: the square around its center, reduced."""
    image = Image.open(io.BytesIO(photo)) if isinstance(photo, bytes) else photo
    image = image.convert("RGB")
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    box = (left, top, left + side, top + side)
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=box))


def predict(session, pictures):
    """Probabilities, a row for each picture."""
    return session.run(None, {"pixels": np.stack(pictures)})[0]
