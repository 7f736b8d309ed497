const EVERYTHING = `{
  datasets { name versions { id contentHash imageCount } }
  models { name versions { number runId } aliases { name version { number } } aliasEvents { alias to } }
}`;
const RUN = `query ($id: ID!) { run(id: $id) {
  state testAccuracy testLoss error { code message }
  epochs { epoch trainLoss trainAccuracy validationLoss validationAccuracy }
} }`;

export const runOf = async (client, id) => (await client.request(RUN, { id })).run;

/** What a hub has acknowledged. Whatever happens to it, `losses` must stay empty. */
export class Ledger {
  datasets = new Set();
  /** Content hash by id. */
  versions = new Map();
  /** Epochs that were told, by run. */
  runs = new Map();
  /** What runs that succeeded came to. */
  figures = new Map();
  /** Number by run. */
  modelVersions = new Map();
  /** Where production points: one of these, of which the first was acknowledged. */
  production = [null];

  /** @param archive with the images that are registered. */
  constructor(archive) {
    this.archive = archive;
  }

  /** What the hub does not have any more, or has otherwise, in words. */
  async losses(client) {
    const { datasets, models } = await client.request(EVERYTHING);
    const lost = [];
    const expect = (holds, what) => holds || lost.push(what);
    const names = new Set(datasets.map(({ name }) => name));
    for (const name of this.datasets) expect(names.has(name), `dataset ${name}`);
    const hashes = new Map(datasets.flatMap(({ versions }) => versions.map((v) => [v.id, v.contentHash])));
    for (const [id, hash] of this.versions) expect(hashes.get(id) === hash, `dataset version ${id}`);
    for (const [id, epochs] of this.runs) {
      const run = await runOf(client, id);
      expect(run !== null, `run ${id}`);
      for (const told of epochs) {
        const kept = run?.epochs.find(({ epoch }) => epoch === told.epoch);
        expect(JSON.stringify(kept) === JSON.stringify(told), `epoch ${told.epoch} of run ${id}`);
      }
      const figures = this.figures.get(id);
      expect(!figures || figures === JSON.stringify(run), `result of run ${id}`);
    }
    const [model] = models;
    for (const [runId, number] of this.modelVersions) {
      const kept = model?.versions.some((version) => version.runId === runId && version.number === number);
      expect(kept, `model version ${number}`);
    }
    const points = model?.aliases.find(({ name }) => name === 'production')?.version.number ?? null;
    expect(this.production.includes(points), `production: ${points}, not ${this.production.join(' or ')}`);
    const told = model?.aliasEvents.find(({ alias }) => alias === 'production')?.to ?? null;
    expect(told === points, `the last move of production: to ${told}, and it points to ${points}`);
    this.production = [points]; // of an answer that never came, it is known now
    return lost;
  }
}
