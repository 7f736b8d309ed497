import { useApolloClient } from '@apollo/client/react';
import { Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import { useRefusal } from '../../app/me';
import { checkForm, type Typed } from '../../lib/run-form';
import { urls } from '../../lib/urls';
import { HubForm } from '../../ui/HubForm';
import { Augmentation } from './Augmentation';
import { Estimate } from './Estimate';
import classes from './NewRun.module.css';
import type { Plan, RunLabel } from './plans';
import { RecipeFields } from './RecipeFields';

interface Props {
  readonly plan: Plan;
  /** Whether the hyperparameters are open at first. */
  readonly open: boolean;
  /** Choices other than hyperparameters. */
  readonly children: ReactNode;
}

/** Changes hyperparameters, estimates time and memory, and starts the run. */
export function StartForm({ plan, open, children }: Props) {
  const client = useApolloClient();
  const refused = useRefusal(plan.needs);
  const navigate = useNavigate();
  const [label, setLabel] = useState<RunLabel>({ name: '', note: '' });
  const form = useForm<Typed>({
    initialValues: {},
    validateInputOnBlur: true,
    validate: (typed) => checkForm(plan.fields, typed).problems,
  });
  const { changes, problems } = checkForm(plan.fields, form.values);
  const changed = Object.keys(changes).length;
  const valid = Object.keys(problems).length === 0;
  return (
    <div className={classes.form}>
      <HubForm
        form={form}
        action="Start"
        refused={refused}
        ready
        refusal="The run was not started"
        onSubmit={async () => void navigate(urls.run(await plan.start(client, changes, label)))}
      >
        <div className={classes.choices}>{children}</div>
        <div className={classes.choices}>
          <TextInput
            label="Name"
            description="To find the run again; need not be unique"
            maxLength={100}
            value={label.name}
            onChange={({ currentTarget: { value } }) => setLabel({ ...label, name: value })}
          />
          <Textarea
            label="Note"
            description="What the run is to show"
            maxLength={2000}
            rows={1}
            value={label.note}
            onChange={({ currentTarget: { value } }) => setLabel({ ...label, note: value })}
          />
        </div>
        <details className={classes.advanced} open={open} key={String(open)}>
          <summary>
            Advanced: {plan.fields.length} settings{changed > 0 && `, ${changed} changed`}
          </summary>
          <RecipeFields fields={plan.fields} form={form} />
        </details>
        <Augmentation versionId={plan.datasetVersionId} recipe={valid ? { ...plan.base, ...changes } : null} />
        {refused === null && <Estimate asked={valid ? plan.asked(changes) : null} />}
      </HubForm>
    </div>
  );
}
