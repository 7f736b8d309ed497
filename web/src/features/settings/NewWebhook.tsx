import { useMutation } from '@apollo/client/react';
import { Checkbox, Stack, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { type Enum, graphql } from '../../graphql';
import { HubForm } from '../../ui/HubForm';

const CREATE = graphql(`
  mutation CreateWebhook($url: String!, $events: [WebhookEvent!]!) {
    createWebhook(url: $url, events: $events) { secret webhook { id } }
  }
`);

type Event = Exclude<Enum<'WebhookEvent'>, 'TEST'>;

const EVENTS: Readonly<Record<Event, string>> = {
  RUN_ENDED: 'A run succeeded, failed or was canceled',
  MODEL_VERSION_REGISTERED: 'A model has a new version',
  ALIAS_MOVED: 'An alias points to another version',
  ALIAS_REMOVED: 'An alias was removed',
  MODEL_ARCHIVED: 'A model was archived',
  MODEL_UNARCHIVED: 'A model was taken back from the archive',
  MODEL_DELETED: 'A model was deleted',
  MODEL_VERSION_ARCHIVED: 'A version was archived',
  MODEL_VERSION_UNARCHIVED: 'A version was taken back from the archive',
  MODEL_VERSION_DELETED: 'A version was deleted',
};
/** Chosen at first. */
const COMMON: readonly Event[] = ['RUN_ENDED', 'MODEL_VERSION_REGISTERED', 'ALIAS_MOVED'];

interface Props {
  readonly onMade: (made: { readonly url: string; readonly secret: string }) => void;
  readonly close: () => void;
}

/** Creates a webhook. */
export function NewWebhook({ onMade, close }: Props) {
  const [create] = useMutation(CREATE);
  const form = useForm({
    initialValues: { url: '', events: [...COMMON] as string[] },
    validate: { url: isNotEmpty(), events: (events) => events.length === 0 },
  });
  const submit = async ({ url, events }: typeof form.values): Promise<void> => {
    const { data } = await create({ variables: { url: url.trim(), events: events as Event[] } });
    if (data) onMade({ url: url.trim(), secret: data.createWebhook.secret });
  };
  return (
    <HubForm
      form={form}
      label="New webhook"
      action="Create webhook"
      refusal="Not created"
      onSubmit={submit}
      close={close}
    >
      <TextInput
        label="URL"
        description="An https URL that accepts POST requests"
        placeholder="https://"
        {...form.getInputProps('url')}
        maw={560}
        autoComplete="off"
        autoFocus
        required
      />
      <Checkbox.Group label="Events" {...form.getInputProps('events')}>
        <Stack gap={6} mt={4}>
          {Object.entries(EVENTS).map(([value, label]) => (
            <Checkbox key={value} size="sm" value={value} label={label} />
          ))}
        </Stack>
      </Checkbox.Group>
    </HubForm>
  );
}
