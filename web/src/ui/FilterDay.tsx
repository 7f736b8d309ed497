import { TextInput } from '@mantine/core';

interface Props {
  readonly label: string;
  /** As 2026-12-31; '' for none. */
  readonly value: string;
  readonly onDay: (day: string) => void;
}

/** A filter by day. */
export function FilterDay({ label, value, onDay }: Props) {
  return (
    <TextInput
      size="xs"
      type="date"
      label={label}
      value={value}
      onChange={({ currentTarget }) => onDay(currentTarget.value)}
    />
  );
}
