import { Table } from '@mantine/core';
import { Link } from 'react-router';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatCount, formatDate, formatShare } from '../../lib/format';
import { urls } from '../../lib/urls';
import { WideTable } from '../../ui/WideTable';

export const TRIAL = graphql(`
  fragment Trial_trial on VersionTrial {
    model alias mode share state reason startedBy startedAt endedBy endedAt outcome
    candidate { version answers errors p50Milliseconds p99Milliseconds }
    present { version answers errors p50Milliseconds p99Milliseconds }
    compared agreement dropped
  }
`);

const MODES = { CANARY: 'answers', SHADOW: 'is asked, not shown, about' } as const;

/** A version that is tried on what is asked of an alias, beside the one that serves. */
export function Trial({ of }: { readonly of: FragmentOf<typeof TRIAL> }) {
  const trial = readFragment(TRIAL, of);
  const { model, alias, mode, share, state, candidate, present, agreement, compared, dropped } = trial;
  const arms = [
    { role: 'tried', ...candidate },
    { role: 'present', ...present },
  ];
  return (
    <>
      <p>
        Version {candidate.version} {MODES[mode]} {formatShare(share)} of the photos for {alias}, since{' '}
        {formatDate(trial.startedAt)} ({trial.startedBy}: {trial.reason}).
        {trial.endedAt && ` ${state}, ${formatDate(trial.endedAt)} (${trial.endedBy}: ${trial.outcome}).`}
      </p>
      <p>
        {agreement === null
          ? 'No photo was answered by both yet.'
          : `Both give the same label to ${formatShare(agreement)} of ${formatCount(compared)} photos.`}
        {dropped > 0 && ` ${formatCount(dropped)} were not compared: there was too much else to do.`}
      </p>
      <WideTable minWidth={480} label="The version that is tried, and the present one">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Version</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>Answers</Table.Th>
            <Table.Th>Errors</Table.Th>
            <Table.Th>Median</Table.Th>
            <Table.Th>99 of 100</Table.Th>
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
