import { Table } from '@mantine/core';
import { Link } from 'react-router';
import { type Enum, type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatCount, formatDate, formatShare } from '../../lib/format';
import { urls } from '../../lib/urls';
import { WideTable } from '../../ui/WideTable';

export const ROLLOUT = graphql(`
  fragment Rollout_rollout on Rollout {
    model alias mode share state reason startedBy startedAt endedBy endedAt outcome
    candidate { version answers errors p50Milliseconds p99Milliseconds }
    present { version answers errors p50Milliseconds p99Milliseconds }
    compared agreement dropped
  }
`);

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
  const { model, alias, mode, share, state, candidate, present, agreement, compared, dropped } = rollout;
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
          : `The versions agree on ${formatShare(agreement)} of ${formatCount(compared)} photos.`}
        {dropped > 0 && ` ${formatCount(dropped)} photos were not compared because the hub was busy.`}
      </p>
      <WideTable minWidth={480} label="Candidate and current version">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Version</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>Answers</Table.Th>
            <Table.Th>Errors</Table.Th>
            <Table.Th>Median</Table.Th>
            <Table.Th>p99</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {arms.map(({ role, version, answers, errors, p50Milliseconds, p99Milliseconds }) => (
            <Table.Tr key={role}>
              <Table.Td>
                <Link to={urls.modelVersion(model, version)}>{version}</Link>
              </Table.Td>
              <Table.Td>{role}</Table.Td>
              <Table.Td>{formatCount(answers)}</Table.Td>
              <Table.Td>{formatCount(errors)}</Table.Td>
              <Table.Td>{inMilliseconds(p50Milliseconds)}</Table.Td>
              <Table.Td>{inMilliseconds(p99Milliseconds)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </WideTable>
    </>
  );
}

const inMilliseconds = (value: number | null): string => (value === null ? '–' : `${value.toFixed(1)} ms`);
