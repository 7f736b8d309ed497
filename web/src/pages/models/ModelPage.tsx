import { useQuery } from '@apollo/client/react';
import { Group, Text, Title } from '@mantine/core';
import { useDisclosure, useInterval } from '@mantine/hooks';
import { Suspense, useState } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { ActionButton } from '../../app/ActionButton';
import { useRefreshOn } from '../../app/changes';
import { lazyPage } from '../../app/lazy-page';
import { ALIAS_HISTORY, AliasHistory } from '../../features/models/AliasHistory';
import { ALIAS_RAIL, AliasRail } from '../../features/models/AliasRail';
import { ALIAS_TIMELINE, AliasTimeline } from '../../features/models/AliasTimeline';
import { EXPORTS, Exports } from '../../features/models/Exports';
import { LINEAGE } from '../../features/models/fragments';
import { GATE, Gate } from '../../features/models/Gate';
import { IMPORTS, Imports } from '../../features/models/Imports';
import { PRECISION_FORM, PrecisionForm } from '../../features/models/PrecisionForm';
import { ModelRemoval, VersionRemoval } from '../../features/models/Removal';
import { TRAFFIC, Traffic } from '../../features/models/Traffic';
import { VERSION_FACTS, VersionFacts } from '../../features/models/VersionFacts';
import { VERSION_TABLE, VersionTable } from '../../features/models/VersionTable';
import { PREDICTION_LOG, PredictionLog } from '../../features/predictions/PredictionLog';
import { RetrainingRules } from '../../features/retraining/RetrainingRules';
import { ROLLOUT } from '../../features/rollouts/Rollout';
import { ROLLOUTS, Rollouts } from '../../features/rollouts/Rollouts';
import { graphql, type ResultOf } from '../../graphql';
import { formatDate } from '../../lib/format';
import { isUnderWay } from '../../lib/runs';
import { urls } from '../../lib/urls';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { Loading } from '../../ui/Loading';
import { PageHead } from '../../ui/PageHead';
import { Section } from '../../ui/Section';
import { SpecLine } from '../../ui/SpecLine';

const TestCurves = lazyPage(async () => (await import('../../features/evaluation/TestCurves')).TestCurves);
const Lineage = lazyPage(async () => (await import('../../features/models/Lineage')).Lineage);
const ImportForm = lazyPage(async () => (await import('../../features/models/ImportForm')).ImportForm);

const MODEL = graphql(
  `
  query ModelPage($name: String!) {
    model(name: $name) {
      id name createdAt owner { name }
      aliasEvents { id }
      aliases { name version { id number } }
      archivedAt
      versions {
        id number runId notCalibrated
        calibration { temperature }
        serving { calibrated }
        ...VersionFacts_version ...PrecisionForm_version ...Lineage_version ...Exports_version
      }
      everyVersion: versions(archived: true) { id number archivedAt }
      ...AliasRail_model
      ...VersionTable_model
      ...AliasTimeline_model
      ...AliasHistory_model
      ...Gate_model
      ...PredictionLog_model
    }
    modelImports(model: $name) { id state ...Imports_import }
    promotionRequests(model: $name, state: WAITING) { id }
    rollouts(model: $name) { id ...Rollouts_rollout }
    newestRollouts: rollouts(model: $name, first: 1) { id ...Rollout_rollout }
    traffic(model: $name) { ...Traffic_version }
  }
`,
  [
    ALIAS_RAIL,
    VERSION_TABLE,
    LINEAGE,
    EXPORTS,
    ALIAS_TIMELINE,
    ALIAS_HISTORY,
    ROLLOUTS,
    ROLLOUT,
    TRAFFIC,
    GATE,
    PREDICTION_LOG,
    VERSION_FACTS,
    PRECISION_FORM,
    IMPORTS,
  ],
);

/** Milliseconds between two looks at imports under way. */
const ASK_EVERY = 2_000;

