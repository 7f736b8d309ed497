import { useQuery } from '@apollo/client/react';
import { Button, Switch, Table, Text } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { AliasTag } from '../../features/models/AliasTag';
import { graphql } from '../../graphql';
import { formatAge, formatDate, formatShare } from '../../lib/format';
import { urls } from '../../lib/urls';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { PageHead } from '../../ui/PageHead';
import { WideTable } from '../../ui/WideTable';

const MODELS = graphql(`
  query ModelsPage($archived: Boolean!) {
    models(archived: $archived) {
      id name archivedAt
      versions { id number testAccuracy createdAt }
      aliases { name version { id number testAccuracy } }
    }
  }
`);

/** The list of models. */
export function ModelsPage() {
  const [params, setParams] = useSearchParams();
  const archived = params.has('archived');
  const asked = useQuery(MODELS, { variables: { archived } });
  useRefreshOn(['MODEL'], asked.refetch);
  return (
    <>
      <PageHead title="Models" />
      <Switch
        size="xs"
        mb="xs"
        label="Show archived models"
        checked={archived}
        onChange={({ currentTarget }) => setParams(currentTarget.checked ? { archived: '' } : {}, { replace: true })}
      />
      <Answer of={asked}>
        {({ models }) =>
          models.length === 0 ? (
            <Empty
              title="No models yet"
              text="A model is a named series of versions. To create one, open a run that succeeded and register it."
            >
              <Button component={Link} to="/runs" variant="default">
                Show runs
              </Button>
            </Empty>
          ) : (
            <WideTable minWidth={560} label="Models">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Model</Table.Th>
                  <Table.Th>Aliases</Table.Th>
                  <Table.Th className="number">Versions</Table.Th>
                  <Table.Th className="number">In production</Table.Th>
                  <Table.Th className="number">Best accuracy</Table.Th>
                  <Table.Th>Newest version</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {models.map(({ id, name, archivedAt, versions, aliases }) => {
                  const production = aliases.find((alias) => alias.name === 'production')?.version;
                  const best = Math.max(...versions.map(({ testAccuracy }) => testAccuracy));
                  const newest = versions[0];
                  return (
                    <Table.Tr key={id}>
                      <Table.Td>
                        <Link to={urls.model(name)}>{name}</Link>
                        {archivedAt !== null && (
                          <Text span inherit c="dimmed">
                            {' '}
                            archived
                          </Text>
                        )}
                      </Table.Td>
                      <Table.Td>
                        {aliases.map((alias) => (
                          <span key={alias.name}>
                            <AliasTag name={alias.name} /> → {alias.version.number}{' '}
                          </span>
                        ))}
                      </Table.Td>
                      <Table.Td className="number">{versions.length}</Table.Td>
                      <Table.Td className="number">
                        {production ? formatShare(production.testAccuracy, 2) : 'none'}
                      </Table.Td>
                      <Table.Td className="number">{newest ? formatShare(best, 2) : ''}</Table.Td>
                      <Table.Td>
                        {newest && (
                          <time dateTime={newest.createdAt} title={formatDate(newest.createdAt)}>
                            {newest.number}, {formatAge(newest.createdAt)}
                          </time>
                        )}
                      </Table.Td>
                    </Table.Tr>
                  );
                })}
              </Table.Tbody>
            </WideTable>
          )
        }
      </Answer>
    </>
  );
}
