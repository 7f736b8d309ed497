import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { classifierModel } from '../../out/engines/onnx/classifier-model.js';
import { readClassifier } from '../../out/engines/read-classifier.js';
import { dataPaths } from '../../out/storage/data-folder.js';
import { openDatabase } from '../../out/storage/database.js';
import { FileBlobStore } from '../../out/storage/file-blobs.js';
import { register, settled, startHub, train } from './hub.mjs';
import { makePhotos } from './photos.mjs';

/** A margin that no form exceeds: accuracy on so few photos says nothing, and here speed alone is asked about. */
export const ANY_ACCURACY = ['--int8-margin', '100'];

/**
 * Lets a hub serve a network that was trained on photos. It is stopped when the forms with 8 bits have been made.
 * @param imageSizes one for each version, which differ in their seeds. @returns the photos' paths.
 */
export async function prepareHub(data, { backbone, imageSizes }) {
  const photos = await makePhotos(join(data, 'photos'), { train: 6, test: 2 });
  const folders = [join(data, 'photos'), dirname(resolve(backbone))];
  const hub = await startHub(data, ...ANY_ACCURACY, '--allow', ...folders);
  const { id } = await register(hub.client, 'photos', join(data, 'photos'));
  await hub.client.request(
    'mutation ($path: String!) { addBackbone(input: { name: "given", path: $path }) { name } }',
    {
      path: resolve(backbone),
    },
  );
  for (const [i, imageSize] of imageSizes.entries()) {
    const recipe = { imageSize, epochs: 1, seed: i + 1 };
    const { run } = await train(hub.client, { datasetVersionId: id, backbone: 'given', recipe });
    await hub.client.request(
      'mutation ($runId: ID!) { registerModelVersion(input: { runId: $runId, model: "photos" }) { number } }',
      { runId: run.id },
    );
  }
  await promote(hub.client, 1);
  await settled(hub.client);
  await hub.stop();
  return photos;
}

/** Pins the form of versions in a hub that is not running. @param precision FP32, BF16 or INT8. */
export async function pin(data, precision, { versions = [1], runtime = 'ONNX_RUNTIME' } = {}) {
  const hub = await startHub(data, ...ANY_ACCURACY);
  for (const version of versions) {
    await hub.client.request(
      `mutation ($version: Int!, $precision: PrecisionChoice!, $runtime: RuntimeChoice!) {
        setServingPrecision(input: { model: "photos", version: $version, precision: $precision, runtime: $runtime }) { number }
      }`,
      { version, precision, runtime },
    );
  }
  await hub.stop();
}

export async function promote(client, version) {
  await client.request(
    `mutation ($version: Int!) {
      promoteModelVersion(input: { model: "photos", version: $version, reason: "bench", overrideGate: true, now: true }) { number }
    }`,
    { version },
  );
}

/** How the load client asks this hub. */
export async function requestOf(hub, data) {
  const token = (await readFile(join(data, 'token'), 'utf8')).trim();
  const headers = { authorization: `Bearer ${token}` };
  return { url: `${hub.url}/v1/classify?model=photos&topK=1000`, form: 'file', field: 'image', headers };
}

/** The network of version 1 as files for the peers: ONNX models with floats and with 8 bits, and the head's weights. */
export async function exportNetwork(data, folder) {
  const paths = dataPaths(data);
  const { client, close } = await openDatabase({ folder: paths.database });
  const row = await client.modelVersion.findFirstOrThrow({
    where: { number: 1 },
    include: { backbone: true, serving: true },
  });
  await close();
  const blobs = new FileBlobStore(paths.blobs);
  const network = { backboneBlob: row.backbone.sha256, weightsBlob: row.weightsBlob, size: row.preprocessing };
  const files = {
    model: join(folder, 'network.onnx'),
    int8: join(folder, 'int8.onnx'),
    head: join(folder, 'head.safetensors'),
  };
  await writeFile(files.model, classifierModel(await readClassifier(blobs, network)));
  await writeFile(files.int8, await blobs.get(row.serving.quantizedBlob));
  await writeFile(files.head, await blobs.get(row.weightsBlob));
  return { ...files, folder, side: network.size.input, labels: row.labels };
}
