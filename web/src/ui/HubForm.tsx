import { Box, Button, Group, Stack } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { ReactNode } from 'react';
import { Problem } from './Problem';
import { RefusedButton } from './RefusedButton';
import { useTask } from './useTask';

interface Props<V extends Record<string, unknown>> {
  readonly form: UseFormReturnType<V>;
  /** Accessible name. */
  readonly label?: string;
  /** Verb on the button. */
  readonly action: string;
  /** Why the role may not send it; null or none: it may. */
  readonly refused?: string | null;
  /** Whether the button can be pressed; by default, while all fields are valid. */
  readonly ready?: boolean;
  /** Puts fields and buttons in one line, with small buttons. */
  readonly inline?: boolean;
  /** Title of the refusal. */
  readonly refusal?: string;
  /** A problem from before the form was opened. */
  readonly problem?: string;
  readonly onSubmit: (values: V) => Promise<unknown>;
  /** Closes the form without sending it; null: it stays. */
  readonly close?: (() => void) | null;
  readonly children: ReactNode;
}

/**
 * A form that sends a request to the hub. Its button is busy during the request; a refusal is shown next to the form,
 * which keeps its values. An invalid field shows its error and takes the focus.
 */
export function HubForm<V extends Record<string, unknown>>(props: Props<V>) {
  const { form, label, action, ready = form.isValid(), inline = false, onSubmit, children } = props;
  const { refused = null, refusal, close } = props;
  const { busy, problem, run } = useTask(props.problem);
  const size = inline ? 'xs' : 'sm';
  const buttons = (
    <Group gap="xs">
      {refused === null ? (
        <Button type="submit" size={size} loading={busy} disabled={!ready}>
          {action}
        </Button>
      ) : (
        <RefusedButton reason={refused} size={size}>
          {action}
        </RefusedButton>
      )}
      {close && (
        <Button variant="default" size={size} onClick={close}>
          {inline ? 'Close' : 'Cancel'}
        </Button>
      )}
    </Group>
  );
  const reason = problem !== null && <Problem {...(refusal && { title: refusal })} message={problem} />;
  const focusFirst = (errors: object): void => {
    const field = form.getInputNode(Object.keys(errors)[0] as string);
    field?.closest('details')?.setAttribute('open', '');
    field?.focus();
  };
  return (
    <form
      aria-label={label}
      noValidate
      onSubmit={
        refused === null
          ? form.onSubmit((values) => run(() => onSubmit(values)), focusFirst)
          : (event) => event.preventDefault()
      }
    >
      {inline ? (
        <>
          <Group gap="xs" pb="xs" align="flex-end">
            {children}
            {buttons}
          </Group>
          {reason && <Box mb="sm">{reason}</Box>}
        </>
      ) : (
        <Stack gap="sm">
          {children}
          {reason}
          {buttons}
        </Stack>
      )}
    </form>
  );
}
