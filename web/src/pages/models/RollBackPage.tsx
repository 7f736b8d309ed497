import { useMutation, useQuery } from '@apollo/client/react';
import { useParams, useSearchParams } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { MoveForm } from '../../features/models/MoveForm';
import { VERSION_PAIR, VersionPair } from '../../features/models/VersionPair';
import { graphql } from '../../graphql';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { PageHead } from '../../ui/PageHead';

const ROLLING_BACK = graphql(
  `
  query RollBackPage($model: String!) {
    model(name: $model) {
      id name
      aliases { name version { id number } }
      aliasEvents { id alias from to }
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

/** Points an alias back at the version before its last move, or before its removal. Made for use under stress: a reason and one button. */
export function RollBackPage() {
  const { name: model = '' } = useParams();
  const [search] = useSearchParams();
  const alias = search.get('alias') || 'production';
  const asked = useQuery(ROLLING_BACK, { variables: { model }, fetchPolicy: 'network-only' });
  useRefreshOn(['MODEL'], asked.refetch, model);
  const [rollBack] = useMutation(ROLL_BACK);

  return (
    <>
      <PageHead title={`Roll back ${model}@${alias}`} />
      <Answer of={asked}>
        {({ model: found }) => {
          const present = found?.aliases.find(({ name }) => name === alias)?.version.number;
          const before = found?.aliasEvents.find((event) => event.alias === alias && event.from !== event.to)?.from;
          const then = found?.versions.find(({ number }) => number === before);
          if (!then) {
            const text =
              before == null
                ? `${model}@${alias} pointed to no version before its last move.`
                : `${model}@${alias} pointed to version ${before} before, which is deleted or archived.`;
            return <Empty title="Nothing to roll back to" text={text} />;
          }
          return (
            <>
              <VersionPair now={found?.versions.find(({ number }) => number === present)} then={then} />
              <p>The gate is not checked: this version has served before.</p>
              <MoveForm
                model={model}
                needs="rollBack"
                action={`Roll back to version ${before}`}
                toType={null}
                mayOverride={false}
                notReady={null}
                move={({ reason }) =>
                  rollBack({ variables: { input: { model, alias, reason, expectedVersion: present ?? 0 } } })
                }
              />
            </>
          );
        }}
      </Answer>
    </>
  );
}
