import { useQuery } from '@apollo/client/react';
import { Link, useSearchParams } from 'react-router';
import { FORM_BASE, RUN_FORM } from '../../features/new-run/fragments';
import { NewSweep } from '../../features/sweeps/NewSweep';
import { graphql } from '../../graphql';
import { shortId } from '../../lib/format';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { PageHead } from '../../ui/PageHead';

const NEW_SWEEP = graphql(
  `
    query NewSweep($run: ID!, $ofRun: Boolean!) {
      ...RunForm
      run(id: $run) @include(if: $ofRun) { ...FormBase }
    }
  `,
  [RUN_FORM, FORM_BASE],
);

/** The form that starts a sweep, from a preset or from the run that its address names. */
export function NewSweepPage() {
  const [params] = useSearchParams();
  const from = params.get('from');
  const asked = useQuery(NEW_SWEEP, { variables: { run: from ?? '', ofRun: from !== null } });
  return (
    <>
      <PageHead title={from ? `Sweep from run ${shortId(from)}` : 'New sweep'} />
      <Answer of={asked}>
        {({ run, ...form }) => {
          if (from !== null && !run) return <Empty title="Run not found" text={`No run has the ID ${from}.`} />;
          if (run?.kind === 'FINE_TUNE') {
            return (
              <Empty
                title="Not a transfer run"
                text="A sweep trains heads on a frozen backbone, as transfer runs do."
              />
            );
          }
          if (!form.datasets.some(({ versions }) => versions.length > 0)) {
            return (
              <Empty title="No data to train on yet" text="A sweep needs a dataset with a version of labeled images.">
                <Link to="/datasets">Add data</Link>
              </Empty>
            );
          }
          return <NewSweep form={form} run={run ?? null} onAdded={asked.refetch} />;
        }}
      </Answer>
    </>
  );
}
