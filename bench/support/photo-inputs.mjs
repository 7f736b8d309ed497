// Photos and requests over HTTP, and what a hub makes of them.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { SAMPLES } from './hub.mjs';

const SIDE = 32;
const CLASSIFY = '/v1/classify?model=cifar10&topK=10';
const INFER = '/v2/models/cifar10/infer';

/** Cases about one photo of the sample: its label and probability in every form, and refusals with status and message. */
export async function photoCases() {
  const [name] = (await readdir(join(SAMPLES, 'photos'))).sort();
  const shown = sharp(await readFile(join(SAMPLES, 'photos', name))).resize(SIDE, SIDE, { fit: 'cover' });
  const pixels = await shown.removeAlpha().toColourspace('srgb').raw().toBuffer();
  const photo = () => sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } });
  const png = await photo().png().toBuffer();
  return [...(await formsOf(photo, pixels)), ...refusals(png, await photo().jpeg().toBuffer(), pixels)];
}

/** Lossless forms of the photo: each has the answer of its pixels. */
async function formsOf(photo, pixels) {
  const encoded = {
    PNG: photo().png(),
    'a PNG of 16 bits': photo().toColourspace('rgb16').png(),
    'an interlaced PNG': photo().png({ progressive: true }),
    'a PNG with opaque transparency': photo().ensureAlpha().png(),
    'a lossless WebP': photo().webp({ lossless: true }),
    'a TIFF without compression': photo().tiff({ compression: 'none' }),
    'a TIFF with LZW': photo().tiff({ compression: 'lzw' }),
    'a PNG turned by its EXIF orientation': photo().rotate(270).withMetadata({ orientation: 6 }).png(),
  };
  const kind = 'photo';
  const forms = await Promise.all(
    Object.entries(encoded).map(async ([name, made]) => {
      const body = await made.toBuffer();
      return { kind, name, ask: (hub) => post(hub, CLASSIFY, body), isRight: true };
    }),
  );
  const body = await photo().png().toBuffer();
  const floats = Buffer.from(Float32Array.from(pixels).buffer);
  return [
    ...forms,
    { kind, name: 'a form with a PNG', ask: (hub) => post(hub, CLASSIFY, formOf(body)), isRight: true },
    { kind, name: 'pixels as JSON', ask: (hub) => infer(hub, { data: [...pixels] }), isRight: true },
    { kind, name: 'pixels as bytes', ask: (hub) => infer(hub, {}, pixels), isRight: true },
    { kind, name: 'pixels as floats', ask: (hub) => infer(hub, { datatype: 'FP32' }, floats), isRight: true },
  ];
}

function refusals(png, jpeg, pixels) {
  const of = (name, status, message, ask) => ({ kind: 'HTTP', name, ask, status, message });
  const posted = (name, status, message, body, headers, path = CLASSIFY) =>
    of(name, status, message, (hub) => post(hub, path, body, headers));
  const tensor = (name, message, changes, bytes = pixels) =>
    of(name, 400, message, (hub) => infer(hub, changes, bytes));
  const inferred = (name, message, body) => of(name, 400, message, (hub) => post(hub, INFER, body));
  return [
    posted('no photo', 400, 'The body of the request is empty', Buffer.alloc(0)),
    posted('a text', 422, 'not a JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP', Buffer.from('this is no photo')),
    posted('a JPEG that was cut', 422, 'truncated or damaged', jpeg.subarray(0, jpeg.length / 2)),
    posted('an SVG', 422, 'an SVG drawing', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')),
    posted('a video', 422, 'a video', Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1')),
    posted('more than 50 MB', 413, 'Photo is over 50 MB, the limit', Buffer.alloc(50_000_001)),
    posted('JSON in place of a photo', 415, 'Send the photo as', '{}', { 'content-type': 'application/json' }),
    posted('an unknown model', 404, 'Nothing serves none@production', png, {}, '/v1/classify?model=none'),
    posted('an unknown parameter', 400, 'is not a parameter', png, {}, `${CLASSIFY}&top=1`),
    posted('a parameter out of range', 400, 'must be a whole number', png, {}, '/v1/classify?model=cifar10&topK=0'),
    posted('a form with another field', 400, 'must have one file, "image"', formOf(png, 'picture')),
    posted('no token', 401, 'needs an access token', png, { authorization: '' }),
    of('GET in place of POST', 405, 'POST', (hub) => send(hub, CLASSIFY, { method: 'GET' })),
    inferred('a body that is no JSON', 'it is not valid JSON', '{"inputs": '),
    inferred('a list', 'must be an object (received [])', '[]'),
    inferred('no inputs', 'inputs: is missing', '{}'),
    tensor('another tensor', 'inputs[0].name: must be "image" (received "x")', { name: 'x' }),
    tensor('another data type', 'must be "UINT8" or "FP32" (received "INT64")', { datatype: 'INT64' }),
    tensor('another layout', 'must be [n, side, side, 3] (received [1,3,32,32])', { shape: [1, 3, SIDE, SIDE] }),
    tensor('a negative shape', 'must be 1 or more (received -1)', { shape: [-1, SIDE, SIDE, 3] }),
    tensor('too few bytes', 'has 3072 bytes', {}, pixels.subarray(1)),
    tensor('too many bytes', 'has 3072 bytes', {}, Buffer.concat([pixels, pixels])),
    tensor('bytes and data', 'both data and binary_data_size', { data: [1] }),
    tensor('more photos than a request may have', 'more than 32 photos', { shape: [33, SIDE, SIDE, 3] }),
    of('pixels of another size', 400, '32 x 32 pixels', (hub) =>
      infer(hub, { shape: [1, 2, 2, 3], data: new Array(12).fill(0) }),
    ),
    of('values above 255', 400, '255', (hub) => infer(hub, { data: new Array(3 * SIDE ** 2).fill(256) })),
  ];
}

/** @returns label and probability of the answer, or status and message of the refusal. */
export async function answerOf(response) {
  const json = await response.json();
  const message = json.error ?? json.errors?.[0]?.message;
  if (message !== undefined) return { status: response.status, message };
  if (json.label) return { label: json.label, probability: json.confidence };
  const [probabilities, label] = ['probabilities', 'label'].map((name) =>
    json.outputs.find((one) => one.name === name),
  );
  return { label: label.data[0], probability: Math.max(...probabilities.data) };
}

const formOf = (photo, field = 'image') => {
  const form = new FormData();
  form.append(field, new Blob([photo]), 'photo.png');
  return form;
};

const post = (hub, path, body, headers = {}) => send(hub, path, { method: 'POST', body, headers });

function send({ url, token }, path, { headers, ...options }) {
  return fetch(`${url}${path}`, { ...options, headers: { authorization: `Bearer ${token}`, ...headers } });
}

/** Sends pixels by the Open Inference Protocol: in the JSON, or as bytes after it. */
function infer(hub, changes, bytes) {
  const parameters = bytes ? { parameters: { binary_data_size: bytes.length } } : {};
  const tensor = { name: 'image', shape: [1, SIDE, SIDE, 3], datatype: 'UINT8', ...parameters, ...changes };
  const json = Buffer.from(JSON.stringify({ inputs: [tensor] }));
  const headers = bytes ? { 'inference-header-content-length': String(json.length) } : {};
  return post(hub, INFER, Buffer.concat([json, bytes ?? Buffer.alloc(0)]), headers);
}
