/** Where the page shows a thing. Ids and names are URL-safe by the hub's rules. */
export const urls = {
  dataset: (name: string): string => `/datasets/${name}`,
  datasetVersion: (name: string, number: number): string => `/datasets/${name}/${number}`,
  /** @param from and `to` are numbers of versions. */
  datasetDifference: (name: string, from: number, to: number): string =>
    `/datasets/${name}/difference?from=${from}&to=${to}`,
  run: (id: string): string => `/runs/${id}`,
  model: (name: string): string => urls.model(name),
  modelVersion: (name: string, number: number): string => `/models/${name}?version=${number}`,
  rollBack: (name: string, alias: string): string => `/models/${name}/roll-back?alias=${alias}`,
  promote: (name: string, number: number, alias: string): string =>
    `/models/${name}/promote?version=${number}&alias=${alias}`,
} as const;
