import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { HubForm } from '../../ui/HubForm';

interface Props {
  readonly save: (name: string) => void;
  readonly close: () => void;
}

/** Asks for the name of a view. */
export function SaveView({ save, close }: Props) {
  const form = useForm({ initialValues: { name: '' } });
  const name = form.values.name.trim();
  return (
    <HubForm
      form={form}
      label="Save the view"
      action="Save"
      inline
      ready={name !== ''}
      close={close}
      onSubmit={async () => {
        save(name);
        close();
      }}
    >
      <TextInput
        size="xs"
        aria-label="Name of the view"
        placeholder="Name, kept in this browser"
        maxLength={60}
        {...form.getInputProps('name')}
        autoFocus
      />
    </HubForm>
  );
}
