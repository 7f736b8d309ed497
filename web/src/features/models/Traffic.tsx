import { type Enum, type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatCount, formatShare } from '../../lib/format';
import { DataTable } from '../../ui/DataTable';

export const TRAFFIC = graphql(`
  fragment Traffic_version on VersionTraffic {
    version predictions
    feedback { judged accuracy low high }
    drift { verdict text }
  }
`);

const DRIFT_NAMES: Readonly<Record<Enum<'DriftVerdict'>, string>> = {
  STABLE: 'stable',
  SHIFTED: 'shifted',
  DIFFERENT: 'different',
  TOO_FEW: 'too few',
  NO_REFERENCE: 'no reference',
};

/** Accuracy of the kept predictions by feedback, and drift of the photos. */
export function Traffic({ of }: { readonly of: readonly FragmentOf<typeof TRAFFIC>[] }) {
  const versions = readFragment(TRAFFIC, of);
  return (
    <DataTable
      label="Kept predictions"
      heads={['Version', ' Kept', ' Labeled', ' Correct (95% CI)', 'Drift vs. test set']}
      rows={versions.map(({ version, predictions, feedback: { judged, accuracy, low, high }, drift }) => ({
        key: String(version),
        cells: [
          version,
          formatCount(predictions),
          formatCount(judged),
          accuracy === null || low === null || high === null
            ? '–'
            : `${formatShare(accuracy)} (${formatShare(low)} to ${formatShare(high)})`,
          <span key="drift" className="prose">
            {DRIFT_NAMES[drift.verdict]}: {drift.text}
          </span>,
        ],
      }))}
    />
  );
}
