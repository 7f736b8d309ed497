import { Checkbox, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useNavigate } from 'react-router';
import { useRefusal } from '../../app/me';
import type { Operation } from '../../graphql';
import { urls } from '../../lib/urls';
import { HubForm } from '../../ui/HubForm';
import { ReasonField } from '../../ui/ReasonField';

/** The reason for a move or removal of an alias, whether it overrides the gate, and whether it does not wait until the version is ready. */
export interface Said {
  readonly reason: string;
  readonly overrideGate: boolean;
  readonly now: boolean;
}

interface Props {
  readonly model: string;
  /** The operation that moves or removes it. */
  readonly needs: Operation;
  /** Verb on the button. */
  readonly action: string;
  /** Text that must be typed first; null: none. */
  readonly toType: string | null;
  /** Whether the gate refuses and must be overridden. */
  readonly mayOverride: boolean;
  /** Why the version is not ready; null if it is. */
  readonly notReady: string | null;
  readonly move: (said: Said) => Promise<unknown>;
}

/** Asks why an alias moves or goes, and for the steps that make it deliberate. Then, or when canceled, opens the model. */
export function MoveForm({ model, needs, action, toType, mayOverride, notReady, move }: Props) {
  const navigate = useNavigate();
  const leave = (): void => void navigate(urls.model(model));
  const form = useForm({
    initialValues: { reason: '', typed: '', overrideGate: false, now: false },
    validate: {
      reason: isNotEmpty(),
      typed: (typed) => toType !== null && typed !== toType,
      overrideGate: (overridden) => mayOverride && !overridden,
      now: (now) => notReady !== null && !now,
    },
  });
  return (
    <HubForm
      form={form}
      action={action}
      refused={useRefusal(needs)}
      refusal="The alias was not changed"
      onSubmit={({ reason, overrideGate, now }) =>
        move({
          reason: reason.trim(),
          overrideGate: mayOverride && overrideGate,
          now: notReady !== null && now,
        }).then(leave)
      }
      close={leave}
    >
      <ReasonField description="Kept in the alias history." {...form.getInputProps('reason')} />
      {mayOverride && (
        <Checkbox
          label="Override the gate. This is recorded together with the reason."
          {...form.getInputProps('overrideGate', { type: 'checkbox' })}
        />
      )}
      {notReady !== null && (
        <Checkbox
          label="Promote it now. It then serves 32-bit floats until you choose another precision."
          description={notReady}
          {...form.getInputProps('now', { type: 'checkbox' })}
        />
      )}
      {toType !== null && (
        <TextInput label={`Type ${toType} to continue`} {...form.getInputProps('typed')} maw={560} autoComplete="off" />
      )}
    </HubForm>
  );
}
