import { dirname } from 'node:path';
import { openFile } from '../../../out/cli/client.js';
import { startHubIn } from '../hub.mjs';
import { runOf } from './ledger.mjs';

const REGISTER = `mutation ($input: RegisterDatasetVersionInput!) { registerDatasetVersion(input: $input) { id contentHash } }`;
const RECIPE = { epochs: 6, patience: null, batchSize: 50 };
/** Images that a run trains on and is tested with, about. */
const IMAGES = 300;
/** Moves of the alias in one piece of work. */
const MOVES = 5;

let drawn = 0;

/** A hub that may read the archive. It logs nothing: what it must not say is looked for by asking it. */
export const startHub = (data, ledger, env = {}) =>
  startHubIn(env, data, '--log-level', 'silent', '--allow', dirname(ledger.archive));

/**
 * What is done to a hub while something happens to it. Each notes in the ledger what was acknowledged, and throws when
 * the hub does not answer.
 */
export const WORK = {
  async upload(client, ledger) {
    const dataset = await newDataset(client, ledger);
    const file = await openFile(ledger.archive);
    const answer = await client.upload(REGISTER, 'variables.input.upload', file, { input: { dataset, upload: null } });
    noteVersion(ledger, answer.registerDatasetVersion);
  },

  async ingestion(client, ledger) {
    const input = { dataset: await newDataset(client, ledger), path: ledger.archive, seed: ++drawn };
    noteVersion(ledger, (await client.request(REGISTER, { input })).registerDatasetVersion);
  },

  async training(client, ledger) {
    const { datasets } = await client.request('{ datasets { versions { id imageCount } } }');
    const [whole] = datasets.flatMap(({ versions }) => versions).toSorted((a, b) => b.imageCount - a.imageCount);
    const fraction = Math.min(1, IMAGES / whole.imageCount);
    const part = { from: [whole.id], dataset: await newDataset(client, ledger), fraction, seed: ++drawn };
    const { deriveDatasetVersion } = await client.request(
      'mutation ($input: DeriveDatasetVersionInput!) { deriveDatasetVersion(input: $input) { id contentHash } }',
      { input: part },
    );
    noteVersion(ledger, deriveDatasetVersion);
    const { startTransferRun } = await client.request(
      'mutation ($input: StartTransferRunInput!) { startTransferRun(input: $input) { id } }',
      { input: { datasetVersionId: deriveDatasetVersion.id, backbone: 'tiny-imagenet-2', recipe: RECIPE } },
    );
    ledger.runs.set(startTransferRun.id, []);
    await follow(client, ledger, startTransferRun.id);
  },

  async promotion(client, ledger) {
    const runs = [...ledger.figures.keys()].slice(0, 2);
    for (let move = 0; move < MOVES; move++) {
      const runId = runs.find((run) => ledger.modelVersions.get(run) !== ledger.production[0]);
      const { registerModelVersion } = await client.request(
        'mutation ($runId: ID!) { registerModelVersion(input: { runId: $runId, model: "cifar10" }) { number } }',
        { runId },
      );
      const version = registerModelVersion.number;
      ledger.modelVersions.set(runId, version);
      ledger.production = [ledger.production[0], version];
      await client.request(
        `mutation ($version: Int!) { promoteModelVersion(
          input: { model: "cifar10", version: $version, reason: "bench", now: true, overrideGate: true }
        ) { number } }`,
        { version },
      );
      ledger.production = [version];
    }
  },
};

/** Names of all kinds of work. */
export const KINDS_OF_WORK = Object.keys(WORK);

/** Waits for the end of a run, and notes every epoch that is told. */
export async function follow(client, ledger, id) {
  const told = `subscription ($id: ID!) { runEvents(id: $id) {
    epoch { epoch trainLoss trainAccuracy validationLoss validationAccuracy }
  } }`;
  const epochs = ledger.runs.get(id);
  for await (const { runEvents } of client.subscribe(told, { id })) {
    const { epoch } = runEvents;
    if (epoch && epochs.every((known) => known.epoch !== epoch.epoch)) epochs.push(epoch);
  }
  const run = await runOf(client, id);
  if (run.state === 'SUCCEEDED') ledger.figures.set(id, JSON.stringify(run));
  return run;
}

async function newDataset(client, ledger) {
  const name = `d${++drawn}`;
  await client.request('mutation ($name: String!) { createDataset(input: { name: $name }) { id } }', { name });
  ledger.datasets.add(name);
  return name;
}

function noteVersion(ledger, { id, contentHash }) {
  ledger.versions.set(id, contentHash);
}
