import { useQuery } from '@apollo/client/react';
import { Button, Group, Switch, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Suspense } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { useRefreshOn } from '../../app/changes';
import { lazyPage } from '../../app/lazy-page';
import { AliasTag } from '../../features/models/AliasTag';
import { graphql, type ResultOf } from '../../graphql';
import { formatAge, formatDate, formatShare } from '../../lib/format';
import { urls } from '../../lib/urls';
import { Answer } from '../../ui/Answer';
import { DataTable } from '../../ui/DataTable';
import { Empty } from '../../ui/Empty';
import { PageHead } from '../../ui/PageHead';

const ImportForm = lazyPage(async () => (await import('../../features/models/ImportForm')).ImportForm);

const MODELS = graphql(`
  query ModelsPage($archived: Boolean!) {
    models(archived: $archived) {
      id name archivedAt owner { name }
      versions { id number testAccuracy createdAt }
      aliases { name version { id number testAccuracy } }
    }
  }
`);

type Model = ResultOf<typeof MODELS>['models'][number];

/** The list of models. */
export function ModelsPage() {
  const [params, setParams] = useSearchParams();
  const archived = params.has('archived');
  const asked = useQuery(MODELS, { variables: { archived } });
  useRefreshOn(['MODEL'], asked.refetch);
  const navigate = useNavigate();
  const [adding, { open, close }] = useDisclosure();
  return (
    <>
      <PageHead title="Models">
        <ActionButton needs="predictionJobs" size="xs" variant="default" to={urls.batches()}>
          Batch predictions
        </ActionButton>
        {!adding && (
          <ActionButton needs="importModelVersion" size="xs" variant="default" onClick={open}>
            Import a model…
          </ActionButton>
        )}
      </PageHead>
      <Suspense>
        {adding && <ImportForm model={null} onStarted={(name) => navigate(urls.model(name))} close={close} />}
      </Suspense>
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
              text="A model is a named series of versions. To create one, open a run that succeeded and register it, or import a file."
            >
              <Button component={Link} to="/runs" variant="default">
                Show runs
              </Button>
            </Empty>
          ) : (
            <DataTable
              label="Models"
              heads={['Model', 'Aliases', ' Versions', ' In production', ' Best accuracy', 'Newest version', 'Owner']}
              rows={models.map((model) => ({ key: model.id, cells: cellsOf(model) }))}
            />
          )
        }
      </Answer>
    </>
  );
}

function cellsOf({ name, archivedAt, owner, versions, aliases }: Model) {
  const production = aliases.find((alias) => alias.name === 'production')?.version;
  const best = Math.max(...versions.map(({ testAccuracy }) => testAccuracy));
  const newest = versions[0];
  return [
    <span key="name">
      <Link to={urls.model(name)}>{name}</Link>
      {archivedAt !== null && (
        <Text span inherit c="dimmed">
          {' '}
          archived
        </Text>
      )}
    </span>,
    aliases.length > 0 && (
      <Group key="aliases" gap={4}>
        {aliases.map((alias) => (
          <span key={alias.name}>
            <AliasTag name={alias.name} /> → {alias.version.number}
          </span>
        ))}
      </Group>
    ),
    versions.length,
    production ? formatShare(production.testAccuracy, 2) : 'none',
    newest && formatShare(best, 2),
    newest && (
      <time key="newest" dateTime={newest.createdAt} title={formatDate(newest.createdAt)}>
        {newest.number}, {formatAge(newest.createdAt)}
      </time>
    ),
    owner?.name,
  ];
}
