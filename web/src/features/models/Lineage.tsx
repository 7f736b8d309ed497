import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatCount, formatShare, shortId } from '../../lib/format';
import { urls } from '../../lib/urls';
import { AliasTag } from './AliasTag';
import classes from './Lineage.module.css';

export const LINEAGE = graphql(`
  fragment Lineage_version on ModelVersion {
    model number aliases testAccuracy
    datasetVersion {
      id dataset number imageCount
      derivation { parents { id dataset number } }
    }
    origin { fileName sha256 }
    lineage { id kind validationAccuracy recipe { splitLayer } }
  }
`);

/** The lineage of a version, from left to right: data, runs, version, aliases. */
export function Lineage({ of }: { readonly of: FragmentOf<typeof LINEAGE> }) {
  const { model, number, aliases, testAccuracy, datasetVersion, origin, lineage } = readFragment(LINEAGE, of);
  return (
    <ol className={classes.chain} aria-label={`Lineage of version ${number}`}>
      {datasetVersion.derivation?.parents.map((parent) => (
        <Stop key={parent.id} kind="Derived from" to={urls.datasetVersion(parent.dataset, parent.number)}>
          {parent.dataset} {parent.number}
        </Stop>
      ))}
      <Stop
        kind="Dataset version"
        to={urls.datasetVersion(datasetVersion.dataset, datasetVersion.number)}
        note={`${formatCount(datasetVersion.imageCount)} images`}
      >
        {datasetVersion.dataset} {datasetVersion.number}
      </Stop>
      {lineage.map((run) => (
        <Stop
          key={run.id}
          kind={run.kind === 'TRANSFER' ? 'Transfer run' : `Fine-tune run after ${run.recipe.splitLayer}`}
          to={urls.run(run.id)}
          note={run.validationAccuracy == null ? '' : `validation accuracy ${formatShare(run.validationAccuracy)}`}
        >
          {shortId(run.id)}
        </Stop>
      ))}
      {origin && (
        <li className={classes.link} title={`SHA-256 ${origin.sha256}`}>
          <span className={classes.kind}>Imported file</span>
          <span>{origin.fileName}</span>
        </li>
      )}
      <Stop
        kind="Model version"
        to={urls.modelVersion(model, number)}
        note={`test accuracy ${formatShare(testAccuracy, 2)}`}
      >
        {model} {number}
      </Stop>
      {aliases.length > 0 && (
        <li className={classes.link}>
          <span className={classes.kind}>Aliases</span>
          {aliases.map((name) => (
            <AliasTag key={name} name={name} />
          ))}
        </li>
      )}
    </ol>
  );
}

function Stop({
  kind,
  to,
  note,
  children,
}: {
  readonly kind: string;
  readonly to: string;
  readonly note?: string;
  readonly children: ReactNode;
}) {
  return (
    <li className={classes.link}>
      <span className={classes.kind}>{kind}</span>
      <Link to={to}>{children}</Link>
      {note && <span className={classes.note}>{note}</span>}
    </li>
  );
}
