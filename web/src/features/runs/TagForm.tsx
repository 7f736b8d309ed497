import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { HubForm } from '../../ui/HubForm';
import { tagsOf } from './run-actions';

interface Props {
  readonly label: string;
  readonly action: string;
  readonly initial?: readonly string[];
  readonly tag: (tags: string[]) => Promise<unknown>;
  readonly close: () => void;
}

/** Asks for tags, separated by spaces. Closes once they are saved. */
export function TagForm({ label, action, initial = [], tag, close }: Props) {
  const form = useForm({ initialValues: { text: initial.join(' ') } });
  return (
    <HubForm form={form} action={action} inline close={close} onSubmit={({ text }) => tag(tagsOf(text)).then(close)}>
      <TextInput size="xs" aria-label={label} placeholder="paper baseline" {...form.getInputProps('text')} autoFocus />
    </HubForm>
  );
}
