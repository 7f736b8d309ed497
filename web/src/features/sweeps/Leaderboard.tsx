import { type FragmentOf, graphql, type ResultOf, readFragment } from '../../graphql';
import { formatSeconds, formatShare, formatWords } from '../../lib/format';
import { showDrawn, titleOf } from '../../lib/hyperparameter';
import { DataTable } from '../../ui/DataTable';

export const SWEEP_TRIALS = graphql(`
  fragment Leaderboard_sweep on Sweep {
    metric
    parameters { name }
    best { number }
    trials { number values state validationAccuracy validationLoss keptEpoch seconds reason }
  }
`);

type Sweep = ResultOf<typeof SWEEP_TRIALS>;
type Trial = Sweep['trials'][number];

/** The trials of a sweep, the best first; those without a figure come last. */
export function Leaderboard({ of }: { readonly of: FragmentOf<typeof SWEEP_TRIALS> }) {
  const { metric, parameters, best, trials } = readFragment(SWEEP_TRIALS, of);
  const names = parameters.map(({ name }) => name);
  const ranked = [...trials].sort((a, b) => scoreOf(b, metric) - scoreOf(a, metric) || a.number - b.number);
  const ranks = metric === 'VALIDATION_ACCURACY';
  return (
    <DataTable
      label="Trials"
      heads={[
        ' Rank',
        'Trial',
        ...names.map(titleOf),
        ` Validation accuracy${ranks ? ' ↓' : ''}`,
        ` Validation loss${ranks ? '' : ' ↑'}`,
        ' Kept epoch',
        ' Time',
        'State',
      ]}
      rows={ranked.map((trial, place) => ({
        key: String(trial.number),
        current: trial.number === best?.number,
        cells: [
          Number.isFinite(scoreOf(trial, metric)) && place + 1,
          trial.number,
          ...names.map((name) => showDrawn(trial.values[name])),
          trial.validationAccuracy !== null && formatShare(trial.validationAccuracy, 2),
          trial.validationLoss?.toFixed(4),
          trial.keptEpoch,
          trial.seconds !== null && formatSeconds(trial.seconds),
          <span key="state" className="prose">
            {formatWords(trial.state)}
            {trial.reason && `: ${trial.reason}`}
          </span>,
        ],
      }))}
    />
  );
}

/** Larger is better. */
function scoreOf({ validationAccuracy, validationLoss }: Trial, metric: Sweep['metric']): number {
  if (metric === 'VALIDATION_ACCURACY') return validationAccuracy ?? Number.NEGATIVE_INFINITY;
  return validationLoss === null ? Number.NEGATIVE_INFINITY : -validationLoss;
}
