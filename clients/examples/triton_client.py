"""Classifies a photo over the Open Inference Protocol with Triton's client.   python triton_client.py MODEL PHOTO"""

import os
import sys
from urllib.parse import urlsplit

import numpy as np
import tritonclient.http as triton
from PIL import Image

MODEL, PHOTO = sys.argv[1:]
URL = urlsplit(os.environ["HUB_URL"])
HEADERS = {"Authorization": f"Bearer {os.environ['HUB_TOKEN']}"}

client = triton.InferenceServerClient(URL.netloc + URL.path, ssl=URL.scheme == "https")

# As pixels, of the side that the model asks for.
metadata = client.get_model_metadata(MODEL, headers=HEADERS)
_, side, _, _ = metadata["inputs"][0]["shape"]
photo = Image.open(PHOTO).convert("RGB").resize((side, side), Image.Resampling.BILINEAR)
pixels = np.asarray(photo, dtype=np.uint8)[np.newaxis]
image = triton.InferInput("image", pixels.shape, "UINT8")
image.set_data_from_numpy(pixels)
answer = client.infer(MODEL, [image], headers=HEADERS)
print("from pixels:", answer.as_numpy("label")[0].decode(), answer.as_numpy("probabilities").max())

# As an encoded photo, which the hub decodes and resizes as it did in training.
with open(PHOTO, "rb") as file:
    encoded = np.array([file.read()], dtype=np.object_)
image = triton.InferInput("image", encoded.shape, "BYTES")
image.set_data_from_numpy(encoded)
answer = client.infer(MODEL, [image], headers=HEADERS)
print("from the file:", answer.as_numpy("label")[0].decode(), answer.as_numpy("probabilities").max())
