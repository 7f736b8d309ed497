import { useQuery } from '@apollo/client/react';
import { graphql, type ResultOf } from '../../graphql';
import { formatBytes, formatCount, formatDate, formatShare } from '../../lib/format';
import { Answer } from '../../ui/Answer';
import { DataTable } from '../../ui/DataTable';
import { Section } from '../../ui/Section';
import { SpecLine } from '../../ui/SpecLine';

const LIMITS = graphql(`
  query LimitsPage {
    me { name role model expiresAt }
    limits { name option limit used }
  }
`);

type Limit = ResultOf<typeof LIMITS>['limits'][number];

const NAMES: Readonly<Record<string, string>> = {
  requestsPerMinute: 'Requests of this token per minute',
  uploads: 'Uploads at the same time',
  queuedRuns: 'Queued runs and sweeps',
  diskBytes: 'Disk space',
};

/** Milliseconds between two looks at what is used. */
const ASK_EVERY = 10_000;

/** The token in use, and what the hub allows. */
export function LimitsPage() {
  const asked = useQuery(LIMITS, { pollInterval: ASK_EVERY });
  return (
    <Answer of={asked}>
      {({ me, limits }) => (
        <>
          <Section title="Your token">
            <SpecLine
              fields={{
                Name: me.name,
                Role: me.role,
                Model: me.model ?? 'all',
                Expires: me.expiresAt ? formatDate(me.expiresAt) : 'never',
              }}
            />
          </Section>
          <Section title="Limits">
            <DataTable
              label="Limits"
              heads={['Limit', ' Used', ' Allowed', ' Share', 'Set by']}
              rows={limits.map((limit) => ({
                key: limit.name,
                cells: [
                  NAMES[limit.name] ?? limit.name,
                  amount(limit, limit.used),
                  limit.limit === null ? 'unlimited' : amount(limit, limit.limit),
                  limit.limit ? formatShare(limit.used / limit.limit, 0) : null,
                  <code key="option">hub start {limit.option}</code>,
                ],
              }))}
            />
          </Section>
        </>
      )}
    </Answer>
  );
}

const amount = ({ name }: Limit, value: number): string =>
  name === 'diskBytes' ? formatBytes(value) : formatCount(value);
