import { useApolloClient } from '@apollo/client/react';
import { Progress } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { type FragmentOf, graphql, type ResultOf, readFragment } from '../../graphql';
import { formatAge, formatCount, formatDate, formatShare, shortId } from '../../lib/format';
import { isAllowed, isUnderWay } from '../../lib/runs';
import { urls } from '../../lib/urls';
import { ConfirmDelete } from '../../ui/ConfirmDelete';
import { DataTable } from '../../ui/DataTable';
import { Problem } from '../../ui/Problem';
import { useTask } from '../../ui/useTask';
import { StateMark } from '../runs/StateMark';
import classes from './BatchTable.module.css';
import { Downloads } from './Downloads';

export const BATCH = graphql(`
  fragment BatchTable_job on PredictionJob {
    id state model version photos refused kept share createdAt endedAt mayNotDelete
    source { name datasetVersionId split }
    owner { name }
    error { message }
    downloads { format link }
  }
`);
type Batch = ResultOf<typeof BATCH>;

const CANCEL = graphql(`
  mutation CancelBatch($id: ID!) {
    cancelPrediction(id: $id) { id state endedAt }
  }
`);

const DELETE = graphql(`
  mutation DeleteBatch($id: ID!) {
    deletePrediction(id: $id)
  }
`);

interface Props {
  readonly of: readonly FragmentOf<typeof BATCH>[];
  readonly onDeleted: () => unknown;
}

/** Batches with their progress, answers and actions. */
export function BatchTable({ of, onDeleted }: Props) {
  const batches = readFragment(BATCH, of);
  const client = useApolloClient();
  const { busy, problem, run } = useTask();
  const [deleting, setDeleting] = useState<Batch | null>(null);
  const cancel = ({ id }: Batch): Promise<boolean> => run(() => client.mutate({ mutation: CANCEL, variables: { id } }));
  const remove = async ({ id }: Batch): Promise<void> => {
    await client.mutate({ mutation: DELETE, variables: { id } });
    setDeleting(null);
    await onDeleted();
  };
  return (
    <>
      {problem !== null && <Problem message={problem} />}
      {deleting && (
        <ConfirmDelete
          key={deleting.id}
          label="Delete the batch"
          what={`the batch ${shortId(deleting.id)} with its answers`}
          remove={() => remove(deleting)}
          keep={() => setDeleting(null)}
        />
      )}
      <DataTable
        label="Batches"
        heads={['Batch', 'State', 'Model', 'Photos from', ' Photos', 'Answers', 'Owner', 'Created', 'Actions']}
        rows={batches.map((batch) => ({
          key: batch.id,
          cells: [
            <span key="id" className="mono" title={batch.id}>
              {shortId(batch.id)}
            </span>,
            <State key="state" of={batch} />,
            <Link key="model" to={urls.modelVersion(batch.model, batch.version)}>
              {batch.model} {batch.version}
            </Link>,
            <Source key="source" of={batch.source} />,
            <Photos key="photos" of={batch} />,
            batch.downloads.length > 0 && <Downloads key="answers" of={batch.downloads} name={shortId(batch.id)} />,
            batch.owner?.name,
            <time key="at" dateTime={batch.createdAt} title={formatDate(batch.createdAt)}>
              {formatAge(batch.createdAt)}
            </time>,
            isAllowed('cancel', batch.state) ? (
              <ActionButton
                key="cancel"
                needs="cancelPrediction"
                size="compact-sm"
                variant="default"
                aria-label={`Cancel ${shortId(batch.id)}`}
                disabled={busy}
                onClick={() => cancel(batch)}
              >
                Cancel
              </ActionButton>
            ) : (
              <ActionButton
                key="delete"
                needs="deletePrediction"
                refused={batch.mayNotDelete}
                size="compact-sm"
                variant="default"
                aria-label={`Delete ${shortId(batch.id)}`}
                onClick={() => setDeleting(batch)}
              >
                Delete…
              </ActionButton>
            ),
          ],
        }))}
      />
    </>
  );
}

function State({ of: { id, state, share, error } }: { readonly of: Batch }) {
  return (
    <div className={classes.state}>
      <StateMark state={state} detail={isUnderWay(state) && share !== null ? formatShare(share, 0) : null} />
      {state === 'RUNNING' && (
        <Progress.Root size="sm">
          <Progress.Section
            value={100 * (share ?? 1)}
            animated={share === null}
            aria-label={`Progress of ${shortId(id)}`}
          />
        </Progress.Root>
      )}
      {error && <span className="prose">{error.message}</span>}
    </div>
  );
}

function Source({ of: { name, datasetVersionId, split } }: { readonly of: Batch['source'] }) {
  const [, dataset, number] = /^(\S+) (\d+)$/.exec(name) ?? [];
  return (
    <span className="prose">
      {datasetVersionId !== null && dataset ? (
        <Link to={urls.datasetVersion(dataset, Number(number))}>{name}</Link>
      ) : (
        name
      )}
      {split && `, ${split.toLowerCase()} split`}
    </span>
  );
}

function Photos({ of: { model, photos, refused, kept } }: { readonly of: Batch }) {
  return (
    <>
      {formatCount(photos)}
      {refused > 0 && `, of which ${formatCount(refused)} could not be read`}
      {kept > 0 && (
        <>
          {' · '}
          <Link to={urls.review(model)}>{formatCount(kept)} kept for review</Link>
        </>
      )}
    </>
  );
}
