import { Link } from 'react-router';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatAge, formatShare } from '../../lib/format';
import { urls } from '../../lib/urls';
import { AliasTag } from '../models/AliasTag';
import classes from './InProduction.module.css';

export const InProduction_model = graphql(`
  fragment InProduction_model on Model {
    id name
    aliases {
      name movedAt
      version { id number testAccuracy datasetVersion { id dataset number } }
    }
  }
`);

/** The version of each model that is in production. */
export function InProduction({ models }: { readonly models: readonly FragmentOf<typeof InProduction_model>[] }) {
  return readFragment(InProduction_model, models).flatMap(({ id, name, aliases }) =>
    aliases
      .filter((alias) => alias.name === 'production')
      .map(({ movedAt, version: { number, testAccuracy, datasetVersion } }) => (
        <div key={id} className={classes.served}>
          <p className={classes.name}>
            <Link to={urls.model(name)}>{name}</Link> version {number}
          </p>
          <AliasTag name="production" />
          <span>
            test accuracy {formatShare(testAccuracy)} on {datasetVersion.dataset} version {datasetVersion.number}
          </span>
          <span>promoted {formatAge(movedAt)}</span>
        </div>
      )),
  );
}
