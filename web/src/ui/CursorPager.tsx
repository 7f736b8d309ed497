import { Button, Group } from '@mantine/core';

interface Props {
  /** Plural of the list's items. */
  readonly of: string;
  /** Cursor of the page shown; null for the first one. */
  readonly after: string | null;
  /** Cursor of the next page; null on the last one. */
  readonly next: string | null;
  readonly turn: (after: string | null) => void;
}

/** Pages through a list whose length is unknown, newest first. Renders nothing if one page holds all. */
export function CursorPager({ of, after, next, turn }: Props) {
  if (after === null && next === null) return null;
  return (
    <Group component="nav" gap="xs" my="xs" aria-label={`Pages of ${of}`}>
      <Button size="xs" variant="default" disabled={after === null} onClick={() => turn(null)}>
        Newest
      </Button>
      <Button size="xs" variant="default" disabled={next === null} onClick={() => turn(next)}>
        Older
      </Button>
    </Group>
  );
}
