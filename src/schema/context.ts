import type { RunService } from './run/run.service.js';

/** What a resolver knows about a request. */
export interface Context {
  /** Under which number the log knows it. */
  readonly requestId: string;
  /** Name of the token that it came with. */
  readonly actor: string;
  /** For subscriptions, which type-graphql starts without the resolver's instance. */
  readonly runs: RunService;
}
