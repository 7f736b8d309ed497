import { useSubscription } from '@apollo/client/react';
import { Button, Group, Progress } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { graphql } from '../../graphql';
import { formatBytes, formatCount, formatShare } from '../../lib/format';
import { urls } from '../../lib/urls';
import { messageOf } from '../../ui/Answer';
import classes from './IngestionRow.module.css';
import { cancel, dismiss, type Ingestion, isUnderWay } from './ingestions';

const PROGRESS = graphql(`
  subscription IngestionProgress($progressKey: ID!) {
    ingestionProgress(progressKey: $progressKey) { images rejected bytes share ended }
  }
`);

/** An ingestion started on this page: its progress or its outcome. */
export function IngestionRow({ of: ingestion }: { readonly of: Ingestion }) {
  const { key, dataset, source, stage } = ingestion;
  return (
    <li className={classes.row}>
      <span>
        {source}
        {stage.name === 'packing' && ': packing…'}
        {stage.name === 'sending' && `: sending, ${formatShare(stage.share, 0)}`}
        {stage.name === 'failed' && <span className={classes.failed}>: {stage.message}</span>}
        {stage.name === 'done' && (
          <>
            {stage.known ? ': nothing new, the same data is already here as ' : ': '}
            <Link to={urls.datasetVersion(dataset, stage.number)}>version {stage.number}</Link>,{' '}
            {formatCount(stage.images)} images{stage.rejected > 0 && `, ${formatCount(stage.rejected)} files left out`}
          </>
        )}
      </span>
      {isUnderWay(ingestion) ? (
        <Cancel progressKey={key} of={source} />
      ) : (
        <Button size="xs" variant="default" onClick={() => dismiss(key)}>
          Dismiss
        </Button>
      )}
      {stage.name === 'sending' && <Bar share={stage.share} label={`Sending ${source}`} />}
      {stage.name === 'reading' && <ReadingProgress progressKey={key} of={source} />}
    </li>
  );
}

/** An ingestion started elsewhere, or before this page was loaded. */
export function OtherIngestionRow({
  progressKey,
  dataset,
}: {
  readonly progressKey: string;
  readonly dataset: string;
}) {
  return (
    <li className={classes.row}>
      <span>A new version of {dataset} is being ingested</span>
      <Cancel progressKey={progressKey} of={dataset} />
      <ReadingProgress progressKey={progressKey} of={dataset} />
    </li>
  );
}

/** The progress that the hub reports. */
function ReadingProgress({ progressKey, of }: { readonly progressKey: string; readonly of: string }) {
  const { data } = useSubscription(PROGRESS, { variables: { progressKey } });
  const { images = 0, rejected = 0, bytes = 0, share = null } = data?.ingestionProgress ?? {};
  const read: ReactNode[] = [
    images > 0 ? `${formatCount(images)} images` : 'waiting for the first image',
    ...(bytes > 0 ? [formatBytes(bytes)] : []),
    ...(rejected > 0 ? [`${formatCount(rejected)} files left out`] : []),
  ];
  return (
    <>
      <Bar share={share} label={`Reading ${of}`} />
      <span className={classes.bar}>Reading: {read.join(', ')}</span>
    </>
  );
}

/** @param share 0 to 1; null if unknown. */
function Bar({ share, label }: { readonly share: number | null; readonly label: string }) {
  return (
    <Progress.Root className={classes.bar ?? ''} size="sm">
      <Progress.Section value={100 * (share ?? 1)} aria-label={label} animated={share === null} />
    </Progress.Root>
  );
}

function Cancel({ progressKey, of }: { readonly progressKey: string; readonly of: string }) {
  const [problem, setProblem] = useState<string | null>(null);
  const stop = (): void => void cancel(progressKey).catch((error: unknown) => setProblem(messageOf(error)));
  return (
    <Group>
      {problem && (
        <span role="alert" className={classes.failed}>
          {problem}
        </span>
      )}
      <ActionButton needs="cancelIngestion" size="xs" variant="default" onClick={stop} aria-label={`Cancel ${of}`}>
        Cancel
      </ActionButton>
    </Group>
  );
}
