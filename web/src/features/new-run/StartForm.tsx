import { useApolloClient } from '@apollo/client/react';
import { useForm } from '@mantine/form';
import { type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import { useRefusal } from '../../app/me';
import { checkForm, type Typed, wrongFields } from '../../lib/run-form';
import { urls } from '../../lib/urls';
import { HubForm } from '../../ui/HubForm';
import { Augmentation } from './Augmentation';
import { Estimate } from './Estimate';
import { LabelFields } from './LabelFields';
import classes from './NewRun.module.css';
import { NO_LABEL, type Plan, type RunLabel } from './plans';
import { RecipeFields } from './RecipeFields';

interface Props {
  readonly plan: Plan;
  /** Whether the hyperparameters are open at first. */
  readonly open: boolean;
  /** Whether the plan still changes by itself, so that it is too early for an estimate. */
  readonly waiting?: boolean;
  /** Choices other than hyperparameters. */
  readonly children: ReactNode;
}

/** Changes hyperparameters, estimates time and memory, and starts the run. */
export function StartForm({ plan, open, waiting = false, children }: Props) {
  const client = useApolloClient();
  const refused = useRefusal(plan.needs);
  const navigate = useNavigate();
  const [label, setLabel] = useState<RunLabel>(NO_LABEL);
  const form = useForm<Typed>({
    initialValues: {},
    validateInputOnBlur: true,
    validate: (typed) => checkForm(plan.fields, typed).problems,
  });
  const checked = checkForm(plan.fields, form.values);
  const { changes } = checked;
  const changed = Object.keys(changes).length;
  const wrong = wrongFields(checked);
  const valid = wrong === '';
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
        <LabelFields of="run" label={label} onChange={setLabel} />
        <details className={classes.advanced} open={open} key={String(open)}>
          <summary>
            Advanced: {plan.fields.length} settings{changed > 0 && `, ${changed} changed`}
          </summary>
          <RecipeFields fields={plan.fields} form={form} />
        </details>
        <Augmentation versionId={plan.datasetVersionId} recipe={valid ? { ...plan.base, ...changes } : null} />
        {refused === null && <Estimate asked={valid && !waiting ? plan.asked(changes) : null} wrong={wrong} />}
      </HubForm>
    </div>
  );
}
