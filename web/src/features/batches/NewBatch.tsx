import { Box, Checkbox, NativeSelect, NumberInput, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useWindowEvent } from '@mantine/hooks';
import { useState } from 'react';
import { useRefusal } from '../../app/me';
import { graphql, type ResultOf } from '../../graphql';
import { formatCount, formatShare, formatWords } from '../../lib/format';
import { isSendable, MOST_FILES, type Picked } from '../../lib/picked';
import { HubForm } from '../../ui/HubForm';
import { SendingBar } from '../../ui/SendingBar';
import { FROM, NameEncoding, NO_SOURCE, SourceFields } from '../../ui/SourceFields';
import { DataPicker } from '../new-run/DataPicker';
import { DATA_PICKER } from '../new-run/fragments';
import { type BatchSource, startBatch } from './start-batch';

/** What the form needs to know. */
export const NEW_BATCH = graphql(
  `
    fragment NewBatch on Query @_unmask {
      models {
        id name
        aliases { name version { id number } }
        versions { id number aliases testAccuracy }
        predictionLog { keepPhotos }
      }
      datasets { ...DataPicker_dataset }
    }
  `,
  [DATA_PICKER],
);
type Data = ResultOf<typeof NEW_BATCH>;

const PLACES = [{ value: 'dataset', label: 'Dataset' }, ...FROM];
/** Value for the version that has the alias production when the batch starts. */
const PRODUCTION = '';
/** Bounds of the classes listed for each photo. */
const TOP = { min: 1, max: 1000, usual: 5 };
/** Most photos that a batch keeps for review. */
const MOST_KEPT = 10_000;

interface Props {
  readonly data: Data;
  /** Name and number of the version to begin with; null for the first one. */
  readonly model: string | null;
  readonly version: number | null;
  readonly onStarted: () => unknown;
}

/** The form that starts a batch. */
export function NewBatch({ data: { models, datasets }, onStarted, ...asked }: Props) {
  const usable = models.filter(({ versions }) => versions.length > 0);
  const filled = datasets.filter(({ versions }) => versions.length > 0);
  const form = useForm({
    initialValues: {
      ...NO_SOURCE,
      model: (usable.find(({ name }) => name === asked.model) ?? usable[0])?.name ?? '',
      version: asked.version === null ? PRODUCTION : String(asked.version),
      from: filled.length > 0 ? 'dataset' : 'computer',
      datasetVersionId: filled[0]?.versions[0]?.id ?? '',
      split: '',
      topK: TOP.usual as number | string,
      keepForReview: false,
    },
    validate: { topK: (value) => (isTop(value) ? null : `Enter a whole number, ${TOP.min} to ${TOP.max}.`) },
    validateInputOnBlur: true,
  });
  const { values } = form;
  const [picked, setPicked] = useState<Picked | null>(null); // outside the form, which copies its values
  const [sent, setSent] = useState<number | null>(null);
  useWindowEvent('beforeunload', (event) => {
    if (sent !== null && sent < 1) event.preventDefault();
  });
  const source = sourceOf(values, picked);
  const model = usable.find(({ name }) => name === values.model);
  const versions = versionsOf(model);
  const keepsPhotos = model?.predictionLog?.keepPhotos ?? false;
  const version = versions.some(({ value }) => value === values.version) ? values.version : (versions[0]?.value ?? '');

  const submit = async (): Promise<void> => {
    if (!source) return;
    const input = {
      model: values.model,
      version: version === PRODUCTION ? null : Number(version),
      topK: Number(values.topK),
      nameEncoding: values.nameEncoding.trim() || null,
      keepForReview: values.keepForReview && keepsPhotos && values.from !== 'dataset',
    };
    try {
      await startBatch(input, source, setSent);
    } finally {
      setSent(null);
    }
    await onStarted();
  };

  const splits = filled.flatMap((each) => each.versions).find(({ id }) => id === values.datasetVersionId)?.splits ?? [];
  return (
    <HubForm
      form={form}
      label="New batch"
      action="Start"
      refusal="The batch was not started"
      refused={useRefusal('startPrediction')}
      ready={source !== null && versions.length > 0}
      onSubmit={submit}
    >
      <NativeSelect label="Model" data={usable.map(({ name }) => name)} {...form.getInputProps('model')} maw={420} />
      <NativeSelect label="Version" data={versions} {...form.getInputProps('version')} value={version} maw={420} />
      <SourceFields
        from={values.from}
        places={filled.length > 0 ? PLACES : FROM}
        field={form.getInputProps}
        picked={picked}
        onPick={setPicked}
        text="Drop a folder of photos, or a zip, tar, tar.gz or tar.zst of one."
        folder={picked?.kind === 'folder' && <Folder {...picked} model={values.model} />}
      >
        {values.from === 'dataset' && (
          <>
            <Box maw={420}>
              <DataPicker
                datasets={filled}
                value={values.datasetVersionId}
                onChoose={(id) => form.setValues({ datasetVersionId: id, split: '' })}
              />
            </Box>
            <NativeSelect
              label="Split"
              data={[
                { value: '', label: 'All' },
                ...splits
                  .filter(({ images }) => images > 0)
                  .map(({ split, images }) => ({
                    value: split,
                    label: `${formatWords(split)}, ${formatCount(images)} images`,
                  })),
              ]}
              {...form.getInputProps('split')}
              maw={420}
            />
          </>
        )}
      </SourceFields>
      <NumberInput
        label="Classes per photo"
        description={`The most probable ones, ${TOP.min} to ${formatCount(TOP.max)}`}
        allowDecimal={false}
        {...form.getInputProps('topK')}
        maw={240}
      />
      {values.from !== 'dataset' && (
        <>
          <NameEncoding field={form.getInputProps} />
          <Checkbox
            label="Keep the photos for review"
            description={
              keepsPhotos
                ? `Up to ${formatCount(MOST_KEPT)} photos join the review queue of ${values.model}, for as long as it keeps photos.`
                : `${values.model} keeps no photos. An ADMIN can turn that on, on the model’s page.`
            }
            disabled={!keepsPhotos}
            {...form.getInputProps('keepForReview', { type: 'checkbox' })}
          />
        </>
      )}
      <Text c="dimmed">
        When the batch has ended, its answers can be downloaded as CSV, JSON lines or Parquet. It has the lowest
        priority: photos of users and training go first.
      </Text>
      <SendingBar sent={sent} />
    </HubForm>
  );
}

