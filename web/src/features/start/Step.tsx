import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { StepState } from '../../lib/first-steps';
import classes from './Step.module.css';

const STATES: Readonly<Record<StepState, string>> = {
  done: '✓ done',
  doing: 'under way',
  next: 'next',
  later: 'later',
};

export function Steps({ children }: { readonly children: ReactNode }) {
  return <ol className={classes.steps}>{children}</ol>;
}

/** A step from an empty hub to an answer. */
export function Step({
  number,
  title,
  state,
  children,
}: {
  readonly number: number;
  readonly title: string;
  readonly state: StepState;
  readonly children: ReactNode;
}) {
  return (
    <li
      className={classes.step}
      data-state={state}
      aria-current={state === 'next' || state === 'doing' ? 'step' : undefined}
    >
      <span className={classes.number} aria-hidden>
        {number}
      </span>
      <Title order={2}>{title}</Title>
      <span className={classes.state}>{STATES[state]}</span>
      <div className={classes.body}>{children}</div>
    </li>
  );
}
