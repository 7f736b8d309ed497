import { Anchor, useMantineColorScheme } from '@mantine/core';

const NEXT = { auto: 'light', light: 'dark', dark: 'auto' } as const;
const NAMES = { auto: 'Auto', light: 'Light', dark: 'Dark' } as const;

/** Cycles through the system's color scheme, light and dark. */
export function ColorScheme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const next = NEXT[colorScheme];
  return (
    <Anchor
      component="button"
      type="button"
      size="sm"
      onClick={() => setColorScheme(next)}
      aria-label={`Color scheme: ${NAMES[colorScheme]}. Change to ${NAMES[next]}`}
    >
      {NAMES[colorScheme]}
    </Anchor>
  );
}
