import { isUnderWay, type RunState } from './runs';

export type StepState = 'done' | 'doing' | 'next' | 'later';

/** The contents of a hub that decide which step comes next. */
export interface Held {
  readonly versions: number;
  readonly ingestions: number;
  readonly runs: readonly { readonly state: RunState }[];
  /** Whether any model has a version in production. */
  readonly production: boolean;
}

/** The state of each step from an empty hub to an answer, read from its contents alone. */
export function firstSteps({
  versions,
  ingestions,
  runs,
  production,
}: Held): Readonly<Record<'data' | 'train' | 'classify', StepState>> {
  const data = versions > 0 ? 'done' : ingestions > 0 ? 'doing' : 'next';
  const trained = runs.some(({ state }) => state === 'SUCCEEDED');
  const train = trained
    ? 'done'
    : runs.some(({ state }) => isUnderWay(state))
      ? 'doing'
      : data === 'done'
        ? 'next'
        : 'later';
  return { data, train, classify: production ? 'done' : trained ? 'next' : 'later' };
}
