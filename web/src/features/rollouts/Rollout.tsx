import { Link } from 'react-router';
import { type Enum, type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatCount, formatDate, formatMilliseconds, formatShare } from '../../lib/format';
import { urls } from '../../lib/urls';
import { DataTable } from '../../ui/DataTable';
import { EVIDENCE, Evidence } from './Evidence';

export const ROLLOUT = graphql(
  `
  fragment Rollout_rollout on Rollout {
    model alias mode share state reason startedBy startedAt endedBy endedAt outcome
    candidate { version answers errors p50Milliseconds p99Milliseconds }
    present { version answers errors p50Milliseconds p99Milliseconds }
    dropped verdictErrorRate
    evidence { agreement { compared share low high } ...Evidence_evidence }
  }
`,
  [EVIDENCE],
);

const MODES: Readonly<Record<Enum<'RolloutMode'>, string>> = {
  CANARY: 'answers',
  SHADOW: 'answers, unseen by clients,',
};
const STATES: Readonly<Record<Enum<'RolloutState'>, string>> = {
  RUNNING: 'Running',
  PROMOTED: 'Promoted',
  ABORTED: 'Aborted',
};

/** A rollout: a candidate version on real traffic of an alias, compared with the current version. */
export function Rollout({ of }: { readonly of: FragmentOf<typeof ROLLOUT> }) {
  const rollout = readFragment(ROLLOUT, of);
  const { model, alias, mode, share, state, candidate, present, dropped, verdictErrorRate, evidence } = rollout;
  const { agreement } = evidence;
  const arms = [
    { role: 'candidate', ...candidate },
    { role: 'current', ...present },
  ];
  return (
    <>
      <p>
        Version {candidate.version} {MODES[mode]} {formatShare(share)} of the photos for {alias}, since{' '}
        {formatDate(rollout.startedAt)} ({rollout.startedBy}: {rollout.reason}).
        {rollout.endedAt &&
          ` ${STATES[state]}, ${formatDate(rollout.endedAt)} (${rollout.endedBy}: ${rollout.outcome}).`}
      </p>
      <p>
        {agreement === null
          ? 'No photo has been answered by both versions yet.'
          : `The versions agree on ${formatShare(agreement.share)} of ${agreement.compared === 1 ? '1 photo' : `${formatCount(agreement.compared)} photos`} (${formatShare(agreement.low)} to ${formatShare(agreement.high)}).`}
        {dropped > 0 && ` ${formatCount(dropped)} photos were not compared because the hub was busy.`}
      </p>
      <Evidence of={evidence} mode={mode} errorRate={verdictErrorRate} />
      <DataTable
        label="Candidate and current version"
        heads={['Version', 'Role', ' Answers', ' Errors', ' Median', ' p99']}
        rows={arms.map(({ role, version, answers, errors, p50Milliseconds, p99Milliseconds }) => ({
          key: role,
          cells: [
            <Link key="version" to={urls.modelVersion(model, version)}>
              {version}
            </Link>,
            role,
            formatCount(answers),
            formatCount(errors),
            formatMilliseconds(p50Milliseconds),
            formatMilliseconds(p99Milliseconds),
          ],
        }))}
      />
    </>
  );
}
