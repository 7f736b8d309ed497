import { useQuery } from '@apollo/client/react';
import { Button, NativeSelect } from '@mantine/core';
import { Permitted } from '../../app/Permitted';
import { AuditCheck } from '../../features/settings/AuditCheck';
import { AuditDetails } from '../../features/settings/AuditDetails';
import { ACTION_NAMES, actionOf } from '../../features/settings/audit-actions';
import { graphql, type ResultOf } from '../../graphql';
import { nextOf, nodesOf } from '../../lib/connection';
import { endOfDay, startOfDay } from '../../lib/day';
import { formatDate } from '../../lib/format';
import { showValue } from '../../lib/hyperparameter';
import { useFilters } from '../../lib/use-filters';
import { Answer } from '../../ui/Answer';
import { CursorPager } from '../../ui/CursorPager';
import { DataTable } from '../../ui/DataTable';
import { Empty } from '../../ui/Empty';
import { FilterBar } from '../../ui/FilterBar';
import { FilterDay } from '../../ui/FilterDay';
import { FilterText } from '../../ui/FilterText';
import { Section } from '../../ui/Section';
import classes from './AuditPage.module.css';

const AUDIT = graphql(`
  query AuditPage($filter: AuditFilter!, $after: String) {
    auditEvents(filter: $filter, first: 50, after: $after) {
      pageInfo { hasNextPage endCursor }
      edges { node { number at actor action subject from to reason details hash } }
    }
  }
`);

type Event = ResultOf<typeof AUDIT>['auditEvents']['edges'][number]['node'];

const FILTERS = ['action', 'actor', 'subject', 'model', 'since', 'until'] as const;

/** The audit log: who changed what, when and why. */
export function AuditPage() {
  return (
    <Permitted needs="auditEvents">
      <Section title="Audit log">
        <AuditCheck />
        <Events />
      </Section>
    </Permitted>
  );
}

function Events() {
  const { values, filtered, after, set, clear, turn } = useFilters(FILTERS);
  const { action, actor, subject, model, since, until } = values;
  const known = actionOf(action);
  const filter = {
    ...(known && { actions: [known] }),
    ...(actor && { actor }),
    ...(subject && { subject }),
    ...(model && { model }),
    ...(since && { since: startOfDay(since) }),
    ...(until && { before: endOfDay(until) }),
  };
  const asked = useQuery(AUDIT, { variables: { filter, after } });
  return (
    <>
      <FilterBar label="Filters of the audit log">
        <NativeSelect
          size="xs"
          label="Action"
          value={action}
          onChange={({ currentTarget }) => set('action', currentTarget.value)}
          data={[
            { value: '', label: 'Any' },
            ...Object.entries(ACTION_NAMES).map(([value, label]) => ({ value, label })),
          ]}
        />
        <FilterText
          label="Actor"
          placeholder="Name of a token"
          value={actor}
          onType={(text) => set('actor', text)}
          first
        />
        <FilterText
          label="Subject"
          placeholder="pets@production"
          value={subject}
          onType={(text) => set('subject', text)}
        />
        <FilterText label="Model" value={model} onType={(text) => set('model', text)} />
        <FilterDay label="From" value={since} onDay={(day) => set('since', day)} />
        <FilterDay label="To" value={until} onDay={(day) => set('until', day)} />
      </FilterBar>
      <Answer of={asked}>
        {({ auditEvents: page }) => {
          const events = nodesOf(page);
          return events.length === 0 ? (
            <Empty
              title={filtered ? 'No events match' : 'No events yet'}
              text={
                filtered
                  ? 'No event matches these filters. Actor, subject and model must match exactly.'
                  : 'Promotions, deletions, tokens and settings are recorded here.'
              }
            >
              {filtered && (
                <Button size="xs" variant="default" onClick={clear}>
                  Clear filters
                </Button>
              )}
            </Empty>
          ) : (
            <>
              <DataTable
                label="Events"
                heads={[' Number', 'Time', 'Actor', 'Action', 'Subject', 'Change', 'Reason', 'Details']}
                rows={events.map((event) => ({ key: String(event.number), cells: cellsOf(event) }))}
              />
              <CursorPager of="events" after={after} next={nextOf(page)} turn={turn} />
            </>
          );
        }}
      </Answer>
    </>
  );
}

function cellsOf({ number, at, actor, action, subject, from, to, reason, details, hash }: Event) {
  return [
    number,
    <time key="at" dateTime={at}>
      {formatDate(at)}
    </time>,
    actor,
    ACTION_NAMES[action],
    <span key="subject" className={classes.text}>
      {subject}
    </span>,
    (from !== null || to !== null) && (
      <span key="change" className={classes.text}>
        {showChanged(from)} → {showChanged(to)}
      </span>
    ),
    reason && (
      <span key="reason" className={classes.text}>
        {reason}
      </span>
    ),
    <AuditDetails key="details" details={details} hash={hash} />,
  ];
}

/** A value before or after a change: settings as "sample 1, days 30" instead of JSON, "yes" or "no" instead of true or false. */
function showChanged(value: string | null): string {
  if (value === null) return 'none';
  if (value === 'true' || value === 'false') return showValue(value === 'true');
  const fields = value.startsWith('{') ? fieldsOf(value) : null;
  return fields === null ? value : fields.map(([name, field]) => `${name} ${showValue(field)}`).join(', ');
}

function fieldsOf(json: string): [string, unknown][] | null {
  try {
    return Object.entries(JSON.parse(json) as object);
  } catch {
    return null;
  }
}
