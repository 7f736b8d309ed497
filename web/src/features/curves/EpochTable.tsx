import type { CurvesOf } from '../../lib/curves';
import { formatShare } from '../../lib/format';
import { DataTable } from '../../ui/DataTable';

/** A space marks a column of numbers. */
const HEADS = [' Epoch', ' Train loss', ' Validation loss', ' Train accuracy', ' Validation accuracy'];

interface Props {
  readonly runs: readonly CurvesOf[];
  readonly zoom: readonly [from: number, to: number] | null;
}

/** The values of the curves as a table. */
export function EpochTable({ runs, zoom }: Props) {
  const several = runs.length > 1;
  const rows = runs.flatMap(({ name, epochs }) => epochs.map((figures) => ({ name, ...figures })));
  return (
    <DataTable
      label="Metrics by epoch"
      heads={[...(several ? ['Run'] : []), ...HEADS]}
      rows={rows
        .filter(({ epoch }) => !zoom || (epoch >= zoom[0] && epoch <= zoom[1]))
        .map(({ name, epoch, trainLoss, validationLoss, trainAccuracy, validationAccuracy }) => ({
          key: `${name} ${epoch}`,
          cells: [
            ...(several ? [name] : []),
            epoch,
            trainLoss.toFixed(4),
            validationLoss.toFixed(4),
            formatShare(trainAccuracy, 2),
            formatShare(validationAccuracy, 2),
          ],
        }))}
    />
  );
}
