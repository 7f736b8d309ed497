import { useMutation, useQuery } from '@apollo/client/react';
import { Group, SegmentedControl, Text } from '@mantine/core';
import { useState } from 'react';
import { ActionButton } from '../../app/ActionButton';
import { useRefusal } from '../../app/me';
import { type Enum, graphql } from '../../graphql';
import { formatSeconds } from '../../lib/format';
import { messageOf } from '../../ui/Answer';
import { Problem } from '../../ui/Problem';
import { useTask } from '../../ui/useTask';

const START = graphql(`
  mutation StartExamination($id: ID!, $mode: ExaminationMode!) {
    startExamination(input: { datasetVersionId: $id, mode: $mode }) { state }
  }
`);
const ESTIMATE = graphql(`
  query EstimateExamination($id: ID!) {
    estimateExamination(input: { datasetVersionId: $id, mode: THOROUGH }) { seconds }
  }
`);

/** The choice of a mode, its expected time, and the button that starts an examination. */
export function StartExamination({
  versionId: id,
  children,
}: {
  readonly versionId: string;
  readonly children: string;
}) {
  const [mode, setMode] = useState<Enum<'ExaminationMode'>>('QUICK');
  const [start] = useMutation(START, { variables: { id, mode } });
  const { problem, run } = useTask();
  return (
    <>
      <Group mb="sm">
        <SegmentedControl
          size="xs"
          aria-label="Mode"
          data={[
            { value: 'QUICK', label: 'Quick' },
            { value: 'THOROUGH', label: 'Thorough' },
          ]}
          value={mode}
          onChange={(value) => setMode(value as Enum<'ExaminationMode'>)}
        />
        <ActionButton needs="startExamination" variant="default" onClick={() => run(() => start())}>
          {children}
        </ActionButton>
        {mode === 'THOROUGH' && <ExpectedTime versionId={id} />}
      </Group>
      {problem !== null && <Problem message={problem} />}
    </>
  );
}

function ExpectedTime({ versionId: id }: { readonly versionId: string }) {
  const refusal = useRefusal('estimateExamination');
  const { data, error } = useQuery(ESTIMATE, { variables: { id }, skip: refusal !== null, fetchPolicy: 'no-cache' });
  const time = data
    ? `About ${formatSeconds(data.estimateExamination.seconds)}.`
    : error
      ? `No estimate: ${messageOf(error)}`
      : 'Measuring the time…';
  return (
    <Text c="dimmed" size="sm" role="status">
      Finds more wrong labels: it also trains four networks. {refusal === null && time}
    </Text>
  );
}
