import { type RunState, stateName } from '../../lib/runs';
import classes from './StateMark.module.css';

const MARKS: Readonly<Record<RunState, React.ReactNode>> = {
  QUEUED: <circle cx="5" cy="5" r="3.5" />,
  RUNNING: <circle cx="5" cy="5" r="3.5" className={classes.full} />,
  SUCCEEDED: <path d="M1.5 5.5 4 8l4.5-6" />,
  FAILED: <path d="m2 2 6 6m0-6-6 6" />,
  CANCELLED: <path d="M2 5h6" />,
};

/** The state of a run as a mark and a word, with details such as its place in the queue. */
export function StateMark({ state, detail }: { readonly state: RunState; readonly detail?: string | null }) {
  return (
    <span className={classes.state} data-state={state}>
      <svg width="10" height="10" aria-hidden="true">
        {MARKS[state]}
      </svg>
      {stateName(state)}
      {detail && <span className={classes.detail}>{detail}</span>}
    </span>
  );
}