/** A model: its aliases, versions, their lineage, the rules for production, and the history of the aliases. */
export function ModelPage() {
  const { name = '' } = useParams();
  const asked = useQuery(MODEL, { variables: { name } });
  useRefreshOn(['MODEL'], asked.refetch, name);
  const importing = asked.data?.modelImports.some(({ state }) => isUnderWay(state));
  useInterval(() => void (importing && asked.refetch()), ASK_EVERY, { autoInvoke: true });
  const [adding, { open, close }] = useDisclosure();
  const started = (): Promise<unknown> => {
    close();
    return asked.refetch();
  };
  return (
    <>
      <PageHead title={name}>
        {!adding && (
          <ActionButton needs="importModelVersion" size="xs" variant="default" onClick={open}>
            Import a version…
          </ActionButton>
        )}
      </PageHead>
      <Suspense>{adding && <ImportForm model={name} onStarted={started} close={close} />}</Suspense>
      <Answer of={asked}>
        {({ model, modelImports, promotionRequests, rollouts, newestRollouts, traffic }) => (
          <>
            {!model && modelImports.length === 0 && (
              <Empty title="Model not found" text={`The hub has no model named ${name}.`}>
                <Link to="/models">All models</Link>
              </Empty>
            )}
            {promotionRequests.length > 0 && (
              <p>
                <Link to={urls.approvals}>
                  {promotionRequests.length === 1
                    ? '1 promotion waits for approval'
                    : `${promotionRequests.length} promotions wait for approval`}
                </Link>
              </p>
            )}
            {model && (
              <>
                <SpecLine fields={{ Owner: model.owner?.name, Created: formatDate(model.createdAt) }} />
                <AliasRail of={model} />
              </>
            )}
            {model && <Versions model={model} />}
            {model && (
              <Section title="Rollout">
                <Rollouts
                  model={name}
                  aliases={model.aliases.map((alias) => ({ name: alias.name, version: alias.version.number }))}
                  versions={model.versions.map(({ number }) => number)}
                  of={rollouts}
                  newest={newestRollouts[0] ?? null}
                  refetch={asked.refetch}
                />
              </Section>
            )}
            {model && (
              <Section title="Traffic">
                {traffic.length > 0 && <Traffic of={traffic} />}
                <PredictionLog of={model} />
              </Section>
            )}
            {model && (
              <Section title="Retraining rules">
                <RetrainingRules model={name} />
              </Section>
            )}
            {model && (
              <Section title="Batch predictions">
                <Text>All photos of a folder, an archive or a dataset version, classified in the background.</Text>
                <Group gap="xs" my="xs">
                  <ActionButton needs="startPrediction" size="xs" variant="default" to={urls.newBatch(name)}>
                    New batch
                  </ActionButton>
                  <ActionButton needs="predictionJobs" size="xs" variant="default" to={urls.batches(name)}>
                    Show batches
                  </ActionButton>
                </Group>
              </Section>
            )}
            {modelImports.length > 0 && (
              <Section title="Imports">
                <Imports
                  of={modelImports}
                  versions={model?.everyVersion.map(({ number }) => number) ?? []}
                  onDeleted={asked.refetch}
                />
              </Section>
            )}
            {model && <Rules model={model} />}
          </>
        )}
      </Answer>
    </>
  );
}

type Model = NonNullable<ResultOf<typeof MODEL>['model']>;

/** The versions, and the chosen one in full. */
function Versions({ model }: { readonly model: Model }) {
  const [search] = useSearchParams();
  const chosen = Number(search.get('version')) || model.versions[0]?.number || null;
  const version = model.versions.find(({ number }) => number === chosen);
  const archived = model.everyVersion.filter(({ archivedAt }) => archivedAt !== null);
  return (
    <>
      {model.archivedAt !== null && (
        <Text>This model is archived. Lists leave it out, and nothing can be promoted.</Text>
      )}
      <Section title="Versions">
        <VersionTable of={model} chosen={chosen} />
        {!version && chosen !== null && <p role="status">Version {chosen} is archived, deleted or never existed.</p>}
      </Section>
      {version && (
        <Section key={version.number} title={`Version ${version.number}`}>
          <VersionFacts of={version} />
          <PrecisionForm of={version} />
          <ActionButton
            needs="startPrediction"
            size="xs"
            variant="default"
            my="xs"
            to={urls.newBatch(model.name, version.number)}
          >
            New batch with version {version.number}
          </ActionButton>
          <TestAnswers of={version} />
          <Title order={3} mt="md" mb="xs">
            Lineage
          </Title>
          <Suspense fallback={<Loading />}>
            <Lineage of={version} />
          </Suspense>
          <Title order={3} mt="md" mb="xs">
            Download
          </Title>
          <Exports of={version} />
          <VersionRemoval model={model.name} version={version.number} archived={false} />
        </Section>
      )}
      {archived.length > 0 && (
        <Section title="Archived versions">
          {archived.map(({ id, number }) => (
            <VersionRemoval key={id} model={model.name} version={number} archived />
          ))}
        </Section>
      )}
    </>
  );
}

/** Curves and confidence of a version on the test images, when they are asked for. */
function TestAnswers({
  of: { runId, calibration, notCalibrated, serving },
}: {
  readonly of: Model['versions'][number];
}) {
  const [opened, setOpened] = useState(false);
  if (runId === null) return null;
  const temperature = calibration && !notCalibrated && serving.calibrated ? calibration.temperature : 1;
  return (
    <details onToggle={({ currentTarget }) => setOpened(currentTarget.open)}>
      <summary>Curves and confidence on the test images</summary>
      <Text c="dimmed">Measured with 32-bit floats when the run ended.</Text>
      <Suspense fallback={<Loading />}>{opened && <TestCurves runId={runId} temperature={temperature} />}</Suspense>
    </details>
  );
}

/** The rules for production, what became of them, and removing the model. */
function Rules({ model }: { readonly model: Model }) {
  return (
    <>
      <Section title="Gate of production">
        <Gate of={model} />
      </Section>
      {model.aliasEvents.length > 0 && (
        <Section title="Alias history">
          <AliasTimeline of={model} />
          <AliasHistory of={model} />
        </Section>
      )}
      <ModelRemoval model={model.name} archived={model.archivedAt !== null} />
    </>
  );
}
