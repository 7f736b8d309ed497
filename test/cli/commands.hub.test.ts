import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { EXIT } from '../../src/cli/exit.js';
import { machineName } from '../../src/domain/model/precision-service.js';
import type { PrismaClient } from '../../src/storage/database.js';
import { type Files, zipOf } from '../datasets/archives.js';
import { COLOUR_NAMES, colourImages, colourPhoto } from '../support/colour-images.js';
import { HubCommands, runHub } from '../support/command.js';
import { HOPELESS } from '../support/recipes.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

interface Named {
  readonly id: string;
  readonly number: number;
}

describe('hub, beside a hub that runs', () => {
  let hub: HubWithColours;
  const { run, runWithInput, shown, json, refused } = new HubCommands(() => hub);
  /** 6 images of each color for training, 2 for testing. */
  let images: Files;
  /** A run that learned nothing. */
  let hopeless: string;

  beforeAll(async () => {
    hub = await TestHub.startWithColours({ rows: measuredAsSlow });
    images = await colourImages({ train: 6, test: 2 });
    hopeless = (await hub.train({ datasetVersionId: hub.datasetVersionId, recipe: HOPELESS })).id;
  });
  afterAll(() => hub.remove());

  const register = (dataset: string, archive: Uint8Array): Promise<unknown> =>
    hub.send('register-upload', 'upload', archive, { dataset });

  it('finds the hub of a data folder at any port', async () => {
    const { code, stdout, stderr } = await runHub('dataset', 'list', '--data', hub.data);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('colours');
  });

  it('creates a dataset', async () => {
    const create = ['dataset', 'create', 'created'];
    expect(await json(...create, '--description', 'One colour each')).toMatchObject({
      dataset: { name: 'created', description: 'One colour each' },
    });
    expect(await refused(2, ...create)).toContain('There is a dataset named created already');
  });

  it('registers an archive of this machine, and shows what came of it', async () => {
    await hub.ask('create-dataset', { name: 'sent' });
    const archive = await hub.file('sent.zip', await zipOf(images));
    const text = await shown('dataset', 'register', 'sent', archive, '--upload');
    expect(text).toMatch(/^version +sent 1$/m);
    expect(text).toMatch(/^blue +6 +0 +2$/m);
  });

  it('registers a folder of this machine as the archive of it', async () => {
    const folder = join(hub.outside, 'folder');
    for (const [name, content] of Object.entries(await colourImages())) {
      const file = join(folder, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content as Buffer);
    }
    const { datasetVersion } = await json<{ datasetVersion: Named }>(
      ...['dataset', 'register', 'colours', folder, '--upload'],
    );
    // The same data as the archive of version 1: the same version.
    expect(datasetVersion).toMatchObject({
      id: hub.datasetVersionId,
      number: 1,
      imageCount: 84,
      rejectedCount: 0,
    });
  });

  it('registers a path of the server, with splits drawn as asked', async () => {
    await hub.register('drawn', await zipOf(images));
    const noSplits = Object.fromEntries(
      Object.entries(images).map(([name, content]) => [name.replace(/^(train|test)\/(\w+)\//, '$2/$1-'), content]),
    );
    const path = await hub.file('drawn.zip', await zipOf(noSplits));
    const draw = ['--test-fraction', '0.25', '--validation-fraction', '0.25', '--seed', '3'];
    const { datasetVersion } = await json<{ datasetVersion: { number: number; splits: unknown } }>(
      ...['dataset', 'register', 'drawn', path, ...draw],
    );
    expect(datasetVersion.number).toBe(2);
    expect(datasetVersion.splits).toMatchObject([{ images: 12 }, { images: 6 }, { images: 6 }]);
  });

  it('refuses what cannot be registered', async () => {
    const path = hub.outside;
    expect(await refused(2, 'dataset', 'register', 'colours', path)).toContain('--allow FOLDER');
    expect(await refused(2, 'dataset', 'register', 'colours', 'nothing', '--upload')).toContain('cannot be read');
    expect(await refused(3, 'dataset', 'register', 'shapes', path, '--upload')).toContain('hub dataset create shapes');
  });

  it('lists datasets, and shows one with any of its versions', async () => {
    await hub.ask('create-dataset', { name: 'listed', description: 'One colour each' });
    await register('listed', await zipOf(images));
    await register('listed', await zipOf(await colourImages({ train: 3, test: 1 })));
    expect(await shown('dataset', 'list')).toMatch(/^listed +2 +12 +3 +One colour each$/m);
    expect(await json('dataset', 'show', 'listed')).toMatchObject({ version: { number: 2 } });
    expect(await json('dataset', 'show', 'listed', '1')).toMatchObject({ version: { number: 1 } });
    expect(await refused(3, 'dataset', 'show', 'listed', '7')).toContain('no version 7');
    expect(await refused(3, 'dataset', 'show', 'shapes')).toContain('no dataset named shapes');
    expect(await refused(2, 'train')).toMatch(/There are several datasets: choose one with --dataset .+, --dataset /);
  });

  it('starts a run without waiting, and follows it with every epoch', async () => {
    const train = ['train', '--dataset', 'colours', '--dataset-version', '1', '--backbone', 'tiny-imagenet-2'];
    const { runs } = await json<{ runs: Named[] }>(...train, '--detach');
    const ended = await run('run', 'follow', runs[0]!.id, '--json');
    expect(ended.code, ended.stderr).toBe(0);
    const { run: followed } = JSON.parse(ended.stdout) as { run: { epochs: unknown[] } };
    expect(followed).toMatchObject({ id: runs[0]!.id, state: 'SUCCEEDED' });
    const lines = ended.stderr.split('\n').filter((line) => /^epoch \d+, loss .+ validation accuracy /.test(line));
    expect(lines.length).toBeLessThanOrEqual(followed.epochs.length); // it may have begun before we looked
    expect(ended.stderr).toMatch(/Run \S+: test accuracy \d+\.\d%/);
  });

  it('queues all runs of a recipe without waiting; cancelling one cancels those after it', async () => {
    const train = ['train', '--dataset', 'colours', '--dataset-version', '1', '--recipe', 'seed'];
    const bundled = ['--backbone', 'tiny-imagenet-2'];
    expect(await refused(2, ...train, '--detach', '--follow')).toContain('cannot be used with');
    const { runs } = await json<{ runs: (Named & { kind: string })[] }>(...train, ...bundled, '--detach');
    expect(runs.map(({ kind }) => kind)).toEqual(['TRANSFER', 'FINE_TUNE', 'FINE_TUNE']);
    await shown('run', 'cancel', runs[0]!.id);
    const { code, stderr } = await run('run', 'follow', runs[2]!.id);
    expect({ code, stderr }).toEqual({
      code: 6,
      stderr: expect.stringContaining(`Its parent run ${runs[0]!.id} was cancelled.`),
    });
  });

  it('lists runs by page, and shows one', async () => {
    const newest = await hub.train({ datasetVersionId: hub.datasetVersionId, recipe: HOPELESS });
    const { next, runs } = await json<{ next: string; runs: Named[] }>('runs', '--first', '1');
    expect(runs.map(({ id }) => id)).toEqual([newest.id]);
    const rest = await shown('runs', '--after', next);
    expect(rest).toMatch(
      new RegExp(`^${hub.runId.slice(-8)} +- +SUCCEEDED +TRANSFER +colours 1 +tiny-imagenet-2 `, 'm'),
    );
    expect(rest).not.toContain(newest.id.slice(-8));
    expect(await shown('runs', '--first', '1')).toContain(`Next page: --after ${next}`);
    const text = await shown('run', 'show', hub.runId);
    expect(text).toMatch(/^state +SUCCEEDED$/m);
    expect(text).toMatch(/^learningRate +0\.003$/m);
    expect(text).toMatch(/^ +40 +\d\.\d{4} +\d+\.\d% +\d\.\d{4} +\d+\.\d% +\S/m); // the last epoch
    expect(await refused(3, 'run', 'show', 'nothing')).toContain('no run nothing');
    expect(await refused(2, 'run', 'cancel', hub.runId)).toContain('SUCCEEDED');
  });

  it('makes model versions of runs, and promotes the first', async () => {
    expect(await json('model', 'register', 'made', hopeless)).toMatchObject({ modelVersion: { number: 1 } });
    expect(await shown('model', 'register', 'made', hub.runId)).toMatch(/^version +2$/m);
    expect(await shown('promote', 'made', '1', '--now', '--reason', 'first')).toBe(
      'made version 1 serves as production\n',
    );
    expect(await refused(3, 'promote', 'made', '9', '--reason', 'x')).toContain('no version 9');
    expect(await refused(2, 'promote', 'made', '2', '--now', '--reason', 'x', '--expect', '2')).toContain(
      'Check the alias, then try again.',
    );
    expect(await refused(2, 'promote', 'made', '2')).toContain("required option '--reason <text>'");
  });

  it('rolls back to what served before, twice to where it was, over the gate', async () => {
    for (const id of [hopeless, hub.runId]) await hub.registerModel(id, 'rolled');
    await shown('promote', 'rolled', '1', '--now', '--reason', 'first');
    expect(await refused(2, 'rollback', 'rolled')).toContain('pointed to no version before its last move');
    await shown('promote', 'rolled', '2', '--now', '--reason', 'better');
    expect(await refused(2, 'promote', 'rolled', '1', '--reason', 'x')).toContain('The gate refuses version 1');
    expect(await shown('rollback', 'rolled')).toBe('rolled version 1 serves as production again\n');
    expect(await shown('rollback', 'rolled', '--reason', 'a mistake')).toContain('rolled version 2');
    expect(await refused(3, 'rollback', 'shapes')).toContain('No model named shapes has an alias production');
    expect(await refused(3, 'rollback', 'rolled', '--alias', 'candidate')).toContain('has an alias candidate');
    expect(await shown('model', 'list')).toMatch(/^rolled +2 +production 2$/m);
    const text = await shown('model', 'show', 'rolled');
    expect(text).toMatch(/production +1 +2 +FP32 +ONNX_RUNTIME +first +not asked \(rollback\) +a mistake$/m);
    expect(text).toMatch(/production +2 +1 +FP32 +ONNX_RUNTIME +first +not asked \(rollback\) +rollback$/m);
  });

  it('pins the precision with which a version serves, and shows it with the reason', async () => {
    expect(await shown('model', 'precision', 'colours', '1', 'fp32')).toMatch(
      /^serves with +FP32\nreason +FP32 was chosen\.$/m,
    );
    expect(await json('model', 'precision', 'colours', '1', 'fp32')).toMatchObject({
      modelVersion: { number: 1, serving: { state: 'READY', choice: 'FP32', chosenBy: 'first' } },
    });
    expect(await shown('model', 'show', 'colours')).toMatch(/^ +1 +FP32 +50\.0% +3\.25 +2\.5 +FP32 was chosen\.$/m);
    expect(await refused(3, 'model', 'precision', 'colours', '9', 'int8')).toContain('no version 9');
    expect(await refused(2, 'model', 'precision', 'colours', '1', 'int4')).toContain('auto, fp32, bf16, int8');
  });

  it('classifies many photos, one of them from standard input', async () => {
    const photos = await Promise.all(COLOUR_NAMES.map((colour) => colourPhoto(colour, 99, 64, 48)));
    const paths = await Promise.all(COLOUR_NAMES.map((colour, i) => hub.file(`${colour}.png`, photos[i]!)));
    const command = ['classify', ...paths, '-', '--model', 'colours', '--top', '2', '--json'];
    const { code, stdout, stderr } = await runWithInput(photos[2]!, ...command);
    expect(code, stderr).toBe(0);
    const { classifications } = JSON.parse(stdout) as { classifications: { file: string; top: unknown[] }[] };
    expect(classifications).toMatchObject([
      ...COLOUR_NAMES.map((label, i) => ({ file: paths[i], label, modelVersion: 1 })),
      { file: '-', label: COLOUR_NAMES[2] },
    ]);
    for (const { top } of classifications) expect(top).toHaveLength(2);
  });

  it('keeps rules that start training', async () => {
    const rule = ['colours', 'often'] as const;
    expect(await refused(2, 'rule', 'save', ...rule, '--reason', 'r')).toContain(
      'Give one of --every, --judged, --drift, --accuracy; none was',
    );
    const two = ['--every', '1', '--drift', '0.2'];
    expect(await refused(2, 'rule', 'save', ...rule, ...two, '--reason', 'r')).toContain(
      '--every and --drift was received',
    );
    const saved = await shown('rule', 'save', ...rule, '--judged', '5000', '--no-add-judged', '--reason', 'r');
    expect(saved).toMatch(/^waits for +5000 judged photos$/m);
    expect(saved).toMatch(/^data +the newest version of the dataset$/m);
    expect(await shown('rule', 'list', 'colours')).toMatch(
      /^often +dry-run +5000 judged photos +register +- +\d+ kept photos? w/m,
    );
    expect(await refused(2, 'rule', 'switch', ...rule, 'maybe', '--reason', 'r')).toContain(
      'off, dry-run, on; maybe was',
    );
    expect(await shown('rule', 'switch', ...rule, 'on', '--reason', 'r')).toMatch(/^Rule often of colours: on\. /);
    expect(await shown('rule', 'show', ...rule)).toMatch(/^mode +on$/m);
    const changed = await shown('rule', 'save', ...rule, '--every', '0.5', '--reason', 'r');
    expect(changed).toMatch(/^mode +on$/m); // settings that are not given stay
    expect(changed).toMatch(/^waits for +every 12 hours$/m);
    expect(changed).toMatch(/^data +the newest version of the dataset$/m);
    expect(await refused(3, 'rule', 'list', 'nothing')).toContain('There is no model named nothing');
    await shown('rule', 'delete', ...rule, '--reason', 'r');
    expect(await refused(3, 'rule', 'show', ...rule)).toContain('colours has no retraining rule named often.');
  });

  it('classifies a folder of this machine as a job, saves the answers, and shows the job', async () => {
    const folder = join(hub.outside, 'batch');
    await mkdir(folder);
    for (const colour of ['blue', 'red'] as const)
      await writeFile(join(folder, `${colour}.png`), await colourPhoto(colour, 5, 32, 32));
    const out = join(hub.outside, 'answers.csv');
    const text = await shown('predict', 'start', 'colours', folder, '--upload', '--out', out);
    expect(text).toMatch(/^state +SUCCEEDED$/m);
    const lines = (await readFile(out, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => line.split(',')[3])).toEqual(['label', 'blue', 'red']);
    const { jobs } = await json<{ jobs: { id: string }[] }>('predict', 'list', '--model', 'colours');
    const [job] = jobs as [{ id: string }];
    const more = join(hub.outside, 'answers.parquet');
    await shown('predict', 'download', job.id, '--format', 'parquet', '--out', more);
    expect((await readFile(more)).toString('latin1', 0, 4)).toBe('PAR1');
    expect(await refused(2, 'predict', 'cancel', job.id)).toContain('is SUCCEEDED and cannot be cancelled');
    await shown('predict', 'delete', job.id);
    expect(await refused(3, 'predict', 'show', job.id)).toContain('There is no prediction job');
  });

  it('classifies the others where one is no photo, and says so at the end', async () => {
    const photo = await hub.file('one-red.png', await colourPhoto('red', 99, 64, 48));
    expect(await refused(2, 'classify', photo)).toMatch(/^hub: Several models serve as production: .*--model colours/);
    expect(await refused(2, 'classify', photo, '--alias', 'staging')).toContain('No model serves as staging: ');
    const other = await hub.file('note.png', 'a note');
    const { code, stdout, stderr } = await run('classify', photo, other, '--model', 'colours');
    expect(code).toBe(2);
    expect(stdout).toMatch(/one-red\.png +red \d+\.\d% +1 +\d+$/m);
    expect(stderr).toMatch(/^hub: 1 of 2 photos were refused: see the reasons above\.$/m);
    expect(await refused(2, 'classify', photo, 'nothing.png', '--model', 'colours')).toContain('nothing.png');
  });

  it.each<[keyof typeof EXIT, string, readonly string[]]>([
    ['refused', 'what the hub refuses', ['runs', '--first', '1000']],
    ['notFound', 'what is not there', ['run', 'follow', 'nothing']],
    ['notAllowed', 'a token that the hub does not know', ['runs', '--token', 'x']],
  ])('ends as %s for %s', async (exit, _, command) => {
    expect((await runHub(...command, '--url', hub.url, '--data', hub.data)).code).toBe(EXIT[exit]);
  });

  it('ends as refused for a folder that cannot hold data', async () => {
    const file = await hub.file('file', '');
    expect((await runHub('start', '--data', join(file, 'data'))).code).toBe(EXIT.refused);
  });

  it.each(['0', '-1', '99999999'])('refuses a token for %s days', async (days) => {
    const command = ['token', 'create', 'x', `--days=${days}`, '--url', hub.url, '--data', hub.data];
    const { code, stderr } = await runHub(...command);
    expect({ code, stderr }).toEqual({
      code: EXIT.refused,
      stderr: expect.stringContaining(`--days must be 1 to 36500; ${days} was received.`),
    });
  });

  it('prints the token, and where it comes from', async () => {
    const token = ['token', '--data', hub.data];
    expect(await runHub(...token)).toEqual({ code: 0, stdout: `${hub.token}\n`, stderr: '' });
    expect(await runHub(...token, '--where')).toMatchObject({ stdout: `${join(hub.data, 'token')}\n` });
    expect(await shown('token', '--where')).toBe('--token or HUB_TOKEN\n');
  });
});

it('hub shows an empty hub, adds a backbone to it and estimates its first run', async () => {
  const hub = await TestHub.start();
  onTestFinished(() => hub.remove());
  const { shown, json, refused } = new HubCommands(() => hub);
  expect(await shown('dataset', 'list')).toBe('None.\n');
  expect(await json('runs')).toEqual({ next: null, runs: [] });

  expect(await shown('backbone', 'list')).not.toContain('tiny-imagenet-2');
  expect(await shown('backbone', 'add', 'tiny-imagenet-2')).toContain('Backbone tiny-imagenet-2');
  expect(await shown('backbone', 'list')).toMatch(
    /^name +tiny-imagenet-2\ntrained on +Tiny-ImageNet .+\naccuracy .+\nlicense .+\norigin .+\nSHA-256 /,
  );
  expect(await refused(2, 'backbone', 'add', 'mine', '--path', 'mine.h5')).toContain('--allow FOLDER');

  await hub.register('colours', await zipOf(await colourImages({ train: 6, test: 2 })));
  const { estimate } = await json<{ estimate: Record<string, number> }>(
    ...['train', '--dataset', 'colours', '--backbone', 'tiny-imagenet-2', '--set', 'epochs=3', '--estimate'],
  );
  expect(estimate).toMatchObject({ pictures: 24, cachedPictures: 0, basis: 'CALIBRATION' });
  expect(estimate.seconds).toBeGreaterThan(0);
  expect((await json<{ runs: unknown[] }>('runs')).runs).toEqual([]);

  // As in the data folder of an earlier version, which keeps the backbone that was included then.
  await hub.inDatabase((client) =>
    client.backbone.update({ where: { name: 'tiny-imagenet-2' }, data: { name: 'tiny-imagenet' } }),
  );
  const train = ['train', '--dataset', 'colours', '--backbone', 'tiny-imagenet', '--set', 'epochs=1'];
  const { runs } = await json<{ runs: unknown[] }>(...train);
  expect(runs).toMatchObject([{ state: 'SUCCEEDED', backboneName: 'tiny-imagenet' }]);
});

/** Gives the only version an 8-bit form that is measured on this machine, and is slower. */
async function measuredAsSlow(prisma: PrismaClient): Promise<void> {
  const { id: versionId, weightsBlob } = await prisma.modelVersion.findFirstOrThrow();
  const figures = { int8Accuracy: 0.5, fp32Milliseconds: 2.5, int8Milliseconds: 3.25, measuredOn: machineName() };
  const data = { state: 'READY', quantizedBlob: weightsBlob, ...figures } as const;
  await prisma.versionServing.update({ where: { versionId }, data });
}
