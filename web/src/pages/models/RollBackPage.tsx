import { useMutation, useQuery } from '@apollo/client/react';
import { Anchor } from '@mantine/core';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { MoveForm, type Said } from '../../features/models/MoveForm';
import { VERSION_PAIR, VersionPair } from '../../features/models/VersionPair';
import { graphql } from '../../graphql';
import { urls } from '../../lib/urls';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { PageHead } from '../../ui/PageHead';

const ROLLING_BACK = graphql(
  `
  query RollBackPage($model: String!) {
    model(name: $model) {
      id name
      aliases { name version { id number } }
      aliasEvents { id alias from }
      versions { id number ...VersionPair_version }
    }
  }
`,
  [VERSION_PAIR],
);

const ROLL_BACK = graphql(`
  mutation RollBack($input: RollBackInput!) {
    rollBack(input: $input) { id aliases }
  }
`);

/** Lets an alias point again to the version before its last move. Made to work under stress: a reason, and one button. */
export function RollBackPage() {
  const { name: model = '' } = useParams();
  const [search] = useSearchParams();
  const alias = search.get('alias') || 'production';
  const navigate = useNavigate();
  const asked = useQuery(ROLLING_BACK, { variables: { model }, fetchPolicy: 'network-only' });
  useRefreshOn(['MODEL'], asked.refetch, model);
  const [rollBack] = useMutation(ROLL_BACK);

  return (
    <>
      <PageHead title={`Roll back ${model}@${alias}`} />
      <Answer of={asked}>
        {({ model: found }) => {
          const present = found?.aliases.find(({ name }) => name === alias)?.version.number;
          const before = found?.aliasEvents.find((event) => event.alias === alias)?.from;
          const then = found?.versions.find(({ number }) => number === before);
          if (present === undefined || !then) {
            const text = `${model}@${alias} has not been moved from one version to another yet.`;
            return <Empty title="There is nothing to go back to" text={text} />;
          }
          const move = async ({ reason }: Said): Promise<void> => {
            await rollBack({ variables: { input: { model, alias, reason, expectedVersion: present } } });
            await navigate(urls.model(model));
          };
          return (
            <>
              <VersionPair now={found?.versions.find(({ number }) => number === present)} then={then} />
              <p>The gate is not asked: the version has served before.</p>
              <MoveForm action={`Roll back to version ${before}`} toType={null} mayOverride={false} onMove={move}>
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
