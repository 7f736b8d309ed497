import { useApolloClient } from '@apollo/client/react';
import { Button } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import { checkForm, type Typed } from '../../lib/run-form';
import { urls } from '../../lib/urls';
import { Problem } from '../../ui/Problem';
import { useTask } from '../../ui/useTask';
import { Estimate } from './Estimate';
import classes from './NewRun.module.css';
import type { Plan } from './plans';
import { RecipeFields } from './RecipeFields';

interface Props {
  readonly plan: Plan;
  readonly initial?: Typed;
  /** Whether hyperparameters are shown from the beginning. */
  readonly open: boolean;
  /** What is chosen besides hyperparameters. */
  readonly children: ReactNode;
}

/** Changes hyperparameters, says what the run would take, and starts it. What was typed stays when it is refused. */
export function StartForm({ plan, initial = {}, open, children }: Props) {
  const client = useApolloClient();
  const navigate = useNavigate();
  const [typed, setTyped] = useState(initial);
  const [asked, setAsked] = useState(false);
  const { busy, problem, run } = useTask();
  const { changes, problems } = checkForm(plan.fields, typed);
  const [firstWrong] = plan.fields.filter(({ name }) => name in problems);
  const changed = Object.keys(changes).length;

  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setAsked(true);
    if (firstWrong) {
      const field = event.currentTarget.elements.namedItem(firstWrong.name);
      if (field instanceof HTMLElement) {
        field.closest('details')?.setAttribute('open', '');
        field.focus();
      }
      return;
    }
    void run(async () => void navigate(urls.run(await plan.start(client, changes))));
  };
  return (
    <form className={classes.form} onSubmit={submit} noValidate>
      <div className={classes.choices}>{children}</div>
      <details className={classes.advanced} open={open} key={String(open)}>
        <summary>
          Advanced: {plan.fields.length} settings{changed > 0 && `, ${changed} changed`}
        </summary>
        <RecipeFields
          fields={plan.fields}
          typed={typed}
          problems={problems}
          asked={asked}
          type={(name, text) => setTyped((before) => ({ ...before, [name]: text }))}
        />
      </details>
      <div className={classes.end}>
        <Estimate asked={firstWrong ? null : plan.asked(changes)} />
        {problem && <Problem title="The run was not started" message={problem} />}
        {asked && firstWrong && (
          <Problem title="The run was not started" message={`${firstWrong.name}: ${problems[firstWrong.name]}`} />
        )}
        <Button type="submit" loading={busy}>
          Start
        </Button>
      </div>
    </form>
  );
}
