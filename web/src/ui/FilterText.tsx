import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import classes from './FilterText.module.css';

/** Milliseconds without typing after which a filter applies. */
const PAUSE = 250;

interface Props {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly onType: (text: string) => void;
  /** Whether `/` focuses it. */
  readonly first?: boolean;
  readonly short?: boolean;
}

/** A text field that reports after a pause in typing, and follows its value at once. */
export function FilterText({ label, value, placeholder, onType, first, short }: Props) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const tell = useDebouncedCallback(onType, PAUSE);
  return (
    <TextInput
      size="xs"
      label={label}
      value={text}
      className={classes[short ? 'short' : 'typed'] ?? ''}
      {...(placeholder && { placeholder })}
      {...(first && { 'data-filter': true })}
      onChange={({ currentTarget }) => {
        setText(currentTarget.value);
        tell(currentTarget.value);
      }}
    />
  );
}
