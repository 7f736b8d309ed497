/** What the terminal asks of the hub. */
export const DATASETS = `query { datasets { name } }`;

export const CREATE_DATASET = `mutation ($name: String!) { createDataset(input: { name: $name }) { name } }`;

export const REGISTER_PATH = `mutation ($dataset: String!, $path: String!) {
  registerDatasetVersion(input: { dataset: $dataset, path: $path }) {
    id dataset number contentHash imageCount rejectedCount classes splits { split images }
  }
}`;

export const ADD_BACKBONE = `mutation ($name: String!, $path: String) {
  addBackbone(input: { name: $name, path: $path }) { name sha256 trainedOn }
}`;

const RUN_FIELDS = `id state backboneName datasetVersion { id } testAccuracy keptEpoch
  epochs { epoch } seconds { features training evaluation } error { code message }`;

export const RUNS = `query { runs(page: { first: 50 }) { runs { ${RUN_FIELDS} } } }`;

export const RUN = `query ($id: ID!) { run(id: $id) { ${RUN_FIELDS} } }`;

export const START_TRANSFER = `mutation ($input: StartTransferRunInput!) {
  startTransferRun(input: $input) { ${RUN_FIELDS} }
}`;

export const START_FINE_TUNE = `mutation ($input: StartFineTuneRunInput!) {
  startFineTuneRun(input: $input) { ${RUN_FIELDS} }
}`;

export const DATASET = `query ($name: String!) { dataset(name: $name) { versions { id number } } }`;

export const RUN_EVENTS = `subscription ($id: ID!, $after: Int!) {
  runEvents(id: $id, after: $after) { number progress { phase done total secondsLeft } epoch { epoch validationAccuracy } }
}`;

export const REGISTER_VERSION = `mutation ($runId: ID!, $model: String!) {
  registerModelVersion(input: { runId: $runId, model: $model }) { id number aliases testAccuracy }
}`;

export const PROMOTE = `mutation ($model: String!, $version: Int!, $reason: String!) {
  promoteModelVersion(input: { model: $model, version: $version, reason: $reason }) { id number aliases testAccuracy }
}`;

export const CLASSIFY = `mutation ($image: Upload!, $model: String!) {
  classify(image: $image, model: $model, topK: 3) {
    label confidence milliseconds modelVersion top { label probability }
  }
}`;

export interface DatasetVersionAnswer {
  readonly id: string;
  readonly dataset: string;
  readonly number: number;
  readonly contentHash: string;
  readonly imageCount: number;
  readonly rejectedCount: number;
  readonly classes: readonly string[];
  readonly splits: readonly { readonly split: string; readonly images: number }[];
}

export interface RunAnswer {
  readonly id: string;
  readonly state: 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  readonly backboneName: string;
  readonly datasetVersion: { readonly id: string };
  readonly testAccuracy: number | null;
  readonly keptEpoch: number | null;
  readonly epochs: readonly { readonly epoch: number }[];
  readonly seconds: { readonly features: number; readonly training: number; readonly evaluation: number } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface RunEventAnswer {
  readonly number: number;
  readonly progress: {
    readonly phase: string;
    readonly done: number;
    readonly total: number;
    readonly secondsLeft: number | null;
  } | null;
  readonly epoch: { readonly epoch: number; readonly validationAccuracy: number } | null;
}

export interface VersionAnswer {
  readonly id: string;
  readonly number: number;
  readonly aliases: readonly string[];
}

export interface ClassificationAnswer {
  readonly label: string;
  readonly confidence: number;
  readonly milliseconds: number;
  readonly modelVersion: number;
  readonly top: readonly { readonly label: string; readonly probability: number }[];
}
