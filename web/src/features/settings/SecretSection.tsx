import { useDisclosure } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { ActionButton } from '../../app/ActionButton';
import type { Operation } from '../../graphql';
import { Secret } from '../../ui/Secret';
import { Section } from '../../ui/Section';

interface Made {
  readonly secret: string;
}

/** What a form for a new one receives. */
interface FormProps<T extends Made> {
  readonly onMade: (made: T) => void;
  readonly close: () => void;
}

interface Props<T extends Made> {
  readonly title: string;
  /** Label of the button that opens the form, and the operation that it needs. */
  readonly action: string;
  readonly needs: Operation;
  readonly form: (props: FormProps<T>) => ReactNode;
  /** How the secret of a new one is shown. */
  readonly shown: (made: T) => { readonly title: string; readonly use: string };
  readonly onMade: () => unknown;
  readonly children: ReactNode;
}

/** A list of things that have a secret, which is shown once after one was made. */
export function SecretSection<T extends Made>({ title, action, needs, form, shown, onMade, children }: Props<T>) {
  const [making, { open, close }] = useDisclosure();
  const [made, setMade] = useState<T | null>(null);
  const finish = (created: T): void => {
    close();
    setMade(created);
    void onMade();
  };
  return (
    <Section
      title={title}
      tools={
        !making && (
          <ActionButton needs={needs} size="xs" onClick={open}>
            {action}
          </ActionButton>
        )
      }
    >
      {making && form({ onMade: finish, close })}
      {made && <Secret {...shown(made)} secret={made.secret} close={() => setMade(null)} />}
      {children}
    </Section>
  );
}
