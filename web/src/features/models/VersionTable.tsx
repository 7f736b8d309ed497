import { Group } from '@mantine/core';
import { Link } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatAge, formatDate, formatShare } from '../../lib/format';
import { urls } from '../../lib/urls';
import { DataTable } from '../../ui/DataTable';
import { RunLink } from '../runs/RunLink';
import { AliasTag } from './AliasTag';
import { formText, SERVED_FORM } from './form-text';

export const VERSION_TABLE = graphql(
  `
  fragment VersionTable_model on Model {
    name
    versions {
      id number aliases testAccuracy testLoss runId createdAt owner { name }
      backbone { id name }
      datasetVersion { id dataset number }
      serving { ...ServedForm }
    }
  }
`,
  [SERVED_FORM],
);

/** The versions of a model, newest first. */
export function VersionTable({
  of,
  chosen,
}: {
  readonly of: FragmentOf<typeof VERSION_TABLE>;
  /** Number of the selected version. */
  readonly chosen: number | null;
}) {
  const { name: model, versions } = readFragment(VERSION_TABLE, of);
  return (
    <DataTable
      label="Versions"
      heads={[
        'Version',
        'Aliases',
        ' Test accuracy',
        ' Test loss',
        'Tested on',
        'Backbone',
        'Serves with',
        'Run',
        'Registered',
        'Owner',
        'Actions',
      ]}
      rows={versions.map((version) => ({
        key: version.id,
        current: version.number === chosen,
        cells: [
          <Link key="version" to={urls.modelVersion(model, version.number)}>
            Version {version.number}
          </Link>,
          version.aliases.length > 0 && (
            <Group key="aliases" gap={4}>
              {version.aliases.map((name) => (
                <AliasTag key={name} name={name} />
              ))}
            </Group>
          ),
          formatShare(version.testAccuracy, 2),
          version.testLoss?.toFixed(4) ?? '–',
          <Link key="data" to={urls.datasetVersion(version.datasetVersion.dataset, version.datasetVersion.number)}>
            {version.datasetVersion.dataset} {version.datasetVersion.number}
          </Link>,
          version.backbone.name,
          <span key="form" title={version.serving.reason}>
            {formText(version.serving)}
          </span>,
          version.runId ? <RunLink key="run" id={version.runId} /> : 'imported',
          <time key="at" dateTime={version.createdAt} title={formatDate(version.createdAt)}>
            {formatAge(version.createdAt)}
          </time>,
          version.owner?.name,
          !version.aliases.includes('production') && (
            <ActionButton
              key="promote"
              needs="promoteModelVersion"
              to={urls.promote(model, version.number, 'production')}
              size="compact-sm"
              variant="default"
              aria-label={`Promote version ${version.number}`}
            >
              Promote
            </ActionButton>
          ),
        ],
      }))}
    />
  );
}
