import { useMutation } from '@apollo/client/react';
import { NativeSelect } from '@mantine/core';
import { graphql } from '../../graphql';
import { messageOf } from '../../ui/Answer';

export const GIVE_FEEDBACK = graphql(`
  mutation GiveFeedback($predictionId: ID!, $label: String, $showsNone: Boolean! = false) {
    giveFeedback(predictionId: $predictionId, label: $label, showsNone: $showsNone) {
      id rightLabel showsNone rightBy
    }
  }
`);

/** Records the true class of a kept prediction, from which the version's accuracy is measured. The last one counts. */
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
      label="True class"
      description={data ? 'Saved. Choose again to correct it.' : 'Used to measure this version’s accuracy.'}
      value={data?.giveFeedback.rightLabel ?? ''}
      error={error && messageOf(error)}
      disabled={loading}
      onChange={({ currentTarget: { value } }) => value && void give({ variables: { predictionId, label: value } })}
      data={[{ value: '', label: 'Not given' }, ...labels]}
    />
  );
}
