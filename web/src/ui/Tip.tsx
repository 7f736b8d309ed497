import { Tooltip } from '@mantine/core';
import type { RefObject } from 'react';

/** A text beside a control, for as long as it is rendered. */
export function Tip({ text, target }: { readonly text: string; readonly target: RefObject<HTMLElement | null> }) {
  return <Tooltip label={text} target={target} opened multiline maw="20rem" />;
}
