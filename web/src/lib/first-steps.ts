export type StepState = 'done' | 'doing' | 'next' | 'later';

/** What a hub holds, as far as it decides what comes next. */
export interface Held {
  readonly versions: number;
  readonly registrations: number;
  readonly runs: readonly { readonly state: 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED' }[];
  /** Whether a version of some model is in production. */
  readonly production: boolean;
}

/** How far it is from an empty hub to an answer: by what is there, whoever made it. */
export function firstSteps({
  versions,
  registrations,
  runs,
  production,
}: Held): Readonly<Record<'data' | 'train' | 'classify', StepState>> {
  const data = versions > 0 ? 'done' : registrations > 0 ? 'doing' : 'next';
  const under = (state: string): boolean => state === 'QUEUED' || state === 'RUNNING';
  const trained = runs.some(({ state }) => state === 'SUCCEEDED');
  const train = trained
    ? 'done'
    : runs.some(({ state }) => under(state))
      ? 'doing'
      : data === 'done'
        ? 'next'
        : 'later';
  return { data, train, classify: production ? 'done' : trained ? 'next' : 'later' };
}
