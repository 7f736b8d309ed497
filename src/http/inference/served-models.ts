import { PRODUCTION } from '../../domain/model/gate.js';
import type { Model, ModelVersion } from '../../domain/model/model.js';
import type { ModelService } from '../../domain/model/model-service.js';
import { HubError } from '../../errors.js';
import type { Deployments } from '../../serving/deployments.js';
import type { Statistics } from '../../serving/statistics.js';
import { configOf, describeModel, propertiesOf, statisticsOf } from './metadata.js';

/** A version of a model, as the index of the repository lists it. */
interface IndexEntry {
  readonly name: string;
  readonly version: string;
  readonly state: 'READY' | 'UNAVAILABLE';
  readonly reason: string;
}

/** What a hub tells about its models, over HTTP and gRPC alike. Without a number the alias `production` is meant. */
export class ServedModels {
  constructor(
    private readonly models: ModelService,
    private readonly deployments: Deployments,
    private readonly statistics: Statistics,
  ) {}

  /** @throws NOT_FOUND, or NOT_DEPLOYED, where it cannot answer. */
  async requireReady(name: string, number: number | undefined): Promise<void> {
    if (number === undefined) this.deployments.get(name, PRODUCTION);
    else await this.#find(name, number);
  }

  async exists(name: string): Promise<boolean> {
    return (await this.models.find({ name })) !== null;
  }

  /** @throws NOT_FOUND, or NOT_DEPLOYED. */
  async metadata(name: string, number: number | undefined) {
    const { version, model } = await this.#find(name, number);
    const versions = model.versions.map((each) => each.number);
    return { ...describeModel(version, versions), properties: propertiesOf(version) };
  }

  /** @throws NOT_FOUND, or NOT_DEPLOYED. */
  async config(name: string, number: number | undefined) {
    return configOf((await this.#find(name, number)).version);
  }

  /** @throws NOT_FOUND, or NOT_DEPLOYED. */
  async statisticsOf(name: string, number: number | undefined) {
    const { version } = await this.#find(name, number);
    return { model_stats: [this.#statistics(version.model, version.number)] };
  }

  /** Statistics of every version that serves an alias. @param only name of the one model to tell of; null for all. */
  allStatistics(only: string | null) {
    const serving = this.#serving(only).map(({ version: { model, number } }) => ({ model, number }));
    const keys = new Map(serving.map((each) => [`${each.model} ${each.number}`, each]));
    return { model_stats: [...keys.values()].map(({ model, number }) => this.#statistics(model, number)) };
  }

  /** Names of the models whose `production` serves. @param only name of the one model to list; null for all. */
  names(only: string | null): string[] {
    const inProduction = this.#serving(only).filter(({ alias }) => alias === PRODUCTION);
    return inProduction.map(({ version }) => version.model).sort();
  }

  /** All versions, and whether they are loaded. @param only name of the one model to list; null for all. */
  async index(only: string | null, ready: boolean): Promise<IndexEntry[]> {
    const loaded = new Set(this.#serving(only).map(({ version }) => version.versionId));
    const entries = (await this.models.list(only, false)).flatMap(({ name, versions }) =>
      versions.map(({ id, number }): IndexEntry => {
        const about = { name, version: String(number) };
        if (loaded.has(id)) return { ...about, state: 'READY', reason: '' };
        const reason = 'no alias points to it; a request that names it loads it';
        return { ...about, state: 'UNAVAILABLE', reason };
      }),
    );
    return ready ? entries.filter(({ state }) => state === 'READY') : entries;
  }

  #serving(only: string | null) {
    return this.deployments.list().filter(({ version }) => only === null || version.model === only);
  }

  #statistics(model: string, number: number) {
    return statisticsOf(model, number, this.statistics.find(model, number), this.statistics.refused(model));
  }

  async #find(
    name: string,
    number: number | undefined,
  ): Promise<{ readonly version: ModelVersion; readonly model: Model }> {
    const model = await this.models.find({ name });
    if (!model) throw new HubError('NOT_FOUND', `There is no model named ${name}.`, { model: name });
    const version =
      number === undefined
        ? model.aliases.find((alias) => alias.name === PRODUCTION)?.version
        : model.versions.find((each) => each.number === number);
    if (version) return { version, model };
    if (number === undefined) throw this.deployments.refusal(name, PRODUCTION);
    throw new HubError('NOT_FOUND', `There is no version ${number} of ${name}.`, { model: name, version: number });
  }
}

/** The refusal of a request to load or unload a model. */
export function loadingRefused(model: string): HubError {
  const message = `Models are not loaded or unloaded over this protocol: promote a version of ${model}, or remove its alias, over GraphQL.`;
  return new HubError('NOT_SUPPORTED', message, { model });
}
