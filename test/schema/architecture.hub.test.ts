import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ClassificationAnswer, RunAnswer } from '../support/answers.js';
import { colourPhoto } from '../support/colour-images.js';
import { HubCommands } from '../support/command.js';
import { PATIENTLY } from '../support/hub-user.js';
import { QUICK } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

const BACKBONE = 'efficientnet-lite0';

interface ArchitectureAnswer {
  readonly name: string;
  readonly firstTrainedLayers: readonly string[];
  readonly fineTuneFrom: string;
}

interface VersionAnswer {
  readonly testAccuracy: number;
  readonly backbone: { readonly name: string };
  readonly exports: readonly { readonly format: string; readonly link: string }[];
}

describe('a backbone of another architecture', () => {
  let hub: TestHub;
  let datasetVersionId: string;
  let head: RunAnswer;

  beforeAll(async () => {
    const colours = await TestHub.startWithColours();
    ({ hub, datasetVersionId } = { hub: colours, datasetVersionId: colours.datasetVersionId });
    head = await hub.train({ datasetVersionId, backbone: BACKBONE, recipe: { ...QUICK, imageSize: 32 } });
  });
  afterAll(() => hub.remove());

  const fineTune = async (input: object): Promise<RunAnswer> => {
    const started = { input: { parentRunId: head.id, epochs: 2, learningRate: 0.001, ...input } };
    const { startFineTuneRun } = await hub.ask<{ startFineTuneRun: { id: string } }>('start-fine-tune-run', started);
    return hub.ended(startFineTuneRun.id);
  };
  const versions = async (model: string): Promise<readonly VersionAnswer[]> =>
    (await hub.ask<{ model: { versions: VersionAnswer[] } }>('model-exports', { model })).model.versions;
  const get = (path: string): Promise<Response> =>
    hub.fetch(path, { headers: { authorization: `Bearer ${hub.token}` } });

  it('is described before and after it is added', async () => {
    const about = async (backbone: string): Promise<ArchitectureAnswer> =>
      (await hub.ask<{ architecture: ArchitectureAnswer }>('architecture', { backbone })).architecture;
    expect(await about(BACKBONE)).toMatchObject({
      name: 'EfficientNet-Lite0 x 0.125', // the narrow one of tests
      smallestImage: 32,
      suggestedImageSize: 128,
      preprocessing: '(x - 127) / 128',
      features: 160,
      fineTuneFrom: 'block10',
      firstTrainedLayers: expect.arrayContaining(['block0', 'block15', 'top_conv']),
    });
    expect(await about('imagenet')).toMatchObject({
      name: 'InceptionV3',
      smallestImage: 75,
      suggestedImageSize: 75,
      fineTuneFrom: 'mixed5',
    });
    await expect(about('resnet')).rejects.toMatchObject({ code: 'BACKBONE_UNAVAILABLE' });
  });

  it('trains a head on images that InceptionV3 cannot compute', async () => {
    expect(head).toMatchObject({ state: 'SUCCEEDED', error: null, backboneName: BACKBONE });
    expect(head.testAccuracy).toBeGreaterThan(0.6); // by chance 0.33
    const input = { datasetVersionId, backbone: 'tiny-imagenet-2', recipe: { imageSize: 32 } };
    await expect(hub.ask('start-transfer-run', { input })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: 'The recipe cannot be used: imageSize: must be 75 or more for InceptionV3 (received 32).',
    });
  });

  it('is fine-tuned after its own layer by default, and after its own layers only', async () => {
    expect(await fineTune({})).toMatchObject({ state: 'SUCCEEDED', error: null, recipe: { splitLayer: 'block10' } });
    await expect(fineTune({ fineTuneFrom: 'mixed5' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message:
        'Fine-tuning EfficientNet-Lite0 x 0.125 starts after one of its blocks, block0 to top_conv (received "mixed5").',
    });
  });

  it('serves what it learned, explains it, and comes back from its export; Keras has no file of it', async () => {
    const tuned = await fineTune({ fineTuneFrom: 'block4' });
    await hub.registerModel(tuned.id, 'lite');
    await hub.ask('promote', { now: true, model: 'lite', version: 1, reason: 'the first' });
    const photo = await colourPhoto('green', 7, 64, 48);
    const { classify } = await hub.send<{ classify: ClassificationAnswer }>('classify', 'image', photo, {
      model: 'lite',
    });
    expect(classify.label).toBe('green');
    await hub.send('explain', 'image', photo, { model: 'lite' });

    const [version] = await versions('lite');
    expect(version!.exports.map(({ format }) => format)).toEqual(['ONNX', 'SAFETENSORS']);
    const keras = await get('/v1/models/lite/versions/1/export?format=keras');
    expect(await keras.json()).toMatchObject({
      errors: [{ message: expect.stringContaining('has no Keras file: Keras has no EfficientNet-Lite0') }],
    });
    const { link } = version!.exports.find(({ format }) => format === 'SAFETENSORS')!;
    const content = new Uint8Array(await (await get(link)).arrayBuffer());
    const asked = { model: 'copy', datasetVersionId };
    await hub.send('import-model-version', 'upload', content, asked);
    const copied = async () => (await versions('copy').catch(() => []))[0];
    const copy = await vi.waitUntil(copied, PATIENTLY);
    expect(copy.testAccuracy).toBe(version!.testAccuracy);
  });

  it('is trained by a recipe of the terminal, with its own layers', async () => {
    const { run } = new HubCommands(() => hub);
    const options = ['--recipe', 'best', '--backbone', BACKBONE, '--image-size', '32', '--set', 'epochs=1', '--json'];
    const { stdout } = await run('train', '--dataset', 'colours', ...options);
    const { runs } = JSON.parse(stdout) as { runs: RunAnswer[] };
    const layers = await Promise.all(runs.map(async ({ id }) => (await hub.run(id)).recipe.splitLayer));
    expect(layers).toEqual(['avg_pool', 'block4']);
  });
});
