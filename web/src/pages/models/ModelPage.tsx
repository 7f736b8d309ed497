import { useQuery } from '@apollo/client/react';
import { Text, Title } from '@mantine/core';
import { Link, useParams, useSearchParams } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { ALIAS_HISTORY, AliasHistory } from '../../features/models/AliasHistory';
import { ALIAS_RAIL, AliasRail } from '../../features/models/AliasRail';
import { ALIAS_TIMELINE, AliasTimeline } from '../../features/models/AliasTimeline';
import { EXPORTS, Exports } from '../../features/models/Exports';
import { LINEAGE, Lineage } from '../../features/models/Lineage';
import { ModelRemoval, VersionRemoval } from '../../features/models/Removal';
import { ROLLOUT, Rollout } from '../../features/models/Rollout';
import { TRAFFIC, Traffic } from '../../features/models/Traffic';
import { VERSION_TABLE, VersionTable } from '../../features/models/VersionTable';
import { graphql } from '../../graphql';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { PageHead } from '../../ui/PageHead';
import { Section } from '../../ui/Section';

const MODEL = graphql(
  `
  query ModelPage($name: String!) {
    model(name: $name) {
      id name
      aliasEvents { id }
      archivedAt
      versions { id number ...Lineage_version ...Exports_version }
      everyVersion: versions(archived: true) { id number archivedAt }
      ...AliasRail_model
      ...VersionTable_model
      ...AliasTimeline_model
      ...AliasHistory_model
    }
    rollouts(model: $name) { id ...Rollout_rollout }
    traffic(model: $name) { ...Traffic_version }
  }
`,
  [ALIAS_RAIL, VERSION_TABLE, LINEAGE, EXPORTS, ALIAS_TIMELINE, ALIAS_HISTORY, ROLLOUT, TRAFFIC],
);

/** A model: its aliases, versions, their lineage, and the history of the aliases. */
export function ModelPage() {
  const { name = '' } = useParams();
  const [search] = useSearchParams();
  const asked = useQuery(MODEL, { variables: { name } });
  useRefreshOn(['MODEL'], asked.refetch, name);
  return (
    <>
      <PageHead title={name} />
      <Answer of={asked}>
        {({ model, rollouts: [rollout], traffic }) => {
          if (!model) {
            return (
              <Empty title="Model not found" text={`The hub has no model named ${name}.`}>
                <Link to="/models">All models</Link>
              </Empty>
            );
          }
          const chosen = Number(search.get('version')) || model.versions[0]?.number || null;
          const version = model.versions.find(({ number }) => number === chosen);
          const archived = model.everyVersion.filter(({ archivedAt }) => archivedAt !== null);
          return (
            <>
              {model.archivedAt !== null && (
                <Text>This model is archived. Lists leave it out, and nothing can be promoted.</Text>
              )}
              <AliasRail of={model} />
              {rollout && (
                <Section title="Latest rollout">
                  <Rollout of={rollout} />
                </Section>
              )}
              {traffic.length > 0 && (
                <Section title="Traffic">
                  <Traffic of={traffic} />
                </Section>
              )}
              <Title order={2} mt="md">
                Versions
              </Title>
              <VersionTable of={model} chosen={chosen} />
              {version && (
                <>
                  <Title order={2} mt="lg" mb="xs">
                    Lineage of version {version.number}
                  </Title>
                  <Lineage of={version} />
                  <Exports of={version} />
                  <VersionRemoval key={version.number} model={name} version={version.number} archived={false} />
                </>
              )}
              {archived.length > 0 && (
                <Section title="Archived versions">
                  {archived.map(({ id, number }) => (
                    <VersionRemoval key={id} model={name} version={number} archived />
                  ))}
                </Section>
              )}
              {model.aliasEvents.length > 0 && (
                <>
                  <Title order={2} mb="xs">
                    Alias history
                  </Title>
                  <AliasTimeline of={model} />
                  <AliasHistory of={model} />
                </>
              )}
              <ModelRemoval model={name} archived={model.archivedAt !== null} />
            </>
          );
        }}
      </Answer>
    </>
  );
}
