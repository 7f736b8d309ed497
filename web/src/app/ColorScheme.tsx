import { Anchor, useMantineColorScheme } from '@mantine/core';

const NEXT = { auto: 'light', light: 'dark', dark: 'auto' } as const;

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
      aria-label={`Colors: ${colorScheme}. Change to ${next}`}
    >
      Colors: {colorScheme}
    </Anchor>
  );
}
