import { Tooltip, UnstyledButton } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import classes from './Copyable.module.css';

/** An ID, hash or name, truncated in the middle; a click copies all of it. */
export function Copyable({ value, ends = 8 }: { readonly value: string; readonly ends?: number }) {
  const { copied, copy } = useClipboard();
  const short = value.length > 2 * ends ? `${value.slice(0, ends)}…${value.slice(-4)}` : value;
  return (
    <Tooltip label={copied ? 'Copied' : value}>
      <UnstyledButton
        className={classes.value ?? ''}
        onClick={() => copy(value)}
        aria-label={`${short}: copy ${value}`}
      >
        {short}
      </UnstyledButton>
    </Tooltip>
  );
}
