import { useMutation } from '@apollo/client/react';
import { NativeSelect } from '@mantine/core';
import { graphql } from '../../graphql';

const GIVE_FEEDBACK = graphql(`
  mutation GiveFeedback($predictionId: ID!, $label: String!) {
    giveFeedback(predictionId: $predictionId, label: $label) { id rightLabel }
  }
`);

/** Takes what a photo shows, for an answer that is kept: accuracy is told by it. The last word counts. */
export function Feedback({
  predictionId,
  labels,
}: {
  readonly predictionId: string;
  readonly labels: readonly string[];
}) {
  const [give, { data, error, loading }] = useMutation(GIVE_FEEDBACK);
  return (
    <NativeSelect
      size="xs"
      label="What does it show?"
      description={data ? 'Kept. Choose again to correct it.' : 'Tells how often this version is right.'}
      value={data?.giveFeedback.rightLabel ?? ''}
      error={error?.message}
      disabled={loading}
      onChange={({ currentTarget: { value } }) => value && void give({ variables: { predictionId, label: value } })}
      data={[{ value: '', label: 'not said' }, ...labels]}
    />
  );
}
