import classes from './StateMark.module.css';

export type State = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

/** What a run can be doing, in a word. */
export const STATE_WORDS: Readonly<Record<State, string>> = {
  QUEUED: 'Queued',
  RUNNING: 'Running',
  SUCCEEDED: 'Succeeded',
  FAILED: 'Failed',
  CANCELLED: 'Cancelled',
};

const MARKS: Readonly<Record<State, React.ReactNode>> = {
  QUEUED: <circle cx="5" cy="5" r="3.5" />,
  RUNNING: <circle cx="5" cy="5" r="3.5" className={classes.full} />,
  SUCCEEDED: <path d="M1.5 5.5 4 8l4.5-6" />,
  FAILED: <path d="m2 2 6 6m0-6-6 6" />,
  CANCELLED: <path d="M2 5h6" />,
};

/** The state of a run as a mark and a word, and how far it is in it. */
export function StateMark({ state, detail }: { readonly state: State; readonly detail?: string | null }) {
  return (
    <span className={classes.state} data-state={state}>
      <svg width="10" height="10" aria-hidden="true">
        {MARKS[state]}
      </svg>
      {STATE_WORDS[state]}
      {detail && <span className={classes.detail}>{detail}</span>}
    </span>
  );
}
