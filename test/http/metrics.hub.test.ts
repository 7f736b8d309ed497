import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { BOUNDS } from '../../src/limits.js';
import { colourPhoto } from '../support/colour-images.js';
import { ENDLESS } from '../support/recipes.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

let hub: HubWithColours;
let photo: Buffer;
beforeAll(async () => {
  [hub, photo] = await Promise.all([TestHub.startWithColours(), colourPhoto('red', 99)]);
});
afterAll(() => hub.remove());

const bearer = (): Record<string, string> => ({ authorization: `Bearer ${hub.token}` });

/** Every sample by its series, as `name{label="value",…}`. */
async function scrape(): Promise<ReadonlyMap<string, number>> {
  const response = await hub.fetch('/metrics', { headers: bearer() });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

/** What has been added by something that is done. */
async function addedBy(done: () => Promise<unknown>): Promise<(series: string) => number> {
  const before = await scrape();
  await done();
  const after = await scrape();
  return (series) => (after.get(series) ?? 0) - (before.get(series) ?? 0);
}

const classify = (query: string, content: Uint8Array = photo): Promise<Response> =>
  hub.fetch(`/v1/classify${query}`, { method: 'POST', body: new Uint8Array(content), headers: bearer() });

const infer = (body: string | Uint8Array<ArrayBuffer>): Promise<Response> =>
  hub.fetch('/v2/models/colours/infer', { method: 'POST', body, headers: bearer() });

describe('/metrics', () => {
  it('counts answers by model and version, and times them', async () => {
    const added = await addedBy(() => Promise.all([classify('?model=colours'), classify('')]));
    expect(added('modelhub_answers_total{model="colours",version="1",code="OK"}')).toBe(2);
    expect(added('modelhub_answer_duration_seconds_count{model="colours",version="1"}')).toBe(2);
    expect(added('modelhub_answer_duration_seconds_sum{model="colours",version="1"}')).toBeGreaterThan(0);
    expect(added('modelhub_answer_phase_seconds_count{phase="decode"}')).toBe(2);
    expect(added('modelhub_batch_photos_sum')).toBe(2);
  });

  it('counts answers over GraphQL as those over REST', async () => {
    const added = await addedBy(() => hub.send('classify', 'image', photo, { model: 'colours' }));
    expect(added('modelhub_answers_total{model="colours",version="1",code="OK"}')).toBe(1);
    expect(added('modelhub_uploads_total')).toBe(1);
    expect(added('modelhub_upload_bytes_total')).toBeGreaterThan(photo.length);
    expect((await scrape()).get('modelhub_uploads_active')).toBe(0);
  });

  it('counts answers over the Open Inference Protocol as those over REST', async () => {
    const image = { name: 'image', shape: [2, 32, 32, 3], datatype: 'UINT8', data: new Array(2 * 32 * 32 * 3).fill(9) };
    const added = await addedBy(() => infer(JSON.stringify({ inputs: [image] })));
    expect(added('modelhub_answers_total{model="colours",version="1",code="OK"}')).toBe(1);
    expect(added('modelhub_batch_photos_sum')).toBe(2);
  });

  it('counts what is refused by its code', async () => {
    const added = await addedBy(async () => {
      await classify('?model=colours', Buffer.from('no photo'));
      await classify('?model=colours', Buffer.alloc(BOUNDS.photo.value + 1));
      await infer('no JSON');
      await infer(Buffer.alloc(BOUNDS.inferenceBody.value + 1));
    });
    const refused = (code: string): number =>
      added(`modelhub_answers_total{model="colours",version="",code="${code}"}`);
    expect(refused('IMAGE_REFUSED')).toBe(1);
    expect(refused('LIMIT_EXCEEDED')).toBe(1); // the other is refused before it comes to serving
    expect(refused('BAD_INPUT')).toBe(1);
    expect(refused('INTERNAL')).toBe(0);
  });

  it('counts requests by the route as it is registered, and by status', async () => {
    const added = await addedBy(async () => {
      await classify('?topK=0');
      await hub.fetch('/v2/models/colours/versions/1/ready', { headers: bearer() });
      await hub.fetch('/v2/models/colours/ready');
      await hub.ask('presets');
    });
    const series = (labels: string): number => added(`modelhub_http_request_duration_seconds_count{${labels}}`);
    expect(series('route="/v1/classify",method="POST",status="400"')).toBe(1);
    expect(series('route="/v2/models/:model{/versions/:version}/ready",method="GET",status="200"')).toBe(1);
    expect(series('route="/v2/models/:model{/versions/:version}/ready",method="GET",status="401"')).toBe(1);
    expect(series('route="/graphql",method="POST",status="200"')).toBe(1);
  });

  it('has no labels of what requests make up', async () => {
    const added = await addedBy(async () => {
      await classify('?model=made-up');
      await classify('?model=colours&alias=made-up');
      await hub.fetch('/made-up', { headers: bearer() });
      await hub.fetch('/v2/models/made-up', { headers: bearer() });
    });
    expect(added('modelhub_answers_total{model="",version="",code="NOT_DEPLOYED"}')).toBe(1);
    expect(added('modelhub_http_request_duration_seconds_count{route="none",method="GET",status="404"}')).toBe(1);
    expect([...(await scrape()).keys()].filter((series) => series.includes('made-up'))).toEqual([]);
  });

  it('tells what serves', async () => {
    const info =
      'modelhub_model_version_info{model="colours",alias="production",version="1",runtime="onnx_runtime",precision="fp32"}';
    expect((await scrape()).get(info)).toBe(1);
  });

  it('tells of the process', async () => {
    const samples = await scrape();
    expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(50e6);
    expect(samples.get('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(samples.has('nodejs_eventloop_lag_p99_seconds')).toBe(true);
  });

  it('tells how many runs are in each state, and how far one under way is', async () => {
    const id = await hub.queue({ datasetVersionId: hub.datasetVersionId, recipe: ENDLESS });
    const next = await hub.queue({ datasetVersionId: hub.datasetVersionId, recipe: ENDLESS });
    for await (const { epoch } of hub.watch(id)) {
      if (epoch?.epoch === 2) break;
    }
    const labels = `run="${id}",kind="TRANSFER"`;
    const samples = await scrape();
    expect(samples.get('modelhub_runs{state="SUCCEEDED"}')).toBe(1);
    expect(samples.get('modelhub_runs{state="RUNNING"}')).toBe(1);
    expect(samples.get('modelhub_runs{state="FAILED"}')).toBe(0);
    expect(samples.get(`modelhub_run_epochs_done{${labels}}`)).toBeGreaterThanOrEqual(2);
    expect(samples.get(`modelhub_run_epochs_planned{${labels}}`)).toBe(ENDLESS.epochs);
    expect(samples.get(`modelhub_run_validation_accuracy_ratio{${labels}}`)).toBeGreaterThan(0);
    const [phase] = [...samples].filter(([series]) => series.startsWith(`modelhub_run_phase_ratio{${labels}`));
    expect(phase![1]).toBeGreaterThan(0);
    expect(samples.get('modelhub_process_info{roles="api,serve,train",version="0.1.0"}')).toBe(1);
    const jobs = (of: ReadonlyMap<string, number>) =>
      ['running', 'waiting'].map((what) => of.get(`modelhub_jobs_${what}{kind="train"}`));
    expect(jobs(samples)).toEqual([1, 1]);
    for (const each of [next, id]) await hub.ask('cancel-run', { id: each });
    await hub.ended(id);
    const after = await scrape();
    expect(after.get('modelhub_runs{state="CANCELLED"}')).toBe(2);
    expect(jobs(after)[1]).toBe(0);
    expect([...after.keys()].filter((series) => series.includes(id))).toEqual([]);
  });

  it('has every series that the dashboard shows, with the labels that it asks for', async () => {
    interface Panel {
      readonly title: string;
      readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
    }
    await Promise.all([classify('?model=colours'), classify('?topK=0'), infer('no JSON')]);
    await hub.send('classify', 'image', photo, { model: 'colours' });
    const text = await readFile(new URL('../../docs/metrics/grafana-dashboard.json', import.meta.url), 'utf8');
    const { panels } = JSON.parse(text) as { panels: readonly Panel[] };
    const exposition = await (await hub.fetch('/metrics', { headers: bearer() })).text();
    // Of runs under way there are none now: the help stands there all the same.
    const described = new Set([...exposition.matchAll(/^# HELP (\S+)/gm)].map(([, name]) => name!));
    const series = [...(await scrape()).keys()];
    expect(panels.length).toBeGreaterThan(10);
    for (const { title, targets } of panels) {
      for (const { expr, legendFormat } of targets) {
        const names = expr.match(/\b(?:modelhub|process|nodejs)_\w+/g) ?? [];
        expect(names.length, title).toBeGreaterThan(0);
        for (const name of names) expect([...described], `${title}: ${name}`).toContain(baseName(name, described));
        const samples = series.filter((one) => one.startsWith(`${names[0]}{`));
        if (samples.length === 0) continue;
        for (const [, label] of [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)]) {
          expect(samples[0], `${title}: ${label}`).toContain(`${label}="`);
        }
      }
    }
  });
});

/** A histogram stands under one name, and has series under three. */
function baseName(name: string, described: ReadonlySet<string>): string {
  return described.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
}

describe('who may read /metrics', () => {
  const status = async (headers: Record<string, string> = {}, of: TestHub = hub): Promise<number> =>
    (await of.fetch('/metrics', { headers })).status;

  it('is who has a token', async () => {
    expect(await status()).toBe(401);
    expect(await status(bearer())).toBe(200);
  });

  it('is with --open-metrics any program of this machine, but no proxy for others', async () => {
    const open = await TestHub.start({ settings: { openMetrics: true } });
    onTestFinished(() => open.remove());
    expect(await status({}, open)).toBe(200);
    expect(await status({ 'x-forwarded-for': '203.0.113.7' }, open)).toBe(401);
    expect(await status({ forwarded: 'for=203.0.113.7' }, open)).toBe(401);
    expect((await open.fetch('/v2/models/colours')).status, 'all else needs one').toBe(401);
  });
});
