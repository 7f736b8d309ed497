import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zipOf } from '../datasets/archives.js';
import { colourImages } from '../support/colour-images.js';
import { HubCommands } from '../support/command.js';
import { HOPELESS } from '../support/recipes.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

interface Named {
  readonly id: string;
  readonly number: number;
}

const BRIEF = { ...HOPELESS, epochs: 3, hiddenUnits: 32, batchSize: 30 } as const;

describe('hub, for who experiments', () => {
  let hub: HubWithColours;
  const { shown, json, refused } = new HubCommands(() => hub);
  /** A run of a few epochs that confuses the classes. */
  let brief: string;

  beforeAll(async () => {
    hub = await TestHub.startWithColours();
    brief = (await hub.train({ datasetVersionId: hub.datasetVersionId, recipe: BRIEF })).id;
  });
  afterAll(() => hub.remove());

  /** A copy of the brief run that has ended. */
  async function cloned(): Promise<string> {
    const { cloneRun } = await hub.ask<{ cloneRun: Named }>('clone-run', { input: { id: brief } });
    return (await hub.ended(cloneRun.id)).id;
  }

  it('derives a version, tells it from the first, and deletes it', async () => {
    await hub.register('derived', await zipOf(await colourImages({ train: 6, test: 2 })));
    const derive = ['dataset', 'derive', 'derived', '--classes'];
    const { datasetVersion } = await json<{ datasetVersion: Named & { imageCount: number } }>(
      ...[...derive, 'red', 'blue', '--rename', 'blue=azure', '--fraction', '0.5'],
    );
    expect(datasetVersion).toMatchObject({ number: 2, imageCount: 8, classes: ['azure', 'red'] });
    expect(await shown('dataset', 'show', 'derived', '2')).toMatch(/^derived from +derived 1$/m);
    const text = await shown('dataset', 'diff', 'derived:1', 'derived:2');
    expect(text).toMatch(/^removed +16$/m);
    expect(text).toMatch(/^relabelled +\S+ +blue, train +azure, train$/m);
    expect(await refused(2, 'dataset', 'diff', 'derived', 'derived:2')).toContain('give it as name:number');
    expect(await refused(2, ...derive, 'pink')).toContain('no class "pink"');
    expect(await refused(2, 'dataset', 'delete', 'derived', '1')).toContain('derived versions');
    expect(await shown('dataset', 'delete', 'derived', '2')).toBe('derived version 2 is deleted\n');
    expect(await refused(2, 'dataset', 'delete', 'derived')).toContain('has the versions 1');
  });

  it('refuses an address that is not https, or leads into a private network', async () => {
    const register = ['dataset', 'register', 'colours'];
    expect(await refused(2, ...register, 'http://example.com/a.zip')).toContain('Only https addresses');
    expect(await refused(2, ...register, 'https://127.0.0.1:1/a.zip')).toContain('--allow-private-urls');
  });

  it('trains with hyperparameters as given, and refuses those that are not there or out of range', async () => {
    const data = ['--dataset', 'colours', '--dataset-version', '1', '--backbone', 'tiny-imagenet-2'];
    const train = ['train', ...data, '--set', 'epochs=3', '--set', 'learningRate=0.003', '--set', 'batchSize=30'];
    const { runs } = await json<{ runs: (Named & { epochs: unknown[] })[] }>(...train);
    expect(runs[0]!.epochs).toHaveLength(3);
    expect((await hub.run(runs[0]!.id)).recipe).toMatchObject({ epochs: 3, learningRate: 0.003, batchSize: 30 });
    expect(await refused(2, ...train, '--set', 'epoch=9')).toMatch(
      /^hub: input\.recipe: Field "epoch" .+ Did you mean "epochs"\?$/m,
    );
    expect(await refused(2, ...train, '--set', 'dropout=0.1,0.2')).toContain('"hub sweep start --try dropout=0.1,0.2"');
    expect(await refused(2, ...train, '--set', 'dropout=2')).toContain('0.95');
    expect(await refused(2, ...train, '--set', 'epochs=3')).toContain('given twice');
    expect(await refused(2, ...train, '--set', 'epochs')).toContain('name=value');
  });

  it('clones a run with a change, and shows both side by side', async () => {
    const { run } = await json<{ run: Named }>('run', 'clone', brief, '--set', 'dropout=0.1');
    await hub.ended(run.id);
    const text = await shown('compare', brief, run.id);
    expect(text).toMatch(/^dropout +0\.3 +0\.1$/m);
    expect(text).toMatch(/^data +same$/m);
    expect(text).toMatch(/^testAccuracy +\d/m);
    expect(await refused(2, 'compare', brief)).toContain('ids');
    expect(await refused(3, 'compare', brief, 'nothing')).toContain('no run nothing');
  });

  it('tags a run and finds it, and sorts runs by their figures', async () => {
    expect(await shown('run', 'tag', brief, 'paper', 'base')).toBe(`Run ${brief}: base, paper\n`);
    await shown('run', 'tag', hub.runId, 'base');
    const ids = async (...options: string[]) =>
      (await json<{ runs: Named[] }>('runs', ...options)).runs.map(({ id }) => id);
    expect(await ids('--tag', 'paper')).toEqual([brief]);
    expect(await ids('--text', 'pap')).toEqual([brief]);
    expect(await ids('--state', 'FAILED')).toEqual([]);
    const sorted = ['--dataset', 'colours', '--tag', 'base', '--sort', 'test-loss'];
    expect(await ids(...sorted, '--ascending')).toEqual([hub.runId, brief]);
    expect(await ids(...sorted)).toEqual([brief, hub.runId]);
    expect(await refused(2, 'runs', '--sort', 'beauty')).toContain('test-accuracy');
  });

  it('repeats a run to the last bit', async () => {
    expect(await shown('run', 'reproduce', brief)).toContain('The numbers are identical.');
  });

  it('lists what a run got wrong', async () => {
    const { total, images } = await json<{ total: number; images: unknown[] }>(
      ...['run', 'mistakes', brief, '--first', '2'],
    );
    expect(images).toHaveLength(2);
    expect(total).toBeGreaterThanOrEqual(images.length);
    expect(await refused(2, 'run', 'mistakes', brief, '--true', 'pink')).toContain('pink');
  });

  it('names a run, finds it again and prints tables for other programs', async () => {
    const id = await cloned();
    const short = id.slice(-8);
    expect(await shown('run', 'update', short, '--name', 'Blue morning', '--note', '+1')).toMatch(
      /^name +Blue morning$/m,
    );
    expect(await refused(2, 'run', 'update', short)).toContain('Give --name, --note or both.');
    const text = await shown('runs', '--text', 'blue tiny', '--owner', 'first', '--backbone', 'tiny-imagenet-2');
    expect(text).toMatch(new RegExp(`^${short} +Blue morning +SUCCEEDED +TRANSFER +colours 1 .+ first `, 'm'));
    expect(await shown('run', 'show', short)).toMatch(/^owner +first \(ADMIN\)$/m);
    const csv = await shown('runs', '--text', 'morning', '--format', 'csv');
    const [head, row, ...others] = csv.trimEnd().split('\r\n');
    expect(head).toMatch(/^id,name,note,state,kind,dataset,.+,learningRate,/);
    expect(row).toMatch(new RegExp(`^${id},Blue morning,'\\+1,SUCCEEDED,TRANSFER,colours,1,tiny-imagenet-2,first,`));
    expect(others).toEqual([]);
    const all = JSON.parse(await shown('runs', '--format', 'json')) as { id: string }[];
    expect(all.length).toBeGreaterThan(2);
    expect(JSON.parse(await shown('runs', '--format', 'json', '--first', '1'))).toEqual(all.slice(0, 1));
    expect(JSON.parse(await shown('runs', '--format', 'json', '--text', 'no such run'))).toEqual([]);
    const { epochs } = await hub.run(id);
    expect(JSON.parse(await shown('run', 'metrics', short, '--format', 'json'))).toEqual(epochs);
    expect((await shown('run', 'metrics', short)).split('\r\n')[0]).toBe(
      'epoch,trainLoss,trainAccuracy,validationLoss,validationAccuracy,seconds',
    );
    expect(await refused(3, 'run', 'metrics', 'nothing')).toContain('no run nothing');
    expect(await shown('runs', '--group', 'dataset')).toMatch(/^\S+ +colours 1 +\d+ /m);
    await shown('run', 'update', short, '--name', '');
    expect((await hub.run(id)).name).toBeNull();
  });

  it('deletes a run, but not one that another refers to', async () => {
    const [original, other] = [await cloned(), await cloned()];
    const { reproduceRun } = await hub.ask<{ reproduceRun: Named }>('reproduce-run', { id: original });
    expect(await shown('run', 'delete', other)).toBe(`Run ${other} is deleted\n`);
    expect(await refused(3, 'run', 'show', other)).toContain('no run');
    expect(await refused(2, 'run', 'delete', original)).toContain(`these refer to it: the run ${reproduceRun.id}`);
    expect(await refused(2, 'run', 'resume', original)).toContain('SUCCEEDED');
  });

  it('sweeps, and makes a run of the best trial', async () => {
    const sweep = ['sweep', 'start', '--dataset', 'colours', '--backbone', 'tiny-imagenet-2', '--set', 'epochs=2'];
    const { sweep: made } = await json<{ sweep: { id: string; runId: string; trials: unknown[] } }>(
      ...[...sweep, '--try', 'learningRate=0.0001,0.003', '--try', 'dropout=0,0.3'],
    );
    expect(made.trials).toHaveLength(4);
    expect(await hub.ended(made.runId)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await shown('sweep', 'show', made.id)).toMatch(/^best +trial \d: dropout \S+, learningRate \S+$/m);
    expect(await shown('sweep', 'list')).toMatch(
      new RegExp(`^${made.id.slice(-8)} +- +SUCCEEDED +GRID +colours 1 `, 'm'),
    );
    expect(await refused(2, ...sweep, '--try', 'imageSize=75,96')).toContain('imageSize');
    expect(await refused(2, ...sweep, '--try', 'dropout=0..high')).toContain('must be numbers');
    expect(await refused(2, 'sweep', 'cancel', made.id)).toContain('SUCCEEDED');
    expect(await refused(3, 'sweep', 'show', 'nothing')).toContain('no sweep nothing');
    expect(await refused(2, 'sweep', 'delete', made.id)).toContain(`The run ${made.runId} was made from the sweep`);
    expect(await refused(2, 'dataset', 'delete', 'colours', '1')).toContain(`sweeps ${made.id}`);
    await shown('run', 'delete', made.runId);
    expect(await shown('sweep', 'delete', made.id)).toBe(`Sweep ${made.id} is deleted\n`);
  });
});
