import { Table } from '@mantine/core';
import { Link } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { formatAge, formatDate, formatShare } from '../../lib/format';
import { urls } from '../../lib/urls';
import { WideTable } from '../../ui/WideTable';
import { RunLink } from '../runs/RunLink';
import { AliasTag } from './AliasTag';
import { formText, SERVED_FORM } from './form-text';
import classes from './VersionTable.module.css';

export const VERSION_TABLE = graphql(
  `
  fragment VersionTable_model on Model {
    name
    versions {
      id number aliases testAccuracy testLoss imageSize runId createdAt
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
    <WideTable minWidth={800} label="Versions">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Version</Table.Th>
          <Table.Th>Aliases</Table.Th>
          <Table.Th className="number">Test accuracy</Table.Th>
          <Table.Th className="number">Test loss</Table.Th>
          <Table.Th>Tested on</Table.Th>
          <Table.Th>Backbone</Table.Th>
          <Table.Th className="number">Image size (px)</Table.Th>
          <Table.Th>Serves with</Table.Th>
          <Table.Th>Run</Table.Th>
          <Table.Th>Registered</Table.Th>
          <Table.Th>
            <span className={classes.hidden}>Actions</span>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {versions.map((version) => (
          <Table.Tr
            key={version.id}
            className={classes.row ?? ''}
            aria-current={version.number === chosen || undefined}
          >
            <Table.Td>
              <Link to={urls.modelVersion(model, version.number)}>Version {version.number}</Link>
            </Table.Td>
            <Table.Td>
              {version.aliases.map((name) => (
                <AliasTag key={name} name={name} />
              ))}
            </Table.Td>
            <Table.Td className="number">{formatShare(version.testAccuracy, 2)}</Table.Td>
            <Table.Td className="number">{version.testLoss?.toFixed(4) ?? '–'}</Table.Td>
            <Table.Td>
              <Link to={urls.datasetVersion(version.datasetVersion.dataset, version.datasetVersion.number)}>
                {version.datasetVersion.dataset} {version.datasetVersion.number}
              </Link>
            </Table.Td>
            <Table.Td>{version.backbone.name}</Table.Td>
            <Table.Td className="number">{version.imageSize}</Table.Td>
            <Table.Td title={version.serving.reason}>{formText(version.serving)}</Table.Td>
            <Table.Td>{version.runId && <RunLink id={version.runId} />}</Table.Td>
            <Table.Td>
              <time dateTime={version.createdAt} title={formatDate(version.createdAt)}>
                {formatAge(version.createdAt)}
              </time>
            </Table.Td>
            <Table.Td>
              {!version.aliases.includes('production') && (
                <ActionButton
                  needs="promoteModelVersion"
                  to={urls.promote(model, version.number, 'production')}
                  size="compact-sm"
                  variant="default"
                  aria-label={`Promote version ${version.number}`}
                >
                  Promote
                </ActionButton>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}
