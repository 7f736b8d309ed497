import { useQuery } from '@apollo/client/react';
import { Button, Text } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import { FORM_BASE, type FormBase, RUN_FORM, type RunForm } from '../../features/new-run/fragments';
import { NewTransferRun } from '../../features/new-run/NewTransferRun';
import { planClone, planFineTune } from '../../features/new-run/plans';
import { StartForm } from '../../features/new-run/StartForm';
import { RunLink } from '../../features/runs/RunLink';
import { graphql } from '../../graphql';
import { shortId } from '../../lib/format';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { PageHead } from '../../ui/PageHead';

const NEW_RUN = graphql(
  `
    query NewRun($run: ID!, $ofRun: Boolean!) {
      ...RunForm
      run(id: $run) @include(if: $ofRun) { ...FormBase }
    }
  `,
  [RUN_FORM, FORM_BASE],
);

/** The parameters of the form's URL; at most one of the first two is set. */
function useFormAddress() {
  const [params] = useSearchParams();
  return {
    /** The run to repeat. */
    from: params.get('from'),
    /** The run to fine-tune. */
    parent: params.get('parent'),
    /** ID of a dataset version. */
    version: params.get('version'),
  };
}

/** The form that starts a run. */
export function NewRunPage() {
  const { from, parent, version } = useFormAddress();
  const run = from ?? parent;
  const asked = useQuery(NEW_RUN, { variables: { run: run ?? '', ofRun: run !== null } });
  const title = from ? `Run ${shortId(from)} again` : parent ? `Fine-tune run ${shortId(parent)}` : 'New run';
  return (
    <>
      <PageHead title={title} />
      <Answer of={asked}>
        {({ run: base, ...form }) => {
          if (run === null) {
            if (form.datasets.some(({ versions }) => versions.length > 0)) {
              return <NewTransferRun form={form} versionId={version} onAdded={asked.refetch} />;
            }
            return <NoData />;
          }
          if (!base) return <Empty title="Run not found" text={`No run has the ID ${run}.`} />;
          return from ? <Again form={form} run={base} /> : <FineTune form={form} parent={base} />;
        }}
      </Answer>
    </>
  );
}

function NoData() {
  return (
    <Empty title="No data to train on yet" text="A run needs a dataset with a version of labeled images.">
      <Button component={Link} to="/datasets" size="xs">
        Add data
      </Button>
    </Empty>
  );
}

function Again({ form, run }: { readonly form: RunForm; readonly run: FormBase }) {
  return (
    <StartForm plan={planClone(form, run)} open>
      <Text>
        {data(run)}, as before. Changes from <RunLink id={run.id} /> are marked.
      </Text>
    </StartForm>
  );
}

function FineTune({ form, parent }: { readonly form: RunForm; readonly parent: FormBase }) {
  return (
    <StartForm plan={planFineTune(form, parent)} open>
      <Text>
        {data(parent)}. Continues from the weights of <RunLink id={parent.id} /> and also trains part of the backbone.
      </Text>
    </StartForm>
  );
}

const data = ({ datasetVersion: { dataset, number }, backboneName }: FormBase): string =>
  `${dataset} ${number} on ${backboneName}`;
