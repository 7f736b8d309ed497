import { EventEmitter } from 'node:events';
import { LRUCache } from 'lru-cache';
import { HubError } from '../errors.js';
import type { Held, LoadedVersions } from './loaded-versions.js';
import type { SelfCheckOutcome } from './self-check.js';
import type { ServedVersion } from './served-version.js';

/** Which version serves an alias, loaded, warm and checked. */
export interface Deployment {
  readonly alias: string;
  readonly version: ServedVersion;
  readonly selfCheck: SelfCheckOutcome;
  readonly since: Date;
}

/** Whom to ask: what an alias points to, or a version by its number. */
export type Target = { readonly alias: string } | { readonly version: number };

/** `model@alias`, as people write it. */
export const deploymentName = (model: string, alias: string): string => `${model}@${alias}`;

const keptName = (model: string, number: number): string => `${model} ${number}`;

/** What serves: versions by alias, and some that were asked for by number. */
export class Deployments {
  readonly events = new EventEmitter<{ switched: [deployment: Deployment] }>();
  readonly #deployments = new Map<string, Deployment & { readonly held: Held }>();
  /** Why nothing serves an alias that should be served. */
  readonly #failures = new Map<string, string>();
  readonly #kept: LRUCache<string, Promise<Held>>;

  /**
   * @param find the version of a model by its number; NOT_FOUND.
   * @param maxKept versions that stay loaded because they were asked for by number.
   */
  constructor(
    private readonly loaded: LoadedVersions,
    private readonly find: (model: string, number: number) => Promise<ServedVersion>,
    maxKept: number,
  ) {
    this.#kept = new LRUCache({
      max: maxKept,
      dispose: (held) => void held.then(({ letGo }) => letGo()).catch(() => undefined),
    });
  }

  /**
   * Loads a version beside what serves, warms it up and checks its answers.
   * @returns what to do next: let an alias point to it from now on, or give it up.
   * @throws what makes it unfit to serve, SELF_CHECK_FAILED among it; nothing has changed then.
   */
  async prepare(version: ServedVersion): Promise<{ switchTo(alias: string): Promise<void>; abandon(): Promise<void> }> {
    const held = await this.loaded.hold(version);
    // What serves computes side by side: what may take its place should do so from its first photos on.
    if ([...this.#deployments.values()].some((present) => present.held.lanes.wanted)) await held.lanes.load();
    return {
      switchTo: async (alias) => {
        const name = deploymentName(version.model, alias);
        const before = this.#deployments.get(name);
        const deployment = { alias, version, selfCheck: held.selfCheck, since: new Date(), held };
        this.#deployments.set(name, deployment);
        this.#failures.delete(name);
        this.events.emit('switched', deployment);
        await before?.held.letGo();
      },
      abandon: () => held.letGo(),
    };
  }

  /** Remembers why what an alias points to cannot serve. */
  failed(model: string, alias: string, error: unknown): void {
    this.#failures.set(deploymentName(model, alias), error instanceof HubError ? error.message : 'see the log');
  }

  /** @throws NOT_DEPLOYED. */
  get(model: string, alias: string): Deployment {
    const name = deploymentName(model, alias);
    const deployment = this.#deployments.get(name);
    if (deployment) return deployment;
    const failure = this.#failures.get(name);
    const why = failure ? `what it points to cannot serve: ${failure}` : 'promote a version of this model first.';
    throw new HubError('NOT_DEPLOYED', `Nothing serves ${name}: ${why}`, { model, alias });
  }

  list(): readonly Deployment[] {
    return [...this.#deployments.values()];
  }

  /**
   * Holds the version that serves a target at this moment: it answers also when the alias moves meanwhile. One that is
   * asked for by number is loaded if need be.
   * @throws NOT_DEPLOYED, or NOT_FOUND.
   */
  async hold(model: string, target: Target): Promise<Held> {
    if ('alias' in target) return this.loaded.hold(this.get(model, target.alias).version);
    const serving = this.list().find(({ version }) => version.model === model && version.number === target.version);
    if (serving) return this.loaded.hold(serving.version);
    const name = keptName(model, target.version);
    const kept = this.#kept.get(name) ?? this.#keep(name, this.find(model, target.version));
    return this.loaded.hold((await kept).version);
  }

  /** Holds a certain version, loaded if need be. @throws what makes it unfit to serve. */
  async holdVersion(version: ServedVersion): Promise<Held> {
    return this.loaded.hold(version);
  }

  /** Lets go of a version that was asked for by its number: who asks next is answered by its present form. */
  forget(model: string, number: number): void {
    this.#kept.delete(keptName(model, number));
  }

  /** Loads a version and keeps what it answers about photos. @returns the blob for `expected.blob`. */
  async record(version: ServedVersion, photos: readonly Uint8Array[]): Promise<string> {
    return this.loaded.record(version, photos);
  }

  #keep(name: string, version: Promise<ServedVersion>): Promise<Held> {
    const held = version.then((found) => this.loaded.hold(found));
    this.#kept.set(name, held);
    held.catch(() => this.#kept.delete(name)); // the next one tries again
    return held;
  }
}
