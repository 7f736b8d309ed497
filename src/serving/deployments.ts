import { EventEmitter } from 'node:events';
import { LRUCache } from 'lru-cache';
import type { PrecisionName, RuntimeName } from '../engines/network-form.js';
import { HubError } from '../errors.js';
import type { Held, LoadedVersions } from './loaded-versions.js';
import type { SelfCheckOutcome } from './self-check.js';
import { type ServedVersion, servedForm } from './served-version.js';

/** The version that serves an alias: loaded, warm and checked. */
export interface Deployment {
  readonly alias: string;
  readonly version: ServedVersion;
  readonly selfCheck: SelfCheckOutcome;
  readonly since: Date;
}

/** What serves an alias, or why the version that it points to does not. */
export interface ServingState {
  readonly model: string;
  readonly alias: string;
  /** Number and form of the version that serves; null when none does. */
  readonly version: number | null;
  readonly runtime: RuntimeName | null;
  readonly precision: PrecisionName | null;
  /** The form of the version that the alias points to, by `servedForm`. */
  readonly form: string;
  /** Why that version does not serve; null when it does. */
  readonly error: string | null;
}

/** The version to ask: the one that an alias points to, or one by its number. */
export type Target = { readonly alias: string } | { readonly version: number };

/** `model@alias`. */
export const deploymentName = (model: string, alias: string): string => `${model}@${alias}`;

const keptName = (model: string, number: number): string => `${model} ${number}`;

/** A version that is loaded and checked, before an alias is switched to it. */
export interface Prepared {
  switchTo(alias: string): Promise<void>;
  abandon(): Promise<void>;
}

export interface DeploymentsOptions {
  /** Most versions that stay loaded because requests named them by number. */
  readonly maxKept: number;
  /** Whether this process answers photos. One that does not checks versions and lets go of them. */
  readonly serves: boolean;
}

/** The versions that serve: one for each alias, and some that requests named by number. */
export class Deployments {
  readonly serves: boolean;
  readonly events = new EventEmitter<{ switched: [deployment: Deployment]; changed: [] }>();
  readonly #deployments = new Map<string, Deployment & { readonly held: Held }>();
  /** When aliases were removed that nothing serves since. */
  readonly #removals = new Map<string, Date>();
  /** Versions that an alias points to and that cannot be loaded, with the reason. */
  readonly #faults = new Map<
    string,
    { readonly alias: string; readonly version: ServedVersion; readonly why: string }
  >();
  readonly #kept: LRUCache<string, Promise<Held>>;

