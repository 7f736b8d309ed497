import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatDate } from '../../lib/format';
import { type Holding, holdings } from '../../lib/holdings';
import classes from './AliasTimeline.module.css';

export const ALIAS_TIMELINE = graphql(`
  fragment AliasTimeline_model on Model {
    aliasEvents { id alias to createdAt overridden }
  }
`);

/** The versions of each alias over time: one lane per alias, as wide as the page. */
export function AliasTimeline({ of }: { readonly of: FragmentOf<typeof ALIAS_TIMELINE> }) {
  const { aliasEvents } = readFragment(ALIAS_TIMELINE, of);
  const lanes = holdings(aliasEvents, new Date());
  const first = aliasEvents.at(-1);
  return (
    <>
      <dl className={classes.lanes}>
        {lanes.map(({ alias, held }) => (
          <div key={alias} className={classes.lane} data-production={alias === 'production' || undefined}>
            <dt className="mono">{alias}</dt>
            <dd className={classes.track}>
              {held.map((holding) => (
                <span
                  key={holding.from.toISOString()}
                  className={classes.held}
                  data-overridden={holding.overridden || undefined}
                  data-present={holding.until === null || undefined}
                  style={{ left: `${100 * holding.start}%`, width: `${100 * holding.share}%` }}
                  title={describe(holding)}
                >
                  {holding.version}
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p className={classes.axis}>
        <span>{first && formatDate(first.createdAt)}</span>
        {aliasEvents.some(({ overridden }) => overridden) && <span>A red edge marks an overridden gate.</span>}
        <span>now</span>
      </p>
    </>
  );
}

function describe({ version, from, until, overridden }: Holding): string {
  const end = until ? `to ${formatDate(until.toISOString())}` : 'until now';
  return `Version ${version} from ${formatDate(from.toISOString())} ${end}${overridden ? ', gate overridden' : ''}`;
}
