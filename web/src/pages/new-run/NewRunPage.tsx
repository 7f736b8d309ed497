import { useQuery } from '@apollo/client/react';
import { Button, Text } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import { FORM_BASE, type FormBase, RUN_FORM, type RunForm } from '../../features/new-run/fragments';
import { NewTransferRun } from '../../features/new-run/NewTransferRun';
import { planClone, planFineTune, typedOf } from '../../features/new-run/plans';
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

/** What the address of the form holds: at most one of the first two. */
function useFormAddress() {
  const [params] = useSearchParams();
  return {
    /** The run that is made again. */
    from: params.get('from'),
    /** The run that is gone on from. */
    parent: params.get('parent'),
    /** As which stage of which pipeline. */
    pipeline: params.get('pipeline'),
    stage: Number(params.get('stage')),
    /** Id of a dataset version. */
    version: params.get('version'),
  };
}

/** Prepares a run and starts it. */
export function NewRunPage() {
  const { from, parent, pipeline, stage, version } = useFormAddress();
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
          if (!base) return <Empty title="There is no such run" text={`No run has the id ${run}.`} />;
          return from ? (
            <Again form={form} run={base} />
          ) : (
            <GoOn form={form} parent={base} pipeline={pipeline} number={stage} />
          );
        }}
      </Answer>
    </>
  );
}

function NoData() {
  return (
    <Empty
      title="There is nothing to train on yet"
      text="A run needs a dataset with a registered version of labelled images."
    >
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
        {data(run)}, as before. What you change is marked; the rest stays as it was in <RunLink id={run.id} />.
      </Text>
    </StartForm>
  );
}

interface GoOnProps {
  readonly form: RunForm;
  readonly parent: FormBase;
  readonly pipeline: string | null;
  readonly number: number;
}

function GoOn({ form, parent, pipeline, number }: GoOnProps) {
  const stages = form.pipelines.find(({ name }) => name === pipeline)?.stages ?? [];
  const changes = stages[number - 1]?.changes;
  const stage = pipeline && changes ? { pipeline, number, of: stages.length } : null;
  return (
    <StartForm plan={planFineTune(form, parent, stage)} {...(changes && { initial: typedOf(changes) })} open>
      <Text>
        {data(parent)}. Goes on from the weights of <RunLink id={parent.id} />, with part of the backbone trained too.
        {stage && ` Filled in as stage ${number} of ${stages.length} of the recipe "${pipeline}" has it.`}
      </Text>
    </StartForm>
  );
}

const data = ({ datasetVersion: { dataset, number }, backboneName }: FormBase): string =>
  `${dataset} ${number} on ${backboneName}`;
