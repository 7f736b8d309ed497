import { Link } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatAge, formatDate, formatShare } from '../../lib/format';
import { urls } from '../../lib/urls';
import { Copyable } from '../../ui/Copyable';
import classes from './AliasRail.module.css';
import { AliasTag } from './AliasTag';

export const ALIAS_RAIL = graphql(`
  fragment AliasRail_model on Model {
    name
    aliases { name movedAt version { id number testAccuracy } }
    aliasEvents { id alias from to createdAt }
    versions { id number }
  }
`);

/** Each alias with its version, and the links to roll it back and to remove it; then those that were removed. */
export function AliasRail({ of }: { readonly of: FragmentOf<typeof ALIAS_RAIL> }) {
  const { name: model, aliases, aliasEvents, versions } = readFragment(ALIAS_RAIL, of);
  const last = new Map(aliasEvents.toReversed().map((event) => [event.alias, event]));
  const rollback = (alias: string) => {
    const before = last.get(alias)?.from;
    const present = versions.find(({ number }) => number === before);
    return present && <RollBack model={model} alias={alias} to={present.number} />;
  };
  const removed = [...last.values()].filter(
    ({ from, to }) => to === null && versions.some(({ number }) => number === from),
  );
  return (
    <>
      {aliases.length === 0 && (
        <p>No alias points to a version{removed.length === 0 && ' yet'}. Promote a version below to serve it.</p>
      )}
      {aliases.length + removed.length > 0 && (
        <ul className={classes.rail} aria-label="Aliases">
          {aliases.map(({ name, movedAt, version }) => (
            <li key={name} className={classes.alias}>
              <AliasTag name={name} />
              <span aria-hidden>→</span>
              <Link to={urls.modelVersion(model, version.number)}>version {version.number}</Link>
              <span>{formatShare(version.testAccuracy, 2)}</span>
              <Since at={movedAt} />
              <Copyable value={`${model}@${name}`} ends={20} />
              {rollback(name)}
              <ActionButton
                needs="removeAlias"
                to={urls.removeAlias(model, name)}
                size="compact-sm"
                variant="default"
                aria-label={`Remove the alias ${name}`}
              >
                Remove…
              </ActionButton>
            </li>
          ))}
          {removed.map(({ alias, createdAt }) => (
            <li key={alias} className={classes.alias}>
              <AliasTag name={alias} />
              <span>removed</span>
              <Since at={createdAt} />
              {rollback(alias)}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Since({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={formatDate(at)} className={classes.since}>
      {formatAge(at)}
    </time>
  );
}

function RollBack({ model, alias, to }: { readonly model: string; readonly alias: string; readonly to: number }) {
  return (
    <ActionButton needs="rollBack" to={urls.rollBack(model, alias)} size="compact-sm" variant="default">
      Roll back to {to}
    </ActionButton>
  );
}
