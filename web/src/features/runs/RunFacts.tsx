import { Text } from '@mantine/core';
import { Link } from 'react-router';
import { type FragmentOf, graphql, type ResultOf, readFragment } from '../../graphql';
import { sumOf } from '../../lib/confusion';
import { formatAge, formatCount, formatSeconds, formatShare } from '../../lib/format';
import { shareInterval } from '../../lib/intervals';
import { urls } from '../../lib/urls';
import { Copyable } from '../../ui/Copyable';
import classes from './RunFacts.module.css';
import { RunLink } from './RunLink';
import { StateMark } from './StateMark';

export const RUN_FACTS = graphql(`
  fragment RunFacts_run on Run {
    id note owner { name } state kind backboneName createdAt startedAt endedAt parentRunId reproductionOfId sweepId resumes queuePosition
    validationAccuracy validationLoss keptEpoch testAccuracy testLoss tags
    datasetVersion { id dataset number }
    recipe { imageSize splitLayer epochs }
    confusion { counts }
    epochs { epoch }
  }
`);

/** The properties of a run in one line, and its metrics. */
export function RunFacts({ run: of }: { readonly run: FragmentOf<typeof RUN_FACTS> }) {
  const run = readFragment(RUN_FACTS, of);
  const { state, queuePosition, datasetVersion, recipe, resumes, parentRunId, reproductionOfId } = run;
  const kind = run.kind === 'TRANSFER' ? 'Head on a frozen backbone' : `Fine-tuned after ${recipe.splitLayer}`;
  return (
    <>
      <ul className={classes.spec} aria-label="About the run">
        <li>
          <StateMark state={state} detail={state === 'QUEUED' ? `position ${queuePosition} in the queue` : null} />
        </li>
        <li>{kind}</li>
        <li>
          <Link to={urls.datasetVersion(datasetVersion.dataset, datasetVersion.number)}>
            {datasetVersion.dataset} {datasetVersion.number}
          </Link>
        </li>
        <li>{run.backboneName}</li>
        <li>{recipe.imageSize} px</li>
        <li>{timeOf(run)}</li>
        {run.owner && <li>by {run.owner.name}</li>}
        {resumes > 0 && <li>resumed {resumes === 1 ? 'once' : `${resumes} times`}</li>}
        {parentRunId && (
          <li>
            continues <RunLink id={parentRunId} />
          </li>
        )}
        {reproductionOfId && (
          <li>
            reproduces <RunLink id={reproductionOfId} />
          </li>
        )}
        {run.sweepId && (
          <li>
            best trial of <Link to={urls.sweep(run.sweepId)}>a sweep</Link>
          </li>
        )}
        <li>
          <Copyable value={run.id} />
        </li>
      </ul>
      {run.note !== null && <p className={classes.note}>{run.note}</p>}
      <Metrics run={run} />
    </>
  );
}

type Facts = ResultOf<typeof RUN_FACTS>;

function Metrics({ run }: { readonly run: Facts }) {
  const { testAccuracy, testLoss, confusion, validationAccuracy, validationLoss, keptEpoch, epochs } = run;
  if (testAccuracy === null && validationAccuracy === null) return null;
  const images = sumOf(confusion?.counts.map(sumOf) ?? []);
  const interval = testAccuracy === null ? null : shareInterval(Math.round(testAccuracy * images), images);
  return (
    <div className={classes.metrics}>
      {testAccuracy === null ? (
        <p>
          <strong>{formatShare(validationAccuracy ?? 0, 2)}</strong> validation accuracy so far
        </p>
      ) : (
        <p>
          <strong>{formatShare(testAccuracy, 2)}</strong> test accuracy on {formatCount(images)} images
          {interval && (
            <Text span c="dimmed">
              {' '}
              (95% CI: {formatShare(interval[0])} to {formatShare(interval[1])})
            </Text>
          )}
        </p>
      )}
      <dl>
        {testAccuracy !== null && <Metric name="Validation accuracy" value={formatShare(validationAccuracy ?? 0, 2)} />}
        <Metric name="Validation loss" value={validationLoss?.toFixed(4)} />
        <Metric name="Test loss" value={testLoss?.toFixed(4)} />
        <Metric name="Kept epoch" value={keptEpoch === null ? undefined : `${keptEpoch} of ${epochs.length}`} />
      </dl>
    </div>
  );
}

function Metric({ name, value }: { readonly name: string; readonly value: string | undefined }) {
  return (
    value !== undefined && (
      <div>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    )
  );
}

function timeOf({ createdAt, startedAt, endedAt }: Facts): string {
  if (startedAt && endedAt) {
    const seconds = (new Date(endedAt).getTime() - new Date(startedAt).getTime()) / 1000;
    return `ended ${formatAge(endedAt)}, took ${formatSeconds(seconds)}`;
  }
  return startedAt ? `started ${formatAge(startedAt)}` : `created ${formatAge(createdAt)}`;
}
