import { Button, Group, Text } from '@mantine/core';
import { formatCount } from '../lib/format';

/** Pages through a list; `page` counts from 1. Renders nothing if one page holds all. */
export function Pager({
  page,
  size,
  total,
  onPage,
  of,
}: {
  readonly page: number;
  readonly size: number;
  readonly total: number;
  readonly onPage: (page: number) => void;
  /** Plural of the list's items. */
  readonly of: string;
}) {
  if (total <= size) return null;
  const last = Math.ceil(total / size);
  const from = (page - 1) * size + 1;
  return (
    <Group component="nav" gap="xs" my="xs" aria-label={`Pages of ${of}`}>
      <Button size="xs" variant="default" disabled={page <= 1} onClick={() => onPage(page - 1)}>
        Previous
      </Button>
      <Text size="sm" className="number">
        {formatCount(from)} to {formatCount(Math.min(total, page * size))} of {formatCount(total)}
      </Text>
      <Button size="xs" variant="default" disabled={page >= last} onClick={() => onPage(page + 1)}>
        Next
      </Button>
    </Group>
  );
}
