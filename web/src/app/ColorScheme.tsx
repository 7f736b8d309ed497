import { Anchor, useMantineColorScheme } from '@mantine/core';
import classes from './Shell.module.css';

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
      <span className={classes.wide}>Colors:</span> {colorScheme}
    </Anchor>
  );
}
