import { Group, Text } from '@mantine/core';
import { Link } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import type { StepState } from '../../lib/first-steps';
import { formatCount } from '../../lib/format';
import { urls } from '../../lib/urls';
import { useTask } from '../../ui/useTask';
import { Ingestions, Ingestions_query } from '../datasets/Ingestions';
import { ingest } from '../datasets/ingestions';
import { Step } from './Step';

/** Name of the dataset made from the sample. */
const SAMPLE = 'cifar10-sample';
/** Shared by all pages, so that a second click finds the ingestion of the first. */
const SAMPLE_KEY = 'sample-cifar10';

export const DataStep_query = graphql(
  `
    fragment DataStep_query on Query {
      datasets { id name versions { id number imageCount classes } }
      samples { cifar10 }
      ...Ingestions_query
    }
  `,
  [Ingestions_query],
);

/** Step 1: labeled images, either the hub's sample or one's own. */
export function DataStep({
  query,
  state,
}: {
  readonly query: FragmentOf<typeof DataStep_query>;
  readonly state: StepState;
}) {
  const data = readFragment(DataStep_query, query);
  const { busy, run } = useTask();
  const filled = data.datasets.filter(({ versions }) => versions.length > 0);

  const takeSample = async (): Promise<void> => {
    const create = data.datasets.every(({ name }) => name !== SAMPLE);
    await ingest(SAMPLE, { kind: 'path', path: data.samples.cifar10 }, { key: SAMPLE_KEY, create });
  };

  return (
    <Step number={1} title="Data" state={state}>
      {filled.map(({ id, name, versions: [newest] }) => (
        <p key={id}>
          {newest && <Link to={urls.datasetVersion(name, newest.number)}>{`${name} version ${newest.number}`}</Link>}:{' '}
          {formatCount(newest?.imageCount ?? 0)} images in {formatCount(newest?.classes.length ?? 0)} classes
        </p>
      ))}
      {filled.length === 0 && (
        <>
          <Text mb="xs">
            Images in one folder per class. The hub decodes and checks every image, and stores them as an immutable
            version.
          </Text>
          <Ingestions query={data} />
          {state !== 'doing' && (
            <Group gap="sm">
              <ActionButton needs="registerDatasetVersion" onClick={() => run(takeSample)} loading={busy}>
                Use the CIFAR-10 sample
              </ActionButton>
              <Text c="dimmed">2,500 images in ten classes, included</Text>
              <Link to="/datasets">or upload your own</Link>
            </Group>
          )}
        </>
      )}
    </Step>
  );
}
