import { useMutation, useQuery } from '@apollo/client/react';
import { Anchor, TextInput, Title } from '@mantine/core';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { GATE_CHECKS, GateChecks } from '../../features/models/GateChecks';
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
      present needsOverride needsSecondPerson
      ...GateChecks_check
    }
  }
`,
  [VERSION_PAIR, GATE_CHECKS],
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

/** Lets an alias point to a version: what is there, what comes, what the gate says, why. Then the hub decides. */
export function PromotePage() {
  const { name: model = '' } = useParams();
  const [search, setSearch] = useSearchParams();
  const version = Number(search.get('version'));
  const alias = search.get('alias') || 'production';
  const navigate = useNavigate();
  const asked = useQuery(PROMOTION, { variables: { model, version, alias }, fetchPolicy: 'network-only' });
  useRefreshOn(['MODEL'], asked.refetch, model);
  const [promote] = useMutation(PROMOTE);
  const [request] = useMutation(REQUEST);

  return (
    <>
      <PageHead title={`Promote version ${version} of ${model}`} />
      <TextInput
        label="Alias"
        description="production is guarded by the gate; any other name is a pointer of yours."
        value={alias}
        onChange={({ currentTarget }) =>
          setSearch({ version: String(version), alias: currentTarget.value }, { replace: true })
        }
        maw={280}
        mb="md"
      />
      <Answer of={asked}>
        {({ model: found, checkPromotion: { present, needsOverride, needsSecondPerson, ...check } }) => {
          const then = found?.versions.find(({ number }) => number === version);
          if (!then) return <Empty title="There is no such version" text={`${model} has no version ${version}.`} />;
          if (present === version) {
            return (
              <Empty title="It is there already" text={`${alias} points to version ${version}.`}>
                <Link to={urls.model(model)}>Back to {model}</Link>
              </Empty>
            );
          }
          const move = async ({ reason, overrideGate }: Said): Promise<void> => {
            const input = { model, version, alias, reason, overrideGate, expectedVersion: present ?? 0 };
            if (needsSecondPerson) await request({ variables: { input } });
            else await promote({ variables: { input } });
            await navigate(urls.model(model));
          };
          return (
            <>
              <VersionPair now={found?.versions.find(({ number }) => number === present)} then={then} />
              <Title order={2} mt="lg" mb="xs">
                The gate
              </Title>
              <GateChecks of={check} />
              <p>
                Version {version} is loaded and tried beside what serves, then takes over: no photo is left unanswered.
                {needsSecondPerson && ' Somebody else has to approve it first.'}
              </p>
              <MoveForm
                action={needsSecondPerson ? 'Ask for approval' : 'Promote'}
                toType={alias === 'production' ? model : null}
                mayOverride={needsOverride}
                onMove={move}
              >
                <Anchor component={Link} to={urls.model(model)}>
                  Leave it
                </Anchor>
              </MoveForm>
            </>
          );
        }}
      </Answer>
    </>
  );
}
