import { useMutation } from '@apollo/client/react';
import { Anchor, Button, Group, Radio, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { graphql, type VariablesOf } from '../../graphql';
import { messageOf } from '../../ui/Answer';
import { useDraft } from './draft';

const DERIVE = graphql(`
  mutation DeriveDatasetVersion($input: DeriveDatasetVersionInput!) {
    deriveDatasetVersion(input: $input) { id dataset number }
  }
`);
type Handling = NonNullable<VariablesOf<typeof DERIVE>['input']['duplicates']>;

const DUPLICATES: readonly { readonly value: Handling; readonly label: string }[] = [
  { value: 'KEEP', label: 'Keep them' },
  { value: 'DROP_EXACT', label: 'Keep one of those with the same bytes' },
  { value: 'DROP_NEAR', label: 'Keep one of those that can hardly be told apart, too' },
];

/** Makes a version of one that is looked at, without duplicates, and with what was chosen in its pictures. */
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
  const [duplicates, setDuplicates] = useState<Handling>('KEEP');
  const [derive, { loading, error }] = useMutation(DERIVE);
  const without = Object.entries(draft.without);
  const relabelled = Object.entries(draft.relabel);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const input = {
      from: [versionId],
      duplicates,
      without: without.map(([sha256]) => sha256),
      relabel: relabelled.map(([image, { to }]) => ({ image, to })),
    };
    const { data } = await derive({ variables: { input } }).catch(() => ({ data: undefined }));
    if (!data) return;
    clear();
    onMade(data.deriveDatasetVersion.number);
  };

  return (
    <form onSubmit={submit} aria-label="Next version">
      <Stack gap="sm" mb="md">
        <Radio.Group
          label="Pictures that show the same"
          value={duplicates}
          onChange={(value) => setDuplicates(value as Handling)}
        >
          <Stack gap={4} mt={4}>
            {DUPLICATES.map(({ value, label }) => (
              <Radio key={value} value={value} label={label} />
            ))}
          </Stack>
        </Radio.Group>
        {changes === 0 ? (
          <Text c="dimmed">Open a picture below to leave it out or to give it another class.</Text>
        ) : (
          <ul className="plain" aria-label="Chosen pictures">
            {without.map(([sha256, name]) => (
              <Choice key={sha256} text={`${name}: left out`} undo={() => leaveOut({ sha256, name }, false)} />
            ))}
            {relabelled.map(([sha256, { name, to }]) => (
              <Choice key={sha256} text={`${name}: becomes ${to}`} undo={() => relabel({ sha256, name }, null)} />
            ))}
          </ul>
        )}
        {error && (
          <Text role="alert" c="var(--hub-bad)">
            {messageOf(error)}
          </Text>
        )}
        <Group gap="xs">
          <Button type="submit" loading={loading} disabled={changes === 0 && duplicates === 'KEEP'}>
            Make the version
          </Button>
          <Button variant="default" onClick={close}>
            Not now
          </Button>
        </Group>
      </Stack>
    </form>
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
