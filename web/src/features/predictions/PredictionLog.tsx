import { useMutation } from '@apollo/client/react';
import { Checkbox, Group, NumberInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { ActionButton } from '../../app/ActionButton';
import { type FragmentOf, graphql, type ResultOf, readFragment } from '../../graphql';
import { formatCount, formatShare } from '../../lib/format';
import { urls } from '../../lib/urls';
import { HubForm } from '../../ui/HubForm';
import { ReasonField } from '../../ui/ReasonField';

export const PREDICTION_LOG = graphql(`
  fragment PredictionLog_model on Model {
    name
    predictionLog { sample keepDays keepPhotos keepPhotosDays lost }
  }
`);

const SET = graphql(`
  mutation SetPredictionLog(
    $model: String!
    $sample: Float!
    $keepDays: Int!
    $keepPhotos: Boolean!
    $keepPhotosDays: Int
    $reason: String!
  ) {
    setPredictionLog(
      model: $model
      sample: $sample
      keepDays: $keepDays
      keepPhotos: $keepPhotos
      keepPhotosDays: $keepPhotosDays
      reason: $reason
    ) {
      id name
      predictionLog { sample keepDays keepPhotos keepPhotosDays lost }
    }
  }
`);

/** Which answers of a model are kept, and the form that changes it. */
export function PredictionLog({ of }: { readonly of: FragmentOf<typeof PREDICTION_LOG> }) {
  const { name: model, predictionLog: log } = readFragment(PREDICTION_LOG, of);
  const [open, { open: change, close }] = useDisclosure();
  const keeps = log !== null && log.sample > 0;
  return (
    <>
      <p>
        {keeps
          ? `${formatShare(log.sample)} of the answers are kept for ${formatCount(log.keepDays)} days, ${photosOf(log)}.`
          : 'Answers are not kept. Kept answers show drift and take feedback.'}
        {log !== null && log.lost > 0 && ` ${formatCount(log.lost)} were lost because too many waited to be written.`}
      </p>
      {open ? (
        <LogForm model={model} log={log} close={close} />
      ) : (
        <Group gap="xs" my="xs">
          <ActionButton needs="predictions" size="xs" variant="default" to={urls.predictions(model)}>
            Show kept predictions
          </ActionButton>
          {keeps && log.keepPhotos && (
            <ActionButton needs="nextReviews" size="xs" variant="default" to={urls.review(model)}>
              Review photos
            </ActionButton>
          )}
          <ActionButton needs="setPredictionLog" size="xs" variant="default" onClick={change}>
            Change what is kept…
          </ActionButton>
        </Group>
      )}
    </>
  );
}

type Log = NonNullable<ResultOf<typeof PREDICTION_LOG>['predictionLog']>;

function photosOf({ keepPhotos, keepPhotosDays }: Log): string {
  if (!keepPhotos) return 'without their photos';
  return keepPhotosDays === null ? 'with their photos' : `with their photos for ${formatCount(keepPhotosDays)} days`;
}

interface FormProps {
  readonly model: string;
  readonly log: Log | null;
  readonly close: () => void;
}

function LogForm({ model, log, close }: FormProps) {
  const [set] = useMutation(SET);
  const form = useForm({
    initialValues: {
      percent: (log ? Number((100 * log.sample).toPrecision(12)) : 100) as number | string,
      keepDays: (log?.keepDays ?? 30) as number | string,
      keepPhotos: log?.keepPhotos ?? false,
      keepPhotosDays: (log?.keepPhotosDays ?? '') as number | string,
      reason: '',
    },
    validate: { reason: isNotEmpty() },
  });
  const { keepPhotos } = form.values;
  const submit = async ({ percent, keepDays, keepPhotosDays, reason }: typeof form.values): Promise<void> => {
    const photoDays = keepPhotosDays === '' ? null : Number(keepPhotosDays);
    const settings = {
      sample: Number(percent) / 100,
      keepDays: Number(keepDays),
      keepPhotos,
      keepPhotosDays: photoDays,
    };
    await set({ variables: { model, ...settings, reason: reason.trim() } });
    close();
  };
  return (
    <HubForm form={form} label="Prediction log" action="Save" refusal="Not changed" onSubmit={submit} close={close}>
      <NumberInput
        label="Share of the answers to keep"
        description="0% keeps none"
        suffix="%"
        min={0}
        max={100}
        {...form.getInputProps('percent')}
        maw={240}
      />
      <NumberInput label="Days to keep them" min={1} max={3650} {...form.getInputProps('keepDays')} maw={240} />
      <Checkbox label="Keep the photos too" {...form.getInputProps('keepPhotos', { type: 'checkbox' })} />
      <NumberInput
        label="Days to keep the photos"
        description="Empty: as long as the answers"
        disabled={!keepPhotos}
        min={1}
        max={Number(form.values.keepDays) || 3650}
        {...form.getInputProps('keepPhotosDays')}
        maw={240}
      />
      <ReasonField {...form.getInputProps('reason')} />
    </HubForm>
  );
}
