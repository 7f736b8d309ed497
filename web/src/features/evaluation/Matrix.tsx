import { type Confusion, columnOf, sumOf } from '../../lib/confusion';
import { formatCount, formatShare } from '../../lib/format';
import type { Cell } from '../../lib/run-view';
import classes from './Evaluation.module.css';

/** Share of a row at which the color of a mistake is strongest. */
const STRONGEST = 0.5;

interface Props {
  readonly confusion: Confusion;
  /** Whether cells show shares of their row. */
  readonly shares: boolean;
  readonly cell: Cell | null;
  readonly onChoose: (cell: Cell | null) => void;
}

/** The confusion matrix: rows are actual classes, columns predicted ones. Correct cells are muted. */
export function Matrix({ confusion, shares, cell, onChoose }: Props) {
  const { labels, counts } = confusion;
  return (
    // Only a table shows both classes of each cell, so it may be wider than a phone.
    <div className={classes.scroll} data-wide>
      <table className={classes.matrix} aria-label="Confusion matrix">
        <thead>
          <tr>
            <th scope="col" className={classes.corner}>
              Actual ↓ / Predicted →
            </th>
            {labels.map((label) => (
              <th key={label} scope="col" title={label}>
                {label}
              </th>
            ))}
            <th scope="col">Total</th>
          </tr>
        </thead>
        <tbody>
          {labels.map((truth, i) => {
            const row = counts[i] ?? [];
            const total = sumOf(row);
            return (
              <tr key={truth}>
                <th scope="row" title={truth}>
                  {truth}
                </th>
                {labels.map((predicted, j) => {
                  const images = row[j] ?? 0;
                  const correct = i === j;
                  const chosen = cell?.truth === truth && cell.predicted === predicted;
                  const amount = correct || total === 0 ? 0 : Math.min(1, images / total / STRONGEST);
                  return (
                    <td key={predicted}>
                      {images === 0 ? (
                        <span className={classes.none}>·</span>
                      ) : (
                        <button
                          type="button"
                          className={classes.cell}
                          style={{ '--amount': `${Math.round(70 * amount)}%` } as React.CSSProperties}
                          data-correct={correct || undefined}
                          aria-pressed={chosen}
                          aria-label={`${images} of ${total} ${truth} predicted as ${predicted}`}
                          onClick={() => onChoose(chosen ? null : { truth, predicted })}
                        >
                          {shares ? formatShare(images / total, 0) : formatCount(images)}
                        </button>
                      )}
                    </td>
                  );
                })}
                <th className={classes.total}>{formatCount(total)}</th>
              </tr>
            );
          })}
          <tr>
            <th scope="row">Total</th>
            {labels.map((predicted, j) => (
              <th key={predicted} className={classes.total}>
                {formatCount(sumOf(columnOf(confusion, j)))}
              </th>
            ))}
            <th className={classes.total}>{formatCount(sumOf(counts.map(sumOf)))}</th>
          </tr>
        </tbody>
      </table>
    </div>
  );
}
