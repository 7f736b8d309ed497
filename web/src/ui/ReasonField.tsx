import { Textarea, type TextareaProps } from '@mantine/core';

/** Most characters of a reason that the hub takes. */
const MOST = 1000;

/** The reason for an audited change. */
export function ReasonField(props: TextareaProps) {
  return (
    <Textarea
      label="Reason"
      description="Kept in the audit log."
      maxLength={MOST}
      maw={560}
      autosize
      required
      {...props}
    />
  );
}
