"""Asks a hub with stock clients of the Open Inference Protocol: Triton's over HTTP and gRPC, and KServe's where it is installed.

python oip_client.py URL MODEL GRPC_ADDRESS       the token is in HUB_TOKEN

Every form of a request must give the same answer. KServe's client runs in a process of its own: its messages and those of
Triton's client over gRPC have the same names, and Python loads only one of them. Prints one line of JSON: what was asked, and the answer.
Run with the packages of bench/peers/requirements-clients.txt.
"""

import asyncio
import base64
import json
import os
import struct
import subprocess
import sys
import urllib.request
import zlib
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import tritonclient.http as triton
import tritonclient.http.aio as triton_aio
from tritonclient.utils import InferenceServerException

URL, MODEL, GRPC_ADDRESS, *KSERVE = sys.argv[1:]
ADDRESS = URL.removeprefix("http://")
asked = []
if not KSERVE:
    import tritonclient.grpc as triton_grpc


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


def grpc_tensor(pixels, datatype="UINT8"):
    image = triton_grpc.InferInput("image", list(pixels.shape), datatype)
    types = {"UINT8": "uint8", "FP32": "float32", "BYTES": "object"}
    image.set_data_from_numpy(pixels.astype(types[datatype]))
    return image


def png(pixels):
    """A PNG of [side, side, 3]: encoded without loss, so that the hub sees the same pixels."""
    height, width, _ = pixels.shape

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def pixel_range(config):
    parameters = config["parameters"]
    return [int(parameters[f"pixel_{end}"]["string_value"]) for end in ("minimum", "maximum")]


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
    encoded = triton.InferInput("image", [len(pixels)], "BYTES")
    encoded.set_data_from_numpy(np.array([png(one) for one in pixels], dtype=object))
    agree("encoded photos", infer(encoded).as_numpy("probabilities"), expected)
    config = client.get_model_config(MODEL, headers=headers())
    assert config["max_batch_size"] >= 8 and config["input"][0]["dims"] == [side, side, 3], config
    assert pixel_range(config) == [0, 255]
    asked.append("configuration")
    [stats] = client.get_inference_statistics(MODEL, headers=headers())["model_stats"]
    assert stats["inference_count"] >= 3 and stats["inference_stats"]["success"]["ns"] > 0, stats
    asked.append("statistics")
    index = client.get_model_repository_index(headers=headers())
    assert {"name": MODEL, "version": "1", "state": "READY", "reason": ""} in index, index
    asked.append("index")
    refused("load", lambda: client.load_model(MODEL, headers=headers()), "501")
    later = client.async_infer(MODEL, [tensor(pixels)], headers=headers())
    agree("async", later.get_result().as_numpy("probabilities"), expected)

    refused("no token", lambda: client.infer(MODEL, [tensor(pixels)]), "401")
    refused("no such model", lambda: client.infer("none", [tensor(pixels)], headers=headers()), "404")
    refused("another size", lambda: infer(tensor(pixels[:, 1:, 1:])), "400")
    refused("normalised", lambda: infer(tensor(pixels / 127.5 - 1, "FP32")), "400")
    refused("33 pictures", lambda: infer(tensor(np.repeat(pixels, 11, axis=0))), "400")
    client.close()
    return pixels, names, expected


def refused_over_grpc(form, call, status):
    try:
        call()
    except InferenceServerException as error:
        assert error.status() == f"StatusCode.{status}", (form, error.status(), error.message())
        return asked.append(f"refused over gRPC: {form}")
    raise AssertionError(f"{form} was not refused")


