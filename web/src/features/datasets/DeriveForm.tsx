import { useMutation } from '@apollo/client/react';
import { Anchor, Radio, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { graphql, type VariablesOf } from '../../graphql';
import { HubForm } from '../../ui/HubForm';
import { useDraft } from './draft';

const DERIVE = graphql(`
  mutation DeriveDatasetVersion($input: DeriveDatasetVersionInput!) {
    deriveDatasetVersion(input: $input) { id dataset number }
  }
`);
type Handling = NonNullable<VariablesOf<typeof DERIVE>['input']['duplicates']>;

const DUPLICATES: readonly { readonly value: Handling; readonly label: string }[] = [
  { value: 'KEEP', label: 'Keep all' },
  { value: 'DROP_EXACT', label: 'Keep one of each group with identical bytes' },
  { value: 'DROP_NEAR', label: 'Keep one of each group, near-duplicates included' },
];

/** Derives the next version from one: without duplicates, and with the choices made among its images. */
export function DeriveForm({
  versionId,
  onMade,
  close,
}: {
  readonly versionId: string;
  readonly onMade: (number: number) => void;
  readonly close: () => void;
}) {
  const { draft, changes, leaveOut, relabel, clear } = useDraft(versionId);
  const form = useForm({ initialValues: { duplicates: 'KEEP' as Handling } });
  const [derive] = useMutation(DERIVE);
  const without = Object.entries(draft.without);
  const relabeled = Object.entries(draft.relabel);

  const submit = async ({ duplicates }: typeof form.values): Promise<void> => {
    const input = {
      from: [versionId],
      duplicates,
      without: without.map(([sha256]) => sha256),
      relabel: relabeled.map(([image, { to }]) => ({ image, to })),
    };
    const { data } = await derive({ variables: { input } });
    if (!data) return;
    clear();
    onMade(data.deriveDatasetVersion.number);
  };

  return (
    <HubForm
      form={form}
      label="Next version"
      action="Create version"
      ready={changes > 0 || form.values.duplicates !== 'KEEP'}
      onSubmit={submit}
      close={close}
    >
      <Radio.Group label="Duplicate images" {...form.getInputProps('duplicates')}>
        <Stack gap={4} mt={4}>
          {DUPLICATES.map(({ value, label }) => (
            <Radio key={value} value={value} label={label} />
          ))}
        </Stack>
      </Radio.Group>
      {changes === 0 ? (
        <Text c="dimmed">Open an image below to leave it out or to change its class.</Text>
      ) : (
        <ul className="plain" aria-label="Changed images">
          {without.map(([sha256, name]) => (
            <Choice key={sha256} text={`${name}: left out`} undo={() => leaveOut({ sha256, name }, false)} />
          ))}
          {relabeled.map(([sha256, { name, to }]) => (
            <Choice key={sha256} text={`${name}: moved to ${to}`} undo={() => relabel({ sha256, name }, null)} />
          ))}
        </ul>
      )}
    </HubForm>
  );
}

function Choice({ text, undo }: { readonly text: string; readonly undo: () => void }) {
  return (
    <li>
      {text}{' '}
      <Anchor component="button" type="button" onClick={undo} aria-label={`Undo ${text}`}>
        Undo
      </Anchor>
    </li>
  );
}
