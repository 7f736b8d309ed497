import { type Enum, type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatCount, formatShare } from '../../lib/format';
import { DataTable } from '../../ui/DataTable';

export const EVIDENCE = graphql(`
  fragment Evidence_evidence on RolloutEvidence {
    text difference low high showNone
    both { judged bothRight candidateRight presentRight bothWrong }
    candidateOnly { judged right }
    presentOnly { judged right }
  }
`);

interface Props {
  readonly of: FragmentOf<typeof EVIDENCE>;
  readonly mode: Enum<'RolloutMode'>;
  /** Accepted probability of a wrong verdict, 0 to 1. */
  readonly errorRate: number;
}

/** Which version is right more often on the judged photos of a rollout. */
export function Evidence({ of, mode, errorRate }: Props) {
  const { text, difference, low, high, showNone, both, candidateOnly, presentOnly } = readFragment(EVIDENCE, of);
  const singles = mode === 'CANARY' ? [candidateOnly.judged, presentOnly.judged] : [];
  const judged = [both.judged, ...singles].reduce((sum, count) => sum + count, 0);
  return (
    <>
      <p>{text}</p>
      {judged + showNone > 0 && (
        <details>
          <summary>Judged photos</summary>
          {difference !== null && (
            <p>
              Difference in accuracy, candidate less current: {formatPoints(difference)}
              {low !== null && high !== null && ` (${formatPoints(low)} to ${formatPoints(high)})`}. At an error rate of{' '}
              {formatShare(errorRate, 0)}, verdict and interval hold however often you look.
            </p>
          )}
          {showNone > 0 && <p>{formatCount(showNone)} more show none of the classes.</p>}
          <DataTable
            label="Judged photos"
            heads={[
              'Answered by',
              ' Judged',
              ' Both right',
              ' Only candidate right',
              ' Only current right',
              ' None right',
            ]}
            rows={[
              {
                key: 'both',
                cells: [
                  'both',
                  ...[both.judged, both.bothRight, both.candidateRight, both.presentRight, both.bothWrong].map(
                    formatCount,
                  ),
                ],
              },
              ...(mode === 'CANARY'
                ? [
                    {
                      key: 'candidate',
                      cells: ['candidate', ...cellsOf(candidateOnly, 'candidate')],
                    },
                    { key: 'current', cells: ['current', ...cellsOf(presentOnly, 'current')] },
                  ]
                : []),
            ]}
          />
        </details>
      )}
    </>
  );
}

function cellsOf({ judged, right }: { judged: number; right: number }, by: 'candidate' | 'current'): string[] {
  const hits = [by === 'candidate' ? formatCount(right) : '–', by === 'current' ? formatCount(right) : '–'];
  return [formatCount(judged), '–', ...hits, formatCount(judged - right)];
}

/** 0.054 is "+5.4 points". */
function formatPoints(difference: number): string {
  const points = Math.abs(difference * 100).toFixed(1);
  return `${difference < 0 ? '−' : '+'}${points} points`;
}
