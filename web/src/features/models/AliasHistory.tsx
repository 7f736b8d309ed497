import { type FragmentOf, graphql, type ResultOf, readFragment } from '../../graphql';
import { formatDate } from '../../lib/format';
import { DataTable } from '../../ui/DataTable';
import { AliasTag } from './AliasTag';
import { precisionText } from './form-text';

export const ALIAS_HISTORY = graphql(`
  fragment AliasHistory_model on Model {
    aliasEvents { id alias rollback from to precision runtime actor reason createdAt gate { rule passed detail } }
  }
`);

/** Every move and removal of an alias, with actor, reason and the gate's checks. */
export function AliasHistory({ of }: { readonly of: FragmentOf<typeof ALIAS_HISTORY> }) {
  const { aliasEvents } = readFragment(ALIAS_HISTORY, of);
  return (
    <DataTable
      label="Alias moves"
      heads={['When', 'Alias', 'From', 'To', 'Serves with', 'Actor', 'Reason', 'Gate']}
      rows={aliasEvents.map((event) => ({
        key: event.id,
        cells: [
          formatDate(event.createdAt),
          <AliasTag key="alias" name={event.alias} />,
          event.from ?? '–',
          event.to ?? 'removed',
          event.precision === null ? '–' : precisionText({ ...event, precision: event.precision }),
          event.actor,
          <span key="reason" className="prose">
            {event.reason}
          </span>,
          <span key="gate" className="prose">
            {verdictOf(event)}
          </span>,
        ],
      }))}
    />
  );
}

type Event = ResultOf<typeof ALIAS_HISTORY>['aliasEvents'][number];

function verdictOf({ gate, rollback, to }: Event): string {
  const failed = gate.filter(({ passed }) => !passed);
  if (failed.length > 0) return `overridden: ${failed.map(({ detail }) => detail).join(' ')}`;
  if (rollback) return 'not asked: rollback';
  if (to === null) return 'not asked: removal';
  return gate.length > 0 ? 'passed' : 'not checked';
}
