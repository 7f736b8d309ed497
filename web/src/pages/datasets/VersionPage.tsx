import { useQuery } from '@apollo/client/react';
import { SegmentedControl } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Suspense } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { useRefreshOn } from '../../app/changes';
import { lazyPage } from '../../app/lazy-page';
import { ClassTable, ClassTable_version } from '../../features/datasets/ClassTable';
import { DeleteVersion } from '../../features/datasets/Delete';
import { Duplicates } from '../../features/datasets/Duplicates';
import { useDraft } from '../../features/datasets/draft';
import { Findings, Findings_version } from '../../features/datasets/Findings';
import { Gallery } from '../../features/datasets/Gallery';
import { Sheets } from '../../features/datasets/Sheets';
import { VersionSpec, VersionSpec_version } from '../../features/datasets/VersionSpec';
import { RunLines, RunLines_run } from '../../features/runs/RunLines';
import { graphql, type ResultOf } from '../../graphql';
import { nodesOf } from '../../lib/connection';
import { presentParams } from '../../lib/present-params';
import { urls } from '../../lib/urls';
import { Answer } from '../../ui/Answer';
import { PageHead } from '../../ui/PageHead';
import { Section } from '../../ui/Section';
import { NoSuchDataset } from './NoSuchDataset';
import { FIRST_VIEW, parseView, type VersionView, viewParams } from './url';
import classes from './VersionPage.module.css';

const DeriveForm = lazyPage(async () => (await import('../../features/datasets/DeriveForm')).DeriveForm);

const VERSION = graphql(
  `
    query VersionPage($name: String!, $number: Int!) {
      dataset(name: $name) {
        id name
        version(number: $number) {
          id number classes
          ...VersionSpec_version
          ...Findings_version
          ...ClassTable_version
        }
      }
      runs(filter: { dataset: $name, datasetVersion: $number }, first: 20) {
        edges { node { id ...RunLines_run } }
      }
    }
  `,
  [VersionSpec_version, Findings_version, ClassTable_version, RunLines_run],
);
type Data = ResultOf<typeof VERSION>;
type Version = NonNullable<NonNullable<Data['dataset']>['version']>;

/** Largest Int of GraphQL. */
const LARGEST = 2 ** 31 - 1;

export function VersionPage() {
  const { dataset: name = '', number: text = '' } = useParams();
  const number = Number(text);
  const isNumber = Number.isInteger(number) && number > 0 && number <= LARGEST;
  const asked = useQuery(VERSION, { variables: { name, number }, skip: !isNumber });
  useRefreshOn(['RUN'], () => isNumber && asked.refetch());
  if (!isNumber) return <NoSuchDataset name={name} number={text} />;
  return (
    <Answer of={asked}>
      {({ dataset, runs }) => {
        if (!dataset) return <NoSuchDataset name={name} />;
        if (!dataset.version) return <NoSuchDataset name={name} number={number} />;
        return <Version key={dataset.version.id} name={name} version={dataset.version} runs={nodesOf(runs)} />;
      }}
    </Answer>
  );
}

function Version({
  name,
  version,
  runs,
}: {
  readonly name: string;
  readonly version: Version;
  readonly runs: Data['runs']['edges'][number]['node'][];
}) {
  const { id, number, classes: labels } = version;
  const navigate = useNavigate();
  const { changes } = useDraft(id);
  const [deriving, { open, close }] = useDisclosure();
  const [params, setParams] = useSearchParams();
  const view = parseView(params);
  /** Opening something adds a history entry; a filter does not. */
  const setView = (next: Partial<VersionView>, opens = false): void =>
    setParams(viewParams({ ...parseView(presentParams()), ...next }), { replace: !opens, preventScrollReset: true });
  const showClass = (label: string | null): void => setView({ ...FIRST_VIEW, label });
  return (
    <>
      <PageHead title={`${name}, version ${number}`}>
        {!deriving && (
          <ActionButton needs="deriveDatasetVersion" variant={changes > 0 ? 'filled' : 'default'} onClick={open}>
            {changes > 0 ? `Next version: ${changes} ${changes === 1 ? 'change' : 'changes'}…` : 'Next version…'}
          </ActionButton>
        )}
        <DeleteVersion
          id={id}
          name={`version ${number}`}
          onDeleted={() => void navigate(urls.dataset(name), { replace: true })}
        />
      </PageHead>
      <VersionSpec version={version} />
      <p>
        <Link to={urls.dataset(name)}>All versions of {name}</Link>
        {' · '}
        <Link to={urls.examination(name, number)}>Wrong labels and outliers</Link>
        {number > 1 && (
          <>
            {' · '}
            <Link to={urls.datasetDifference(name, number - 1, number)}>Changes since version {number - 1}</Link>
          </>
        )}
      </p>
      <Suspense>
        {deriving && (
          <DeriveForm versionId={id} onMade={(made) => void navigate(urls.datasetVersion(name, made))} close={close} />
        )}
      </Suspense>
      <div className={classes.columns}>
        <div>
          <Section title="Findings">
            <Findings
              version={version}
              onShow={(what) =>
                setView({ ...FIRST_VIEW, ...what, show: 'duplicates' in what ? 'duplicates' : 'images' }, true)
              }
            />
          </Section>
          <Section title="Classes">
            <ClassTable version={version} chosen={view.label} onChoose={showClass} />
          </Section>
        </div>
        <Section
          title="Images"
          tools={
            <SegmentedControl
              size="xs"
              aria-label="View"
              data={[
                { value: 'images', label: 'Single images' },
                { value: 'sheets', label: 'Contact sheets' },
                { value: 'duplicates', label: 'Duplicates' },
              ]}
              value={view.show}
              onChange={(show) => setView({ ...FIRST_VIEW, show: show as VersionView['show'] })}
            />
          }
        >
          {view.show === 'images' && <Gallery versionId={id} labels={labels} view={view} onView={setView} />}
          {view.show === 'sheets' && (
            <Sheets
              versionId={id}
              labels={labels}
              page={view.page}
              onPage={(page) => setView({ page })}
              onChoose={showClass}
            />
          )}
          {view.show === 'duplicates' && (
            <Duplicates
              versionId={id}
              shown={view.duplicates}
              page={view.page}
              onShown={(duplicates) => setView({ duplicates, page: 1 })}
              onPage={(page) => setView({ page })}
            />
          )}
        </Section>
      </div>
      <Section title="Runs">
        {runs.length > 0 ? (
          <RunLines label="Runs on this version" runs={runs} />
        ) : (
          <p>No runs have used this version yet.</p>
        )}
      </Section>
    </>
  );
}
