import { Button, type ButtonProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Operation } from '../graphql';
import { RefusedButton } from '../ui/RefusedButton';
import { useRefusal } from './me';

interface Props extends ButtonProps {
  /** The operation of the button, or of the page that it opens. */
  readonly needs: Operation;
  /** Why the token may not do it to this object, whatever its role allows; null or none: it may. */
  readonly refused?: string | null;
  /** Address of a page to open. */
  readonly to?: string;
  readonly onClick?: () => unknown;
  readonly children: ReactNode;
}

/** A button or link for an action. Disabled, with the reason, where the role may not do it. */
export function ActionButton({ needs, refused = null, to, onClick, children, ...look }: Props) {
  const byRole = useRefusal(needs);
  const refusal = byRole ?? refused;
  if (refusal !== null) {
    return (
      <RefusedButton reason={refusal} {...look}>
        {children}
      </RefusedButton>
    );
  }
  if (to !== undefined) {
    return (
      <Button component={Link} to={to} {...look}>
        {children}
      </Button>
    );
  }
  return (
    <Button {...look} onClick={() => void onClick?.()}>
      {children}
    </Button>
  );
}
