import { useMutation } from '@apollo/client/react';
import { Group, NativeSelect, Progress, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { OUTLIVES_PAGE } from '../../app/client';
import { type FragmentOf, graphql, type ResultOf, readFragment } from '../../graphql';
import { preferredBackbone } from '../../lib/backbones';
import { nodesOf } from '../../lib/connection';
import type { StepState } from '../../lib/first-steps';
import { formatBytes, formatShare, shortId } from '../../lib/format';
import { urls } from '../../lib/urls';
import { Problem } from '../../ui/Problem';
import { useTask } from '../../ui/useTask';
import { BackboneProblem } from '../new-run/BackboneProblem';
import { useSuggestedSize } from '../new-run/suggested-size';
import { Step } from './Step';

export const TrainStep_query = graphql(`
  fragment TrainStep_query on Query {
    datasets { id name versions { id number createdAt } }
    backbones { id name }
    builtInBackbones { name downloadBytes problem }
    runs(first: 10) {
      edges {
        node {
          id state backboneName queuePosition testAccuracy
          datasetVersion { id dataset number }
          recipe { epochs }
          epochs { epoch validationAccuracy }
          error { message }
        }
      }
    }
  }
`);
type Run = ResultOf<typeof TrainStep_query>['runs']['edges'][number]['node'];

/** One request, so that the run starts even if the page is closed while weights are downloaded. */
const START_FIRST_RUN = graphql(`
  mutation StartFirstRun($input: StartTransferRunInput!, $backbone: String!, $add: Boolean!) {
    addBackbone(input: { name: $backbone }) @include(if: $add) { id name }
    startTransferRun(input: $input) { id }
  }
`);

/** Step 2: a run with the default recipe on the newest version. */
export function TrainStep({
  query,
  state,
  refetch,
}: {
  readonly query: FragmentOf<typeof TrainStep_query>;
  readonly state: StepState;
  readonly refetch: () => unknown;
}) {
  const { datasets, backbones, builtInBackbones, ...data } = readFragment(TrainStep_query, query);
  const runs = nodesOf(data.runs);
  const [backbone, setBackbone] = useState(preferredBackbone(backbones, builtInBackbones));
  const isAdded = backbones.some(({ name }) => name === backbone);
  const problem = isAdded ? null : (builtInBackbones.find(({ name }) => name === backbone)?.problem ?? null);
  const [start] = useMutation(START_FIRST_RUN, { context: OUTLIVES_PAGE });
  const task = useTask();
  const { size, loading } = useSuggestedSize(backbone);
  const [newest] = datasets
    .flatMap(({ name, versions }) => versions.map((version) => ({ ...version, dataset: name })))
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  const of = (...states: readonly Run['state'][]) => runs.find((run) => states.includes(run.state));
  const [last] = runs;

  const train = async (datasetVersionId: string): Promise<void> => {
    const recipe = size === null ? {} : { imageSize: size };
    await start({ variables: { input: { datasetVersionId, backbone, recipe }, backbone, add: !isAdded } });
    refetch();
  };

  return (
    <Step number={2} title="Train" state={state}>
      {state === 'done' && <Trained run={of('SUCCEEDED')} />}
      {state === 'doing' && <UnderWay run={of('RUNNING', 'QUEUED')} />}
      {state === 'later' && 'A small head learns your classes on top of a pretrained network.'}
      {state === 'next' && newest && (
        <>
          {last && (
            <Text role="alert" c="var(--hub-bad)" mb="xs">
              The last run{' '}
              {last.state === 'FAILED' ? `failed: ${last.error?.message ?? 'no reason was given.'}` : 'was canceled.'}
            </Text>
          )}
          {task.problem !== null && <Problem message={task.problem} />}
          {problem !== null && (
            <BackboneProblem
              name={backbone}
              problem={problem}
              instead={builtInBackbones.find((known) => known.problem === null)?.name ?? null}
              onChoose={setBackbone}
            />
          )}
          <Group gap="sm" align="flex-end">
            <NativeSelect
              label="Backbone"
              data={[
                ...builtInBackbones.map(({ name, downloadBytes }) => ({
                  value: name,
                  label:
                    downloadBytes === null ? `${name}: included` : `${name}: ${formatBytes(downloadBytes)} download`,
                })),
                ...backbones
                  .filter(({ name }) => !builtInBackbones.some((known) => known.name === name))
                  .map(({ name }) => name),
              ]}
              value={backbone}
              onChange={({ currentTarget }) => setBackbone(currentTarget.value)}
            />
            <Group gap="sm">
              <ActionButton
                needs="startTransferRun"
                loading={task.busy || loading}
                onClick={() => task.run(() => train(newest.id))}
              >
                Train on {newest.dataset} version {newest.number}
              </ActionButton>
              <Link to="/runs/new">or choose all settings</Link>
            </Group>
          </Group>
        </>
      )}
    </Step>
  );
}

function Trained({ run }: { readonly run: Run | undefined }) {
  if (!run) return null;
  const { datasetVersion, backboneName, testAccuracy } = run;
  return (
    <>
      <Link to={urls.run(run.id)}>Run {shortId(run.id)}</Link> on {datasetVersion.dataset} version{' '}
      {datasetVersion.number}, from {backboneName}: test accuracy {formatShare(testAccuracy ?? 0)}
    </>
  );
}

function UnderWay({ run }: { readonly run: Run | undefined }) {
  if (!run) return null;
  const { epochs, recipe, state, queuePosition } = run;
  const last = epochs.at(-1);
  const progress =
    state === 'QUEUED'
      ? `position ${queuePosition ?? 1} in the queue`
      : last
        ? `epoch ${last.epoch} of ${recipe.epochs} · validation accuracy ${formatShare(last.validationAccuracy)}`
        : 'computing features of every image';
  return (
    <>
      <p>
        <Link to={urls.run(run.id)}>Run {shortId(run.id)}</Link>: {progress}
      </p>
      <Progress.Root size="sm">
        <Progress.Section
          value={last ? (100 * last.epoch) / recipe.epochs : 100}
          animated={!last}
          aria-label="Epochs of the run"
        />
      </Progress.Root>
    </>
  );
}
