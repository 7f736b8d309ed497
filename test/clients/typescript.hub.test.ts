import { openAsBlob } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  CancelRunDocument,
  ClassifyManyDocument,
  CreateDatasetDocument,
  DatasetsDocument,
  DeploymentsDocument,
  HubClient,
  HubError,
  MeDocument,
  ModelsDocument,
  PromoteModelVersionDocument,
  RegisterModelVersionDocument,
  RunDocument,
  StartTransferRunDocument,
} from '../../clients/typescript/src/index.js';
import { zipOf } from '../datasets/archives.js';
import { busyProxy } from '../support/busy-proxy.js';
import { colourImages, colourPhoto } from '../support/colour-images.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

let hub: HubWithColours;
let client: HubClient;
beforeAll(async () => {
  hub = await TestHub.startWithColours();
  client = new HubClient({ url: hub.url, token: hub.token });
});
afterAll(() => hub.remove());

const photoOf = async (colour: 'green' | 'red'): Promise<Blob> =>
  new Blob([new Uint8Array(await colourPhoto(colour, 99))]);

const refusal = (code: string): unknown => expect.objectContaining({ name: 'HubError', code });

describe('the client in TypeScript', () => {
  it('classifies a photo from memory and from a file, and several at once', async () => {
    const green = await photoOf('green');
    expect(await client.classify(green, { model: 'colours', topK: 2 })).toMatchObject({
      label: 'green',
      modelVersion: 1,
      top: [{ label: 'green' }, {}],
    });
    const path = await hub.file('red.png', new Uint8Array(await (await photoOf('red')).arrayBuffer()));
    const red = await openAsBlob(path);
    expect((await client.classify(red, { model: 'colours', version: 1 })).label).toBe('red');
    const images = [green, new Blob(['text']), red];
    const { classifyMany } = await client.request(ClassifyManyDocument, { images, model: 'colours' });
    const labels = classifyMany.map(({ classification, error }) => classification?.label ?? error?.code);
    expect(labels).toEqual(['green', 'IMAGE_REFUSED', 'red']);
  });

  it('uploads a dataset with progress, trains on it, follows the run and promotes the result', async () => {
    await client.request(CreateDatasetDocument, { name: 'uploaded' });
    const progress: number[] = [];
    const archive = new Blob([new Uint8Array(await zipOf(await colourImages()))]);
    const version = await client.registerArchive(
      archive,
      { dataset: 'uploaded' },
      { onProgress: ({ images }) => progress.push(images) },
    );
    expect(version).toMatchObject({ dataset: 'uploaded', number: 1, classes: ['blue', 'green', 'red'] });
    expect(progress.length).toBeGreaterThan(0);
    const recipe = { epochs: 2, imageSize: 75 };
    const input = { datasetVersionId: version.id, backbone: 'tiny-imagenet-2', recipe };
    const { startTransferRun } = await client.request(StartTransferRunDocument, { input });
    const events = [];
    for await (const event of client.followRun(startTransferRun.id)) events.push(event);
    expect(events.filter(({ epoch }) => epoch).map(({ epoch }) => epoch?.epoch)).toEqual([1, 2]);
    expect(events.at(-1)?.state).toBe('SUCCEEDED');
    const { run } = await client.request(RunDocument, { id: startTransferRun.id });
    expect(run).toMatchObject({ state: 'SUCCEEDED', epochs: [{ epoch: 1 }, { epoch: 2 }] });
    const made = { runId: startTransferRun.id, model: 'uploaded' };
    const { registerModelVersion } = await client.request(RegisterModelVersionDocument, made);
    expect(registerModelVersion.number).toBe(1);
    const promotion = { model: 'uploaded', version: 1, reason: 'a test', now: true };
    await client.request(PromoteModelVersionDocument, { input: promotion });
    const { deployments } = await client.request(DeploymentsDocument, {});
    expect(deployments.map(({ model }) => model).toSorted()).toEqual(['colours', 'uploaded']);
    expect((await client.request(ModelsDocument, {})).models.length).toBe(2);
  });

  it('tells of an error in what shows the progress of an upload', async () => {
    await client.request(CreateDatasetDocument, { name: 'shown' });
    const archive = new Blob([new Uint8Array(await zipOf(await colourImages()))]);
    const onProgress = (): never => {
      throw new Error('not shown');
    };
    await expect(client.registerArchive(archive, { dataset: 'shown' }, { onProgress })).rejects.toThrow('not shown');
    const { datasets } = await client.request(DatasetsDocument, {});
    expect(datasets.find(({ name }) => name === 'shown')?.versions.length).toBe(1);
  });

  it('follows a run over a lost connection without missing an event or telling one twice', async () => {
    const id = await hub.queue({ datasetVersionId: hub.datasetVersionId, recipe: { epochs: 6, imageSize: 75 } });
    const { url, cut } = await cuttable(new URL(hub.url));
    const numbers: number[] = [];
    let cuts = 0;
    for await (const event of new HubClient({ url, token: hub.token }).followRun(id)) {
      numbers.push(event.number);
      if (event.epoch && cuts++ < 2) cut();
    }
    expect(cuts).toBe(6);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
    const kept: number[] = [];
    for await (const { number, epoch } of client.followRun(id)) if (epoch) kept.push(number);
    expect(numbers.filter((number) => kept.includes(number))).toEqual(kept);
  });

  it('waits as long as a busy hub asks, below a path, and gives up after its attempts', async () => {
    const { url, arrivals } = await busyProxy(hub.url, 2, 1);
    const patient = new HubClient({ url, token: hub.token });
    expect((await patient.classify(await photoOf('green'), { model: 'colours' })).label).toBe('green');
    expect(arrivals.length).toBe(3);
    expect(arrivals[2]! - arrivals[0]!).toBeGreaterThan(1900);
    const busier = await busyProxy(hub.url, 9, 1);
    const hasty = new HubClient({ url: busier.url, token: hub.token, retries: 1 });
    await expect(hasty.request(MeDocument, {})).rejects.toEqual(refusal('OVERLOADED'));
    expect(busier.arrivals.length).toBe(2);
    const later = await busyProxy(hub.url, 9, 120);
    const limited = new HubClient({ url: later.url, token: hub.token });
    await expect(limited.request(MeDocument, {})).rejects.toEqual(refusal('OVERLOADED'));
    expect(later.arrivals.length).toBe(1);
  });

  it('says what the hub refuses, with code, details and request id', async () => {
    const green = await photoOf('green');
    const error = await client.classify(green, { model: 'nothing' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HubError);
    expect(error).toMatchObject({ code: 'NOT_DEPLOYED', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const stranger = new HubClient({ url: hub.url, token: 'mh_unknown' });
    await expect(stranger.request(MeDocument, {})).rejects.toEqual(refusal('UNAUTHENTICATED'));
    await expect(stranger.followRun('x').next()).rejects.toEqual(refusal('UNAUTHENTICATED'));
    const nowhere = new HubClient({ url: 'http://127.0.0.1:9', token: 'x' });
    await expect(nowhere.request(MeDocument, {})).rejects.toEqual(refusal('HUB_UNREACHABLE'));
    await expect(client.request(CancelRunDocument, { id: hub.runId })).rejects.toBeInstanceOf(HubError);
  });

  it('stops when its signal is aborted', async () => {
    const id = await hub.queue({ datasetVersionId: hub.datasetVersionId, recipe: { epochs: 500, imageSize: 75 } });
    const stop = new AbortController();
    for await (const _ of client.followRun(id, { signal: stop.signal })) stop.abort();
    await client.request(CancelRunDocument, { id });
    const { url } = await busyProxy(hub.url, 9, 30);
    const waiting = new HubClient({ url, token: hub.token });
    const asked = waiting.request(MeDocument, {}, { signal: AbortSignal.timeout(200) });
    await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

/** A proxy of TCP connections. @returns its address, and what cuts all connections. */
async function cuttable({ hostname, port }: URL): Promise<{ url: string; cut: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const passed = connect(Number(port), hostname);
    for (const socket of [client, passed]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => [client, passed].forEach((each) => void each.destroy()));
    }
    client.pipe(passed).pipe(client);
  });
  const cut = (): void => sockets.forEach((socket) => void socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    cut();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, cut };
}
