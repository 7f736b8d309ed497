import { Progress } from '@mantine/core';
import { formatShare } from '../lib/format';

/** How much of a file is sent. @param sent 0 to 1; null before and after, when nothing is shown. */
export function SendingBar({ sent }: { readonly sent: number | null }) {
  if (sent === null) return null;
  return (
    <Progress.Root size="sm" maw={560}>
      <Progress.Section value={100 * sent} aria-label={`Sending, ${formatShare(sent, 0)}`} />
    </Progress.Root>
  );
}
