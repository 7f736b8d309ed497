import { type FragmentOf, readFragment } from '../../graphql';
import { formatDate, formatMilliseconds, formatShare } from '../../lib/format';
import { DataTable } from '../../ui/DataTable';
import classes from './PredictionTable.module.css';
import { PREDICTION } from './PredictionViewer';

interface Props {
  readonly of: readonly FragmentOf<typeof PREDICTION>[];
  /** Opens the one at this position. */
  readonly onOpen: (place: number) => void;
}

/** Kept predictions with their photos. */
export function PredictionTable({ of, onOpen }: Props) {
  return (
    <DataTable
      label="Predictions"
      heads={['Photo', 'Answer', ' Confidence', 'True class', ' Version', ' Time', 'When']}
      rows={readFragment(PREDICTION, of).map((prediction, place) => ({
        key: prediction.id,
        cells: [
          <button
            key="open"
            type="button"
            className={classes.open}
            aria-label={`Open prediction ${place + 1}`}
            onClick={() => onOpen(place)}
          >
            {prediction.thumbnail ? (
              <img className={classes.thumbnail} src={prediction.thumbnail} alt="" decoding="async" />
            ) : (
              'Open'
            )}
          </button>,
          prediction.label,
          formatShare(prediction.confidence),
          prediction.showsNone
            ? 'None of the classes'
            : prediction.rightLabel &&
              `${prediction.rightLabel === prediction.label ? '✓' : '✗'} ${prediction.rightLabel}`,
          prediction.version,
          formatMilliseconds(prediction.milliseconds),
          formatDate(prediction.at),
        ],
      }))}
    />
  );
}
