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

/** Names of verdicts; null where the text alone says why there is none. */
const DRIFT_NAMES: Readonly<Record<Enum<'DriftVerdict'>, string | null>> = {
  STABLE: 'stable',
  SHIFTED: 'shifted',
  DIFFERENT: 'different',
  TOO_FEW: null,
  NO_REFERENCE: null,
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
            {[DRIFT_NAMES[drift.verdict], drift.text].filter(Boolean).join(': ')}
          </span>,
        ],
      }))}
    />
  );
}
