import { Button } from '@mantine/core';
import { Link } from 'react-router';
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
    aliasEvents { id alias from }
  }
`);

/** Each alias with its version, and the link to roll it back. */
export function AliasRail({ of }: { readonly of: FragmentOf<typeof ALIAS_RAIL> }) {
  const { name: model, aliases, aliasEvents } = readFragment(ALIAS_RAIL, of);
  if (aliases.length === 0) return <p>No alias points to a version yet. Promote a version below to serve it.</p>;
  return (
    <ul className={classes.rail} aria-label="Aliases">
      {aliases.map(({ name, movedAt, version }) => {
        const before = aliasEvents.find(({ alias }) => alias === name)?.from;
        return (
          <li key={name} className={classes.alias}>
            <AliasTag name={name} />
            <span aria-hidden>→</span>
            <Link to={urls.modelVersion(model, version.number)}>version {version.number}</Link>
            <span>{formatShare(version.testAccuracy, 2)}</span>
            <time dateTime={movedAt} title={formatDate(movedAt)} className={classes.since}>
              {formatAge(movedAt)}
            </time>
            <Copyable value={`${model}@${name}`} ends={20} />
            {before != null && (
              <Button component={Link} to={urls.rollBack(model, name)} size="compact-sm" variant="default">
                Roll back to {before}
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
