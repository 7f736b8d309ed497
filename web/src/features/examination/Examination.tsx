import { useMutation } from '@apollo/client/react';
import { Group, SegmentedControl, Text } from '@mantine/core';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { type Enum, type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatCount, formatDate, formatShare } from '../../lib/format';
import { urls } from '../../lib/urls';
import { Empty } from '../../ui/Empty';
import { Problem } from '../../ui/Problem';
import { useTask } from '../../ui/useTask';
import { Findings } from './Findings';
import { StartExamination } from './StartExamination';

export const Examination_version = graphql(`
  fragment Examination_version on DatasetVersion {
    id classes
    examination {
      state backbone imageSize mode endedAt
      progress { phase done total }
      error { message }
      counts { labels outliers contradictions changes }
    }
  }
`);

const CANCEL = graphql(`
  mutation CancelExamination($id: ID!) {
    cancelExamination(datasetVersionId: $id) { state }
  }
`);
const DERIVE = graphql(`
  mutation DeriveDecided($id: ID!) {
    deriveDecided(datasetVersionId: $id) { id dataset number }
  }
`);

const PHASES = { FEATURES: 'computing features', OUTLIERS: 'comparing images', LABELS: 'judging labels' };
/** Steps in which the progress of a network is counted. */
const PER_NETWORK = 100;

interface Progress {
  readonly phase: Enum<'ExaminationPhase'>;
  readonly done: number;
  readonly total: number;
}

function progressText({ phase, done, total }: Progress): string {
  if (phase !== 'NETWORKS') return `${PHASES[phase]}, ${formatCount(done)} of ${formatCount(total)}`;
  const networks = total / PER_NETWORK;
  const network = Math.min(Math.floor(done / PER_NETWORK) + 1, networks);
  return `training network ${network} of ${networks}, ${formatShare(done / total, 0)} done`;
}

/** The examination of a version: how to start it, its progress, or what it found. */
export function Examination({ version: of }: { readonly version: FragmentOf<typeof Examination_version> }) {
  const { id, classes, examination } = readFragment(Examination_version, of);
  const [kind, setKind] = useState<Enum<'FindingKind'>>('LABEL');
  const navigate = useNavigate();
  const variables = { id };
  const [cancel] = useMutation(CANCEL, { variables });
  const [derive] = useMutation(DERIVE, { variables });
  const { problem, run } = useTask();
  const refused = problem !== null && <Problem message={problem} />;
  if (!examination) {
    return (
      <Empty
        title="Not examined yet"
        text="The hub compares all images by the features of a network. It finds labels that are probably wrong, images far from their class, and equal images in different classes."
      >
        <StartExamination versionId={id}>Examine</StartExamination>
      </Empty>
    );
  }
  const { state, backbone, imageSize, mode, endedAt, progress, error, counts } = examination;
  if (state === 'QUEUED' || state === 'RUNNING') {
    return (
      <>
        <Text role="status" mb="sm">
          {state === 'QUEUED' || !progress ? 'Waiting for a worker' : `Examination: ${progressText(progress)}`}
        </Text>
        <ActionButton needs="cancelExamination" variant="default" onClick={() => run(() => cancel())}>
          Cancel
        </ActionButton>
        {refused}
      </>
    );
  }
  if (!counts) {
    return (
      <Empty
        title={state === 'FAILED' ? 'The examination failed' : 'The examination was canceled'}
        text={error?.message ?? ''}
      >
        <StartExamination versionId={id}>Examine again</StartExamination>
      </Empty>
    );
  }
  const { labels, outliers, contradictions, changes } = counts;
  return (
    <>
      <Text mb="sm">
        By the features of {backbone} at {imageSize} px{mode === 'THOROUGH' && ' and fine-tuned networks'}
        {endedAt && `, ${formatDate(endedAt)}`}. A finding is a reason to look, not proof.
      </Text>
      <Group mb="sm">
        <SegmentedControl
          size="xs"
          aria-label="Findings"
          data={[
            { value: 'LABEL', label: `Suspected labels (${formatCount(labels)})` },
            { value: 'OUTLIER', label: `Outliers (${formatCount(outliers)})` },
            { value: 'CONTRADICTION', label: `Contradictions (${formatCount(contradictions)})` },
          ]}
          value={kind}
          onChange={(value) => setKind(value as Enum<'FindingKind'>)}
        />
        <ActionButton
          needs="deriveDecided"
          refused={changes === 0 ? 'No decision changes this version yet.' : null}
          onClick={() =>
            run(async () => {
              const { data } = await derive();
              if (data) void navigate(urls.datasetVersion(data.deriveDecided.dataset, data.deriveDecided.number));
            })
          }
        >
          {`Create version with ${formatCount(changes)} ${changes === 1 ? 'change' : 'changes'}`}
        </ActionButton>
      </Group>
      {refused}
      <StartExamination versionId={id}>Examine again</StartExamination>
      <Findings key={kind} versionId={id} labels={classes} kind={kind} />
    </>
  );
}
