import { Anchor, useMantineColorScheme } from '@mantine/core';

const NEXT = { auto: 'light', light: 'dark', dark: 'auto' } as const;
const NAMES = { auto: 'Auto', light: 'Light', dark: 'Dark' } as const;

/** Goes on from the system's scheme to light, dark, and back. */
export function ColourScheme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const next = NEXT[colorScheme];
  return (
    <Anchor
      component="button"
      type="button"
      size="sm"
      onClick={() => setColorScheme(next)}
      aria-label={`Colours: ${NAMES[colorScheme]}. Change to ${NAMES[next]}`}
    >
      {NAMES[colorScheme]}
    </Anchor>
  );
}
