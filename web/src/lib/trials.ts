import { formatCount } from './format';

interface Trial {
  readonly state: 'QUEUED' | 'SUCCEEDED' | 'STOPPED' | 'FAILED' | 'CANCELLED';
}

/** How many trials of a sweep were trained, out of all of them: 3 of 6, 1 failed, 2 canceled. */
export function progressOf(trials: readonly Trial[]): string {
  const number = (...states: Trial['state'][]): number => trials.filter(({ state }) => states.includes(state)).length;
  const failed = number('FAILED');
  const canceled = number('CANCELLED');
  return [
    `${formatCount(number('SUCCEEDED', 'STOPPED'))} of ${formatCount(trials.length)}`,
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
    ...(canceled > 0 ? [`${formatCount(canceled)} canceled`] : []),
  ].join(', ');
}