  /** @param find the version of a model by its number; NOT_FOUND. */
  constructor(
    private readonly loaded: LoadedVersions,
    private readonly find: (model: string, number: number) => Promise<ServedVersion>,
    { maxKept, serves }: DeploymentsOptions,
  ) {
    this.serves = serves;
    this.#kept = new LRUCache({
      max: maxKept,
      dispose: (held) => void held.then(({ letGo }) => letGo()).catch(() => undefined),
    });
  }

  /**
   * Loads a version while others keep serving, warms it up and checks its answers.
   * @returns the next step: switch an alias to it, or abandon it.
   * @throws SELF_CHECK_FAILED, or why it cannot be loaded; nothing has changed then.
   */
  async prepare(version: ServedVersion): Promise<Prepared> {
    const held = await this.loaded.hold(version);
    // Where versions compute in lanes, a new one has its lanes from its first photo on.
    if ([...this.#deployments.values()].some((present) => present.held.lanes.wanted)) await held.lanes.load();
    return {
      switchTo: async (alias) => {
        const name = deploymentName(version.model, alias);
        const before = this.#deployments.get(name);
        const deployment = { alias, version, selfCheck: held.selfCheck, since: new Date(), held };
        if (this.serves) this.#deployments.set(name, deployment);
        else await held.letGo();
        this.#removals.delete(name);
        this.#faults.delete(name);
        this.events.emit('switched', deployment);
        this.events.emit('changed');
        await before?.held.letGo();
      },
      abandon: () => held.letGo(),
    };
  }

  /** Remembers why the version that an alias points to cannot serve. What served before serves on. */
  failed(alias: string, version: ServedVersion, error: unknown): void {
    const name = deploymentName(version.model, alias);
    const why = error instanceof HubError ? error.message : 'see the log';
    this.#faults.set(name, { alias, version, why });
    this.events.emit('changed');
  }

  /** Stops serving an alias that was removed. Requests in progress keep its version. */
  async remove(model: string, alias: string, at: Date): Promise<void> {
    const name = deploymentName(model, alias);
    const before = this.#deployments.get(name);
    this.#deployments.delete(name);
    this.#faults.delete(name);
    this.removed(model, alias, at);
    this.events.emit('changed');
    await before?.held.letGo();
  }

  /** Remembers when an alias was removed, to tell those who ask for it. */
  removed(model: string, alias: string, at: Date): void {
    this.#removals.set(deploymentName(model, alias), at);
  }

  /** @throws NOT_DEPLOYED. */
  get(model: string, alias: string): Deployment {
    const name = deploymentName(model, alias);
    const deployment = this.#deployments.get(name);
    if (deployment) return deployment;
    throw this.refusal(model, alias);
  }

  /** The refusal of a request for an alias that nothing serves: why, and what to do. */
  refusal(model: string, alias: string): HubError {
    if (!this.serves) return servesNothing();
    const name = deploymentName(model, alias);
    const refused = (why: string, more = {}): HubError =>
      new HubError('NOT_DEPLOYED', `Nothing serves ${name}: ${why}`, { model, alias, ...more });
    const fault = this.#faults.get(name);
    if (fault) return refused(`what it points to cannot serve: ${fault.why}`);
    const removedAt = this.#removals.get(name);
    if (!removedAt) return refused('promote a version of this model first.');
    const when = removedAt.toISOString();
    return refused(`the alias was removed at ${when}. Promote a version, or roll the alias back.`, { removedAt });
  }

  /** @throws ROLE_MISSING in a process that does not serve. */
  list(): readonly Deployment[] {
    if (!this.serves) throw servesNothing();
    return [...this.#deployments.values()];
  }

  /** What serves every alias, or fails to. */
  states(): ServingState[] {
    const names = new Set([...this.#deployments.keys(), ...this.#faults.keys()]);
    return [...names].map((name) => {
      const [serving, fault] = [this.#deployments.get(name), this.#faults.get(name)];
      const { alias, version } = (fault ?? serving) as { readonly alias: string; readonly version: ServedVersion };
      return {
        ...{ model: version.model, alias, version: serving?.version.number ?? null },
        runtime: serving?.version.form.runtime ?? null,
        precision: serving?.version.form.precision ?? null,
        form: servedForm(version),
        error: fault?.why ?? null,
      };
    });
  }

  /**
   * Holds the version that serves a target at the time of the call, even if the alias moves meanwhile. A version that is
   * named by number is loaded if necessary.
   * @throws NOT_DEPLOYED, NOT_FOUND, or ROLE_MISSING in a process that does not serve.
   */
  async hold(model: string, target: Target): Promise<Held> {
    if ('alias' in target) return this.loaded.hold(this.get(model, target.alias).version);
    const serving = this.list().find(({ version }) => version.model === model && version.number === target.version);
    if (serving) return this.loaded.hold(serving.version);
    const name = keptName(model, target.version);
    const kept = this.#kept.get(name) ?? this.#keep(name, this.find(model, target.version));
    return this.loaded.hold((await kept).version);
  }

  /** Lets go of a version that was named by number: its present form answers the next request. */
  forget(model: string, number: number): void {
    this.#kept.delete(keptName(model, number));
  }

  #keep(name: string, version: Promise<ServedVersion>): Promise<Held> {
    const held = version.then((found) => this.loaded.hold(found));
    this.#kept.set(name, held);
    held.catch(() => this.#kept.delete(name)); // the next request tries again
    return held;
  }
}

/** The refusal of a process that answers requests and leaves photos to others. */
function servesNothing(): HubError {
  const message =
    'This process does not classify photos (it lacks the role "serve"). Send them to one that does: POST /v1/classify, or /v2. A load balancer can tell them by their paths (docs/scaling.md).';
  return new HubError('ROLE_MISSING', message, { role: 'serve' });
}