const isTop = (value: number | string): boolean => {
  const number = Number(value);
  return value !== '' && Number.isInteger(number) && number >= TOP.min && number <= TOP.max;
};

function Folder({ name, files, model }: Extract<Picked, { readonly kind: 'folder' }> & { readonly model: string }) {
  return (
    <Text>
      <strong>{name}</strong>: {formatCount(files.length)} files.
      {files.length > MOST_FILES && (
        <>
          {' '}
          That is too many for a browser. Send them from a terminal:{' '}
          <span className="mono">
            npm run hub -- predict start {model} {name} --upload
          </span>
        </>
      )}
    </Text>
  );
}

/** The version in production, then all by number. */
function versionsOf(model: Data['models'][number] | undefined): { readonly value: string; readonly label: string }[] {
  if (!model) return [];
  const production = model.aliases.find(({ name }) => name === 'production');
  return [
    ...(production ? [{ value: PRODUCTION, label: `In production: version ${production.version.number}` }] : []),
    ...model.versions.map(({ number, aliases, testAccuracy }) => ({
      value: String(number),
      label: [`Version ${number}`, ...aliases, formatShare(testAccuracy, 2)].join(' · '),
    })),
  ];
}

interface SourceValues {
  readonly from: string;
  readonly path: string;
  readonly url: string;
  readonly datasetVersionId: string;
  readonly split: string;
}

/** What the form describes; null while that is nothing. */
function sourceOf(values: SourceValues, picked: Picked | null): BatchSource | null {
  const { from, datasetVersionId, split } = values;
  const [path, url] = [values.path.trim(), values.url.trim()];
  switch (from) {
    case 'dataset':
      return { datasetVersionId, split: SPLITS.find((known) => known === split) ?? null };
    case 'path':
      return path ? { path } : null;
    case 'url':
      return url ? { url } : null;
    default:
      return picked && isSendable(picked) ? picked : null;
  }
}

const SPLITS = ['TRAIN', 'VALIDATION', 'TEST'] as const;
