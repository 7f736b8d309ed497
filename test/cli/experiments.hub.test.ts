import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerColours } from '../support/colour-images.js';
import { type Ended, startHubCommand } from '../support/command.js';
import { TestHub } from '../support/test-hub.js';

interface Named {
  readonly id: string;
  readonly number: number;
}

const QUICK = ['--set', 'epochs=3', '--set', 'learningRate=0.003', '--set', 'hiddenUnits=32', '--set', 'batchSize=30'];

// One story: every test begins where the one before it ended.
describe('hub, for who experiments', () => {
  let hub: TestHub;
  let first: string;
  let second: string;

  beforeAll(async () => {
    hub = await TestHub.start();
    await registerColours(hub);
  });
  afterAll(() => hub.remove());

  const at = (command: readonly string[]): Promise<Ended> =>
    startHubCommand(command, { env: { HUB_URL: hub.url, HUB_TOKEN: hub.token } }).ended;

  const shown = async (...command: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await at(command);
    expect(code, stderr).toBe(0);
    return stdout;
  };

  const json = async <T>(...command: readonly string[]): Promise<T> =>
    JSON.parse(await shown(...command, '--json')) as T;

  const refused = async (code: number, ...command: readonly string[]): Promise<string> => {
    const ended = await at(command);
    expect(ended, ended.stderr).toMatchObject({ code, stdout: '' });
    return ended.stderr.trim().split('\n').at(-1) as string;
  };

  const train = (...options: readonly string[]) => [
    ...['train', '--dataset', 'colours', '--dataset-version', '1', '--backbone', 'tiny-imagenet', ...QUICK, ...options],
  ];

  it('derives a version, tells it from the first, and deletes it', async () => {
    const { datasetVersion } = await json<{ datasetVersion: Named & { imageCount: number } }>(
      ...['dataset', 'derive', 'colours', '--classes', 'red', 'blue', '--rename', 'blue=azure', '--fraction', '0.5'],
    );
    expect(datasetVersion).toMatchObject({ number: 2, imageCount: 28, classes: ['azure', 'red'] });
    expect(await shown('dataset', 'show', 'colours', '2')).toMatch(/^derived from +colours 1$/m);
    const text = await shown('dataset', 'diff', 'colours:1', 'colours:2');
    expect(text).toMatch(/^removed +56$/m);
    expect(text).toMatch(/^relabelled +\S+ +blue, train +azure, train$/m);
    expect(await refused(2, 'dataset', 'diff', 'colours', 'colours:2')).toContain('give it as name:number');
    expect(await refused(2, 'dataset', 'derive', 'colours', '--classes', 'pink')).toContain('no class "pink"');
    expect(await refused(2, 'dataset', 'delete', 'colours', '1')).toContain('derived versions');
    expect(await shown('dataset', 'delete', 'colours', '2')).toBe('colours version 2 is deleted\n');
    expect(await refused(2, 'dataset', 'delete', 'colours')).toContain('has the versions 1');
  });

  it('refuses an address that is not https, or leads into a private network', async () => {
    const register = ['dataset', 'register', 'colours'];
    expect(await refused(2, ...register, 'http://example.com/a.zip')).toContain('Only https addresses');
    expect(await refused(2, ...register, 'https://127.0.0.1:1/a.zip')).toContain('--allow-private-urls');
  });

  it('estimates a run before it is started', async () => {
    const { estimate } = await json<{ estimate: Record<string, number> }>(...train('--estimate'));
    expect(estimate).toMatchObject({ pictures: 84, cachedPictures: 0, basis: 'CALIBRATION' });
    expect(estimate.seconds).toBeGreaterThan(0);
    expect((await json<{ runs: unknown[] }>('runs')).runs).toEqual([]);
  });

  it('trains with hyperparameters as given, and refuses those that are not there or out of range', async () => {
    const { runs } = await json<{ runs: (Named & { epochs: unknown[] })[] }>(...train());
    first = runs[0]!.id;
    expect(runs[0]!.epochs).toHaveLength(3);
    expect(await refused(2, ...train('--set', 'speed=9'))).toContain('speed');
    expect(await refused(2, ...train('--set', 'dropout=2'))).toContain('0.95');
    expect(await refused(2, ...train('--set', 'epochs=3'))).toContain('given twice');
    expect(await refused(2, ...train('--set', 'epochs'))).toContain('name=value');
  });

  it('clones a run with a change, and shows both side by side', async () => {
    const { run } = await json<{ run: Named }>('run', 'clone', first, '--set', 'dropout=0.1');
    second = run.id;
    await hub.ended(second);
    const text = await shown('compare', first, second);
    expect(text).toMatch(/^dropout +0\.3 +0\.1$/m);
    expect(text).toMatch(/^data +same$/m);
    expect(text).toMatch(/^testAccuracy +\d/m);
    expect(await refused(2, 'compare', first)).toContain('ids');
    expect(await refused(3, 'compare', first, 'nothing')).toContain('no run nothing');
  });

  it('tags a run and finds it, and sorts runs by their figures', async () => {
    expect(await shown('run', 'tag', first, 'paper', 'base')).toBe(`Run ${first}: base, paper\n`);
    const ids = async (...options: string[]) =>
      (await json<{ runs: Named[] }>('runs', ...options)).runs.map(({ id }) => id);
    expect(await ids('--tag', 'paper')).toEqual([first]);
    expect(await ids('--text', 'pap')).toEqual([first]);
    expect(await ids('--state', 'FAILED')).toEqual([]);
    expect((await ids('--dataset', 'colours', '--sort', 'test-loss', '--ascending')).toSorted()).toEqual(
      [first, second].toSorted(),
    );
    expect(await refused(2, 'runs', '--sort', 'beauty')).toContain('test-accuracy');
  });

  it('repeats a run to the last bit', async () => {
    expect(await shown('run', 'reproduce', first)).toContain('The numbers are identical.');
  });

  it('lists what a run got wrong', async () => {
    const { total, images } = await json<{ total: number; images: unknown[] }>(
      'run',
      'mistakes',
      first,
      '--first',
      '2',
    );
    expect(images.length).toBeLessThanOrEqual(2);
    expect(total).toBeGreaterThanOrEqual(images.length);
    expect(await refused(2, 'run', 'mistakes', first, '--true', 'pink')).toContain('pink');
  });

  it('deletes a run, but not one that another refers to', async () => {
    expect(await shown('run', 'delete', second)).toBe(`Run ${second} is deleted\n`);
    expect(await refused(3, 'run', 'show', second)).toContain('no run');
    expect(await refused(2, 'run', 'delete', first)).toContain('these refer to it: the run ');
    expect(await refused(2, 'run', 'resume', first)).toContain('SUCCEEDED');
  });

  it('sweeps, and makes a run of the best trial', async () => {
    const sweep = ['sweep', 'start', '--dataset', 'colours', '--backbone', 'tiny-imagenet', '--set', 'epochs=2'];
    const { sweep: made } = await json<{ sweep: { id: string; runId: string; trials: unknown[] } }>(
      ...[...sweep, '--try', 'learningRate=0.0001,0.003', '--try', 'dropout=0,0.3'],
    );
    expect(made.trials).toHaveLength(4);
    expect(await hub.ended(made.runId)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await shown('sweep', 'show', made.id)).toMatch(/^best +trial \d: dropout \S+, learningRate \S+$/m);
    expect(await shown('sweep', 'list')).toMatch(new RegExp(`^${made.id} +SUCCEEDED +GRID +colours 1 `, 'm'));
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
