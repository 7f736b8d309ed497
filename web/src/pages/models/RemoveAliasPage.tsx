import { useMutation, useQuery } from '@apollo/client/react';
import { Link, useParams, useSearchParams } from 'react-router';
import { useRefreshOn } from '../../app/changes';
import { MoveForm } from '../../features/models/MoveForm';
import { graphql } from '../../graphql';
import { urls } from '../../lib/urls';
import { Answer } from '../../ui/Answer';
import { Empty } from '../../ui/Empty';
import { PageHead } from '../../ui/PageHead';

const REMOVING_ALIAS = graphql(`
  query RemoveAliasPage($model: String!) {
    model(name: $model) {
      id name
      aliases { name version { id number } }
    }
  }
`);

const REMOVE_ALIAS = graphql(`
  mutation RemoveAlias($input: RemoveAliasInput!) {
    removeAlias(input: $input) { id aliases }
  }
`);

/** Removes an alias: what that means for photos, the reason, and for production the name of the model. */
export function RemoveAliasPage() {
  const { name: model = '' } = useParams();
  const [search] = useSearchParams();
  const alias = search.get('alias') || 'production';
  const asked = useQuery(REMOVING_ALIAS, { variables: { model }, fetchPolicy: 'network-only' });
  useRefreshOn(['MODEL'], asked.refetch, model);
  const [remove] = useMutation(REMOVE_ALIAS);

  return (
    <>
      <PageHead title={`Remove ${model}@${alias}`} />
      <Answer of={asked}>
        {({ model: found }) => {
          const present = found?.aliases.find(({ name }) => name === alias)?.version.number;
          if (present === undefined) {
            return (
              <Empty title="Nothing to remove" text={`${model} has no alias ${alias}.`}>
                <Link to={urls.model(model)}>Back to {model}</Link>
              </Empty>
            );
          }
          return (
            <>
              <p>
                {alias} points to <Link to={urls.modelVersion(model, present)}>version {present}</Link>. Without it the
                hub refuses photos sent to {model}@{alias}. The version stays, and you can roll the alias back.
              </p>
              <MoveForm
                model={model}
                needs="removeAlias"
                action="Remove alias"
                toType={alias === 'production' ? model : null}
                mayOverride={false}
                notReady={null}
                move={({ reason }) =>
                  remove({ variables: { input: { model, alias, reason, expectedVersion: present } } })
                }
              />
            </>
          );
        }}
      </Answer>
    </>
  );
}
