/** Addresses in the page. IDs and names are URL-safe by the hub's rules. */
export const urls = {
  dataset: (name: string): string => `/datasets/${name}`,
  datasetVersion: (name: string, number: number): string => `/datasets/${name}/${number}`,
  examination: (name: string, number: number): string => `/datasets/${name}/${number}/examination`,
  /** @param row position of the image in the version. */
  datasetImage: (name: string, number: number, row: number): string => `/datasets/${name}/${number}?image=${row}`,
  /** @param from and `to` are version numbers. */
  datasetDifference: (name: string, from: number, to: number): string =>
    `/datasets/${name}/difference?from=${from}&to=${to}`,
  run: (id: string): string => `/runs/${id}`,
  /** The list with these runs selected. */
  runs: (selected: readonly string[] = []): string => `/runs${selected.length > 0 ? `?ids=${selected.join()}` : ''}`,
  compareRuns: (ids: readonly string[]): string => `/runs/compare?ids=${ids.join()}`,
  newRun: '/runs/new',
  /** A new run with the recipe of another one. */
  runAgain: (id: string): string => `/runs/new?from=${id}`,
  fineTune: (parent: string): string => `/runs/new?parent=${parent}`,
  model: (name: string): string => `/models/${name}`,
  modelVersion: (name: string, number: number): string => `/models/${name}?version=${number}`,
  predictions: (name: string): string => `/models/${name}/predictions`,
  review: (name: string): string => `/models/${name}/review`,
  /** @param model name of the only model; all by default. */
  batches: (model?: string): string => `/batches${model === undefined ? '' : `?model=${model}`}`,
  /** @param number of a version; by default the one in production. */
  newBatch: (model?: string, number?: number): string => {
    const version = number === undefined ? '' : `&version=${number}`;
    return model === undefined ? '/batches/new' : `/batches/new?model=${model}${version}`;
  },
  rollBack: (name: string, alias: string): string => `/models/${name}/roll-back?alias=${alias}`,
  removeAlias: (name: string, alias: string): string => `/models/${name}/remove-alias?alias=${alias}`,
  promote: (name: string, number: number, alias: string): string =>
    `/models/${name}/promote?version=${number}&alias=${alias}`,
  sweeps: '/sweeps',
  sweep: (id: string): string => `/sweeps/${id}`,
  newSweep: '/sweeps/new',
  /** A new sweep with the data, backbone and recipe of a run. */
  sweepFrom: (run: string): string => `/sweeps/new?from=${run}`,
  backbones: '/settings/backbones',
  approvals: '/approvals',
  webhook: (id: string): string => `/settings/webhooks/${id}`,
} as const;
