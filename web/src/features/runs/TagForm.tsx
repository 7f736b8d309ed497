import { Button, Group, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';

interface Props {
  readonly label: string;
  readonly action: string;
  readonly initial?: string;
  readonly busy: boolean;
  readonly tag: (text: string) => Promise<void>;
  readonly close: () => void;
}

/** Asks for tags, with spaces between them. */
export function TagForm({ label, action, initial = '', busy, tag, close }: Props) {
  const [text, setText] = useState(initial);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void tag(text);
  };
  return (
    <form onSubmit={submit}>
      <Group gap="xs" pb="xs">
        <TextInput
          size="xs"
          aria-label={label}
          placeholder="paper baseline"
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          autoFocus
        />
        <Button size="xs" type="submit" loading={busy}>
          {action}
        </Button>
        <Button size="xs" variant="default" onClick={close}>
          Close
        </Button>
      </Group>
    </form>
  );
}
