"""Asks a hub with stock clients of the Open Inference Protocol: Triton's, and KServe's where it is installed.

python oip_client.py URL MODEL       the token is in HUB_TOKEN

Every form of a request must give the same answer. Prints one line of JSON: what was asked, and the answer.
Run with the packages of bench/peers/requirements-clients.txt.
"""

import asyncio
import json
import os
import sys
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import tritonclient.http as triton
import tritonclient.http.aio as triton_aio
from tritonclient.utils import InferenceServerException

URL, MODEL = sys.argv[1:]
ADDRESS = URL.removeprefix("http://")
asked = []


def headers():
    """New ones each time: Triton's client writes the length of a request's JSON into those that it is given."""
    return {"Authorization": f"Bearer {os.environ['HUB_TOKEN']}"}


def agree(form, probabilities, expected):
    assert probabilities.shape == expected.shape, (form, probabilities.shape)
    assert np.allclose(probabilities, expected, atol=1e-5), (form, probabilities, expected)
    asked.append(form)


def refused(form, call, status):
    try:
        call()
    except InferenceServerException as error:
        assert error.status() == status, (form, error.status(), error.message())
        assert "occurred in the client while decoding" not in error.message(), (form, error.message())
        return asked.append(f"refused: {form}")
    raise AssertionError(f"{form} was not refused")


def tensor(pixels, datatype="UINT8", binary=True):
    image = triton.InferInput("image", list(pixels.shape), datatype)
    image.set_data_from_numpy(pixels.astype("uint8" if datatype == "UINT8" else "float32"), binary_data=binary)
    return image


def ask_with_triton():
    client = triton.InferenceServerClient(ADDRESS)
    assert client.is_server_live() and client.is_server_ready()
    assert client.is_model_ready(MODEL, headers=headers()) and client.is_model_ready(MODEL, "1", headers=headers())
    assert not client.is_model_ready("none", headers=headers())
    assert "binary_tensor_data" in client.get_server_metadata(headers=headers())["extensions"]
    metadata = client.get_model_metadata(MODEL, headers=headers())
    side = metadata["inputs"][0]["shape"][1]
    labels = metadata["outputs"][0]["parameters"]["labels"].split("\n")
    pixels = np.random.default_rng(0).integers(0, 256, (3, side, side, 3), dtype=np.uint8)

    def infer(image, **options):
        return client.infer(MODEL, [image], headers=headers(), **options)

    answer = infer(tensor(pixels))
    expected = answer.as_numpy("probabilities")
    assert expected.dtype == np.float32 and expected.shape == (3, len(labels))
    assert np.allclose(expected.sum(axis=1), 1, atol=1e-5)
    names = [label.decode() for label in answer.as_numpy("label")]
    assert names == [labels[i] for i in expected.argmax(axis=1)], names
    for datatype in ("UINT8", "FP32"):
        for binary in (True, False):
            for wanted in (True, False):
                form = f"{datatype}, {'binary' if binary else 'JSON'} in, {'binary' if wanted else 'JSON'} out"
                output = triton.InferRequestedOutput("probabilities", binary_data=wanted)
                answer = infer(tensor(pixels, datatype, binary), outputs=[output])
                agree(form, answer.as_numpy("probabilities"), expected)
    for algorithm in ("gzip", "deflate"):
        both = {"request_compression_algorithm": algorithm, "response_compression_algorithm": algorithm}
        agree(algorithm, infer(tensor(pixels), **both).as_numpy("probabilities"), expected)
    answer = infer(tensor(pixels), model_version="1", request_id="my-id", priority=1, timeout=5_000_000)
    assert answer.get_response()["id"] == "my-id" and answer.get_response()["model_version"] == "1"
    agree("version, id, priority and timeout", answer.as_numpy("probabilities"), expected)
    for wanted in (True, False):
        output = triton.InferRequestedOutput("probabilities", binary_data=wanted, class_count=2)
        ranked = infer(tensor(pixels), outputs=[output]).as_numpy("probabilities")
        assert ranked.shape == (3, 2), ranked.shape
        firsts = [(text if isinstance(text, str) else text.decode()).split(":")[2] for text in ranked[:, 0]]
        assert firsts == names, firsts
        asked.append(f"classification, {'binary' if wanted else 'JSON'} out")
    later = client.async_infer(MODEL, [tensor(pixels)], headers=headers())
    agree("async", later.get_result().as_numpy("probabilities"), expected)

    refused("no token", lambda: client.infer(MODEL, [tensor(pixels)]), "401")
    refused("no such model", lambda: client.infer("none", [tensor(pixels)], headers=headers()), "404")
    refused("another size", lambda: infer(tensor(pixels[:, 1:, 1:])), "400")
    refused("normalised", lambda: infer(tensor(pixels / 127.5 - 1, "FP32")), "400")
    refused("33 pictures", lambda: infer(tensor(np.repeat(pixels, 11, axis=0))), "400")
    client.close()
    return pixels, names, expected


async def ask_with_triton_aio(pixels, expected):
    async with triton_aio.InferenceServerClient(ADDRESS) as client:
        answers = await asyncio.gather(*(client.infer(MODEL, [tensor(pixels)], headers=headers()) for _ in range(4)))
        for answer in answers:
            agree("aio", answer.as_numpy("probabilities"), expected)


async def ask_with_kserve(pixels, names, expected):
    import httpx
    from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    assert await client.is_server_live(URL) and await client.is_server_ready(URL)
    assert await client.is_model_ready(URL, MODEL, headers=headers())
    assert not await client.is_model_ready(URL, "none", headers=headers())
    for binary in (True, False):
        image = InferInput("image", list(pixels.shape), "UINT8")
        image.set_data_from_numpy(pixels, binary_data=binary)
        answer = await client.infer(URL, InferRequest(MODEL, [image]), model_name=MODEL, headers=headers())
        by_name = {output.name: output for output in answer.outputs}
        got = by_name["label"].as_numpy().tolist()
        assert [name if isinstance(name, str) else name.decode() for name in got] == names, got
        agree(f"kserve, {'binary' if binary else 'JSON'} in", by_name["probabilities"].as_numpy(), expected)
    try:
        await client.infer(URL, {"inputs": []}, model_name=MODEL, headers=headers())
        raise AssertionError("no inputs were not refused")
    except httpx.HTTPStatusError as error:
        assert error.response.status_code == 400 and "inputs" in str(error), error
        asked.append("refused: kserve, no inputs")
    await client.close()


def installed(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return None


pixels, names, expected = ask_with_triton()
asyncio.run(ask_with_triton_aio(pixels, expected))
clients = {package: installed(package) for package in ("tritonclient", "kserve")}
if clients["kserve"]:
    asyncio.run(ask_with_kserve(pixels, names, expected))
print(json.dumps({"clients": clients, "asked": asked, "labels": names, "probabilities": expected.tolist()}))