def ask_with_triton_grpc(pixels, names, expected):
    client = triton_grpc.InferenceServerClient(GRPC_ADDRESS)
    own = {"authorization": headers()["Authorization"]}
    assert client.is_server_live() and client.is_server_ready()
    assert client.is_model_ready(MODEL, headers=own) and client.is_model_ready(MODEL, "1", headers=own)
    assert not client.is_model_ready("none", headers=own)
    assert "statistics" in client.get_server_metadata(headers=own).extensions
    metadata = client.get_model_metadata(MODEL, headers=own)
    assert list(metadata.inputs[0].shape) == [-1, *pixels.shape[1:]], metadata
    config = client.get_model_config(MODEL, headers=own, as_json=True)["config"]
    assert pixel_range(config) == [0, 255] and config["output"][0]["data_type"] == "TYPE_FP32", config
    asked.append("gRPC: configuration")
    stats = client.get_inference_statistics(MODEL, headers=own).model_stats[0]
    assert stats.inference_count >= 3 and stats.inference_stats.success.ns > 0, stats
    asked.append("gRPC: statistics")
    index = client.get_model_repository_index(headers=own).models
    assert (MODEL, "1", "READY") in [(each.name, each.version, each.state) for each in index], index
    asked.append("gRPC: index")

    def infer(image, **options):
        return client.infer(MODEL, [image], headers=own, **options)

    for datatype in ("UINT8", "FP32"):
        answer = infer(grpc_tensor(pixels, datatype))
        assert [label.decode() for label in answer.as_numpy("label")] == names
        agree(f"gRPC: {datatype}", answer.as_numpy("probabilities"), expected)
    encoded = np.array([png(one) for one in pixels], dtype=object)
    agree("gRPC: encoded photos", infer(grpc_tensor(encoded, "BYTES")).as_numpy("probabilities"), expected)
    for algorithm in ("gzip", "deflate"):
        answer = infer(grpc_tensor(pixels), compression_algorithm=algorithm)
        agree(f"gRPC: {algorithm}", answer.as_numpy("probabilities"), expected)
    answer = infer(grpc_tensor(pixels), model_version="1", request_id="my-id", timeout=5_000_000, client_timeout=10)
    assert answer.get_response().id == "my-id" and answer.get_response().model_version == "1"
    agree("gRPC: version, id and timeouts", answer.as_numpy("probabilities"), expected)
    output = triton_grpc.InferRequestedOutput("probabilities", class_count=2)
    ranked = infer(grpc_tensor(pixels), outputs=[output]).as_numpy("probabilities")
    assert [text.decode().split(":")[2] for text in ranked[:, 0]] == names, ranked
    asked.append("gRPC: classification")

    refused_over_grpc("no token", lambda: client.infer(MODEL, [grpc_tensor(pixels)]), "UNAUTHENTICATED")
    refused_over_grpc("no such model", lambda: client.infer("none", [grpc_tensor(pixels)], headers=own), "NOT_FOUND")
    refused_over_grpc("another size", lambda: infer(grpc_tensor(pixels[:, 1:, 1:])), "INVALID_ARGUMENT")
    refused_over_grpc("normalised", lambda: infer(grpc_tensor(pixels / 127.5 - 1, "FP32")), "INVALID_ARGUMENT")
    refused_over_grpc("load", lambda: client.load_model(MODEL, headers=own), "UNIMPLEMENTED")
    refused_over_grpc("stream", lambda: client.get_trace_settings(headers=own), "UNIMPLEMENTED")
    client.close()


def ask_without_a_client(pixels, expected):
    """Requests whose body is one photo, and KServe's first version."""

    def post(path, body, more):
        request = urllib.request.Request(URL + path, body, {**headers(), **more})
        return json.load(urllib.request.urlopen(request))

    raw = {"Content-Type": "application/octet-stream", "Inference-Header-Content-Length": "0"}
    for form, body in (("pixels", pixels[0].tobytes()), ("photo", png(pixels[0]))):
        answer = post(f"/v2/models/{MODEL}/infer", body, raw)
        probabilities = np.array(answer["outputs"][0]["data"], dtype=np.float32).reshape(1, -1)
        agree(f"raw body: {form}", probabilities, expected[:1])
    encoded = [{"b64": base64.b64encode(png(one)).decode()} for one in pixels]
    for form, instances in (("pixels", pixels.tolist()), ("photos", encoded)):
        body = json.dumps({"instances": instances}).encode()
        answer = post(f"/v1/models/{MODEL}:predict", body, {"Content-Type": "application/json"})
        probabilities = np.array([each["probabilities"] for each in answer["predictions"]], dtype=np.float32)
        agree(f"version 1: {form}", probabilities, expected)


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
    first = InferenceRESTClient(RESTConfig(protocol="v1"))
    assert await first.is_model_ready(URL, MODEL, headers=headers())
    answer = await first.infer(URL, {"instances": pixels.tolist()}, model_name=MODEL, headers=headers())
    probabilities = np.array([each["probabilities"] for each in answer["predictions"]], dtype=np.float32)
    agree("kserve, version 1", probabilities, expected)
    await first.close()


def installed(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return None


if KSERVE:
    side = triton.InferenceServerClient(ADDRESS).get_model_metadata(MODEL, headers=headers())["inputs"][0]["shape"][1]
    pixels = np.random.default_rng(0).integers(0, 256, (3, side, side, 3), dtype=np.uint8)
    answer = triton.InferenceServerClient(ADDRESS).infer(MODEL, [tensor(pixels)], headers=headers())
    names = [label.decode() for label in answer.as_numpy("label")]
    asyncio.run(ask_with_kserve(pixels, names, answer.as_numpy("probabilities")))
    print(json.dumps(asked))
    sys.exit()

pixels, names, expected = ask_with_triton()
asyncio.run(ask_with_triton_aio(pixels, expected))
ask_with_triton_grpc(pixels, names, expected)
ask_without_a_client(pixels, expected)
clients = {package: installed(package) for package in ("tritonclient", "kserve")}
if clients["kserve"]:
    command = [sys.executable, __file__, *sys.argv[1:], "kserve"]
    asked += json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1])
print(json.dumps({"clients": clients, "asked": asked, "labels": names, "probabilities": expected.tolist()}))
