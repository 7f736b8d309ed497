import { useMutation, useQuery } from '@apollo/client/react';
import { TextInput, Title } from '@mantine/core';
import { Link, useParams, useSearchParams } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { GATE_CHECK, GateChecks } from '../../features/models/GateChecks';
import { MoveForm, type Said } from '../../features/models/MoveForm';
import { VERSION_PAIR, VersionPair } from '../../features/models/VersionPair';
import { graphql } from '../../graphql';
import { urls } from '../../lib/urls';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { PageHead } from '../../ui/PageHead';

const PROMOTION = graphql(
  `
  query PromotePage($model: String!, $version: Int!, $alias: String!) {
    model(name: $model) {
      id name
      versions { id number ...VersionPair_version }
    }
    checkPromotion(model: $model, version: $version, alias: $alias) {
      present needsOverride needsSecondPerson notReady
      checks { ...GateChecks_check }
    }
  }
`,
  [VERSION_PAIR, GATE_CHECK],
);

const PROMOTE = graphql(`
  mutation Promote($input: PromoteModelVersionInput!) {
    promoteModelVersion(input: $input) { id aliases }
  }
`);

const REQUEST = graphql(`
  mutation RequestPromotion($input: PromoteModelVersionInput!) {
    requestPromotion(input: $input) { id state }
  }
`);

/** Points an alias at a version: present and new version, what the gate says, and the reason. The hub decides. */
export function PromotePage() {
  const { name: model = '' } = useParams();
  const [search, setSearch] = useSearchParams();
  const version = Number(search.get('version'));
  const alias = search.get('alias') || 'production';
  const asked = useQuery(PROMOTION, { variables: { model, version, alias }, fetchPolicy: 'network-only' });
  useRefreshOn(['MODEL'], asked.refetch, model);
  const [promote] = useMutation(PROMOTE);
  const [request] = useMutation(REQUEST);

  return (
    <>
      <PageHead title={`Promote version ${version} of ${model}`} />
      <TextInput
        label="Alias"
        description="The gate guards production; any other name is a pointer of your own."
        value={alias}
        onChange={({ currentTarget }) =>
          setSearch({ version: String(version), alias: currentTarget.value }, { replace: true })
        }
        maw={280}
        mb="md"
      />
      <Answer of={asked}>
        {({ model: found, checkPromotion: { present, needsOverride, needsSecondPerson, notReady, checks } }) => {
          const then = found?.versions.find(({ number }) => number === version);
          if (!then) return <Empty title="Version not found" text={`${model} has no version ${version}.`} />;
          if (present === version) {
            return (
              <Empty title="Nothing to promote" text={`${alias} already points to version ${version}.`}>
                <Link to={urls.model(model)}>Back to {model}</Link>
              </Empty>
            );
          }
          const move = (said: Said): Promise<unknown> => {
            const variables = { input: { model, version, alias, ...said, expectedVersion: present ?? 0 } };
            return needsSecondPerson ? request({ variables }) : promote({ variables });
          };
          return (
            <>
              <VersionPair now={found?.versions.find(({ number }) => number === present)} then={then} />
              <Title order={2} mt="lg" mb="xs">
                Gate
              </Title>
              <GateChecks of={checks} />
              <p>
                Version {version} is loaded and tested while the present one still answers, then takes over: no photo
                goes unanswered.
                {needsSecondPerson && ' A second person must approve it first.'}
              </p>
              <MoveForm
                model={model}
                needs={needsSecondPerson ? 'requestPromotion' : 'promoteModelVersion'}
                action={needsSecondPerson ? 'Request approval' : 'Promote'}
                toType={alias === 'production' && needsOverride ? model : null}
                mayOverride={needsOverride}
                notReady={notReady}
                move={move}
              />
            </>
          );
        }}
      </Answer>
    </>
  );
}
