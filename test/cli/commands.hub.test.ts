import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Files, zipOf } from '../datasets/fixtures.js';
import { COLOUR_NAMES, colourImages, colourPhoto } from '../support/colour-images.js';
import { type CommandOptions, type Ended, startHubCommand } from '../support/command.js';
import { HOPELESS, QUICK } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

interface Named {
  readonly id: string;
  readonly number: number;
}

// One story: every test begins where the one before it ended.
describe('hub, beside a hub that runs', () => {
  let hub: TestHub;
  let files: Files;

  beforeAll(async () => {
    [hub, files] = await Promise.all([TestHub.start(), colourImages()]);
    await hub.file('colours.zip', await zipOf(files));
  });
  afterAll(() => hub.remove());

  /** Runs a command as one would on another machine: by address and token, without the data folder. */
  const at = (command: readonly string[], options: CommandOptions = {}): Promise<Ended> =>
    startHubCommand(command, { ...options, env: { HUB_URL: hub.url, HUB_TOKEN: hub.token } }).ended;

  /** What people read of a command that goes well. */
  const shown = async (...command: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await at(command);
    expect(code, stderr).toBe(0);
    return stdout;
  };

  /** What programs read of it: one line, and nothing else. */
  const json = async <T>(...command: readonly string[]): Promise<T> => {
    const stdout = await shown(...command, '--json');
    expect(stdout).toMatch(/^\{.+\}\n$/);
    return JSON.parse(stdout) as T;
  };

  const refused = async (code: number, ...command: readonly string[]): Promise<string> => {
    const ended = await at(command);
    expect(ended, ended.stderr).toMatchObject({ code, stdout: '' });
    const complaint = ended.stderr.trim().split('\n').at(-1) as string;
    expect(complaint).toMatch(/^hub: /);
    return complaint;
  };

  it('says what is not there yet', async () => {
    expect(await shown('dataset', 'list')).toBe('None.\n');
    expect(await json('runs')).toEqual({ next: null, runs: [] });
  });

  it('creates a dataset', async () => {
    expect(await json('dataset', 'create', 'colours', '--description', 'One colour each')).toMatchObject({
      dataset: { name: 'colours', description: 'One colour each' },
    });
    expect(await refused(2, 'dataset', 'create', 'colours')).toContain('There is a dataset named colours already');
  });

  it('registers an archive of this machine, and shows what came of it', async () => {
    const text = await shown('dataset', 'register', 'colours', join(hub.allowed, 'colours.zip'), '--upload');
    expect(text).toMatch(/^version +colours 1$/m);
    expect(text).toMatch(/^blue +20 +0 +8$/m);
  });

  it('registers a folder of this machine as the archive of it', async () => {
    for (const [name, content] of Object.entries(files)) {
      const file = join(hub.outside, 'folder', name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content as Buffer);
    }
    const folder = join(hub.outside, 'folder');
    const { datasetVersion } = await json<{ datasetVersion: Named }>(
      ...['dataset', 'register', 'colours', folder, '--upload'],
    );
    expect(datasetVersion).toMatchObject({ number: 1, imageCount: 84, rejectedCount: 0 }); // the same data: the same version
  });

  it('registers a path of the server, with splits drawn as asked', async () => {
    const noSplits = Object.fromEntries(
      Object.entries(files).map(([name, content]) => [name.replace(/^(train|test)\/(\w+)\//, '$2/$1-'), content]),
    );
    const path = await hub.file('drawn.zip', await zipOf(noSplits));
    const draw = ['--test-fraction', '0.25', '--validation-fraction', '0.25', '--seed', '3'];
    const { datasetVersion } = await json('dataset', 'register', 'colours', path, ...draw).then(
      (answer) => answer as { datasetVersion: { number: number; splits: unknown } },
    );
    expect(datasetVersion.number).toBe(2);
    expect(datasetVersion.splits).toMatchObject([{ images: 42 }, { images: 21 }, { images: 21 }]);
  });

  it('refuses what cannot be registered', async () => {
    const path = join(hub.outside, 'folder');
    expect(await refused(2, 'dataset', 'register', 'colours', path)).toContain('--allow FOLDER');
    expect(await refused(2, 'dataset', 'register', 'colours', 'nothing', '--upload')).toContain('cannot be read');
    expect(await refused(3, 'dataset', 'register', 'shapes', path, '--upload')).toContain('hub dataset create shapes');
  });

  it('lists datasets, and shows one with any of its versions', async () => {
    expect(await shown('dataset', 'list')).toMatch(/^colours +2 +84 +3 +One colour each$/m);
    expect(await json('dataset', 'show', 'colours')).toMatchObject({ version: { number: 2 } });
    expect(await json('dataset', 'show', 'colours', '1')).toMatchObject({ version: { number: 1 } });
    expect(await refused(3, 'dataset', 'show', 'colours', '7')).toContain('no version 7');
    expect(await refused(3, 'dataset', 'show', 'shapes')).toContain('no dataset named shapes');
  });

  it('adds a backbone and lists it', async () => {
    expect(await shown('backbone', 'add', 'tiny-imagenet')).toContain('Backbone tiny-imagenet');
    expect(await shown('backbone', 'list')).toContain('tiny-imagenet');
    expect(await refused(2, 'backbone', 'add', 'mine', '--path', 'mine.h5')).toContain('--allow FOLDER');
  });

  it('starts a run without waiting, and follows it with every epoch', async () => {
    const train = ['train', '--dataset', 'colours', '--dataset-version', '1', '--backbone', 'tiny-imagenet'];
    const { runs } = await json<{ runs: Named[] }>(...train, '--detach');
    const ended = await at(['run', 'follow', runs[0]!.id, '--json']);
    expect(ended.code, ended.stderr).toBe(0);
    const { run } = JSON.parse(ended.stdout) as { run: { epochs: unknown[] } };
    expect(run).toMatchObject({ id: runs[0]!.id, state: 'SUCCEEDED' });
    const lines = ended.stderr.split('\n').filter((line) => /^epoch \d+, loss .+ validation accuracy /.test(line));
    expect(lines.length).toBeLessThanOrEqual(run.epochs.length); // it may have begun before we looked
    expect(ended.stderr).toMatch(/Run \S+: test accuracy \d+\.\d%/);
  });

  it('cannot leave a recipe of several runs alone', async () => {
    const train = ['train', '--dataset', 'colours', '--recipe', 'seed'];
    expect(await refused(2, ...train, '--detach')).toContain('the recipe seed has 3 runs');
    expect(await refused(2, ...train, '--detach', '--follow')).toContain('cannot be used with');
  });

  it('lists runs by page, and shows one', async () => {
    const [, version] = (await json<{ dataset: { versions: Named[] } }>('dataset', 'show', 'colours')).dataset.versions;
    const good = await hub.train({ datasetVersionId: version!.id, recipe: QUICK });
    const { next, runs } = await json<{ next: string; runs: Named[] }>('runs', '--first', '1');
    expect(runs.map(({ id }) => id)).toEqual([good.id]);
    const rest = await shown('runs', '--after', next);
    expect(rest).toMatch(/^\S+ +SUCCEEDED +TRANSFER +colours 1 +tiny-imagenet /m);
    expect(rest).not.toContain(good.id);
    expect(await shown('runs', '--first', '1')).toContain(`Next page: --after ${next}`);
    const text = await shown('run', 'show', good.id);
    expect(text).toMatch(/^state +SUCCEEDED$/m);
    expect(text).toMatch(/^learningRate +0\.003$/m);
    expect(text).toMatch(/^ +40 +\d\.\d{4} +\d+\.\d% +\d\.\d{4} +\d+\.\d% +\S/m); // the last epoch
    expect(await refused(3, 'run', 'show', 'nothing')).toContain('no run nothing');
    expect(await refused(2, 'run', 'cancel', good.id)).toContain('SUCCEEDED');
  });

  it('makes model versions of runs, and promotes the first', async () => {
    const { runs } = await json<{ runs: (Named & { datasetVersion: Named })[] }>('runs');
    const bad = await hub.train({ datasetVersionId: runs[0]!.datasetVersion.id, recipe: HOPELESS });
    expect(await json('model', 'register', 'colours', bad.id)).toMatchObject({ modelVersion: { number: 1 } });
    expect(await shown('model', 'register', 'colours', runs[0]!.id)).toMatch(/^version +2$/m);
    expect(await shown('promote', 'colours', '1', '--reason', 'first')).toBe(
      'colours version 1 serves as production\n',
    );
    expect(await refused(3, 'promote', 'colours', '9', '--reason', 'x')).toContain('no version 9');
    expect(await refused(2, 'promote', 'colours', '2', '--reason', 'x', '--expect', '2')).toContain(
      'Check the alias, then move it again.',
    );
    expect(await refused(2, 'promote', 'colours', '2')).toContain("required option '--reason <text>'");
  });

  it('rolls back to what served before, twice to where it was, over the gate', async () => {
    expect(await refused(2, 'rollback', 'colours')).toContain('has only pointed to version 1');
    await shown('promote', 'colours', '2', '--reason', 'better');
    expect(await refused(2, 'promote', 'colours', '1', '--reason', 'x')).toContain('The gate refuses version 1');
    expect(await shown('rollback', 'colours')).toBe('colours version 1 serves as production again\n');
    expect(await shown('rollback', 'colours', '--reason', 'a mistake')).toContain('colours version 2');
    expect(await refused(3, 'rollback', 'shapes')).toContain('No model named shapes has an alias production');
    expect(await refused(3, 'rollback', 'colours', '--alias', 'candidate')).toContain('has an alias candidate');
    expect(await shown('model', 'list')).toMatch(/^colours +2 +production 2$/m);
    const text = await shown('model', 'show', 'colours');
    expect(text).toMatch(/production +1 +2 +first +passed +a mistake$/m);
    expect(text).toMatch(/production +2 +1 +first +overridden +rollback$/m);
  });

  it('pins the precision with which a version serves, and shows it with the reason', async () => {
    await hub.measured('colours', 2);
    expect(await shown('model', 'precision', 'colours', '2', 'fp32')).toMatch(
      /^serves with +FP32\nreason +FP32 was chosen\.$/m,
    );
    expect(await json('model', 'precision', 'colours', '2', 'fp32')).toMatchObject({
      modelVersion: { number: 2, serving: { state: 'READY', choice: 'FP32', chosenBy: 'first' } },
    });
    expect(await shown('model', 'show', 'colours')).toMatch(
      /^ +2 +FP32 +\d+\.\d% +[\d.]+ +[\d.]+ +FP32 was chosen\.$/m,
    );
    expect(await refused(3, 'model', 'precision', 'colours', '9', 'int8')).toContain('no version 9');
    expect(await refused(2, 'model', 'precision', 'colours', '2', 'int4')).toContain('auto, fp32, int8');
  });

  it('classifies many photos, one of them from standard input', async () => {
    const paths = await Promise.all(
      COLOUR_NAMES.map(async (colour) => hub.file(`${colour}.png`, await colourPhoto(colour, 99, 64, 48))),
    );
    const command = ['classify', ...paths, '-', '--model', 'colours', '--top', '2', '--json'];
    const { code, stdout, stderr } = await at(command, { input: await readFile(paths[2]!) });
    expect(code, stderr).toBe(0);
    const { classifications } = JSON.parse(stdout) as { classifications: { file: string; top: unknown[] }[] };
    expect(classifications).toMatchObject([
      ...COLOUR_NAMES.map((label, i) => ({ file: paths[i], label, modelVersion: 2 })),
      { file: '-', label: COLOUR_NAMES[2] },
    ]);
    for (const { top } of classifications) expect(top).toHaveLength(2);
  });

  it('classifies the others where one is no photo, and says so at the end', async () => {
    const [photo, other] = [join(hub.allowed, 'red.png'), await hub.file('note.png', 'a note')];
    const { code, stdout, stderr } = await at(['classify', photo, other, '--model', 'colours']);
    expect(code).toBe(2);
    expect(stdout).toMatch(/red\.png +red \d+\.\d% +2 +\d+$/m);
    expect(stderr).toMatch(/^hub: 1 of 2 photos were refused: see the reasons above\.$/m);
    expect(await refused(2, 'classify', photo, 'nothing.png', '--model', 'colours')).toContain('nothing.png');
  });

  it('prints the token, and where it comes from', async () => {
    const beside = (...options: readonly string[]): Promise<Ended> =>
      startHubCommand(['token', '--data', hub.data, ...options]).ended;
    expect(await beside()).toEqual({ code: 0, stdout: `${hub.token}\n`, stderr: '' });
    expect(await beside('--where')).toMatchObject({ stdout: `${join(hub.data, 'token')}\n` });
    expect(await shown('token', '--where')).toBe('--token or HUB_TOKEN\n');
  });
});
