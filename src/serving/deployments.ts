import type { Forward } from '../engines/engine.js';
import type { NetworkThread } from '../engines/network-thread.js';
import { HubError } from '../errors.js';
import type { ServedVersion } from './served-version.js';

/** Which version serves an alias, loaded and warm. */
export interface Deployment {
  readonly alias: string;
  readonly version: ServedVersion;
  readonly since: Date;
}

/** A version in memory: loading or loaded, and by how many it is held: aliases, predictions, a switch being prepared. */
interface Loaded {
  readonly network: Promise<Forward>;
  holders: number;
}

/** `model@alias`, as people write it. */
export const deploymentName = (model: string, alias: string): string => `${model}@${alias}`;

/** What serving has loaded. A version that several hold is loaded once, and unloaded when the last lets go of it. */
export class Deployments {
  readonly #deployments = new Map<string, Deployment>();
  readonly #loaded = new Map<string, Loaded>();

  constructor(private readonly thread: NetworkThread) {}

  /**
   * Loads a version beside what serves and warms it up.
   * @returns what to do next: let an alias point to it from now on, or give it up.
   * @throws what makes it unfit to serve; nothing has changed then.
   */
  async prepare(version: ServedVersion): Promise<{ switchTo(alias: string): Promise<void>; abandon(): Promise<void> }> {
    await this.#hold(version);
    return {
      switchTo: async (alias) => {
        const name = deploymentName(version.model, alias);
        const before = this.#deployments.get(name);
        this.#deployments.set(name, { alias, version, since: new Date() });
        if (before) await this.#letGo(before.version);
      },
      abandon: () => this.#letGo(version),
    };
  }

  get(model: string, alias: string): Deployment {
    const deployment = this.#deployments.get(deploymentName(model, alias));
    if (deployment) return deployment;
    const message = `Nothing serves ${deploymentName(model, alias)}: promote a version of this model first.`;
    throw new HubError('NOT_DEPLOYED', message, { model, alias });
  }

  list(): readonly Deployment[] {
    return [...this.#deployments.values()];
  }

  /** Predicts with the version that holds the alias at this moment, also when the alias moves meanwhile. */
  async predict(
    model: string,
    alias: string,
    pixelsFor: (version: ServedVersion) => Promise<Uint8Array>,
  ): Promise<{ version: ServedVersion; probabilities: Float32Array }> {
    const { version } = this.get(model, alias);
    const network = await this.#hold(version);
    try {
      return { version, probabilities: await network.run(await pixelsFor(version), 1) };
    } finally {
      await this.#letGo(version);
    }
  }

  async #hold(version: ServedVersion): Promise<Forward> {
    const id = version.versionId;
    const loaded = this.#loaded.get(id) ?? { network: this.thread.load(version), holders: 0 };
    this.#loaded.set(id, loaded);
    loaded.holders += 1;
    try {
      return await loaded.network;
    } catch (error) {
      this.#loaded.delete(id); // the next one tries again
      throw error;
    }
  }

  async #letGo({ versionId }: ServedVersion): Promise<void> {
    const loaded = this.#loaded.get(versionId);
    if (!loaded) return;
    loaded.holders -= 1;
    if (loaded.holders > 0) return;
    this.#loaded.delete(versionId);
    await (await loaded.network).dispose();
  }
}
