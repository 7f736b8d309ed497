import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** Grease pencil: production, and the primary action of a page. */
const amber: MantineColorsTuple = [
  '#fff6e0',
  '#ffeac2',
  '#fdd68c',
  '#fbc153',
  '#f7ae25',
  '#f0a020',
  '#d98a0b',
  '#a96a05',
  '#7f5005',
  '#583704',
];

/** Neutral, so that photographs keep their colors. */
const dark: MantineColorsTuple = [
  '#e6e6e6',
  '#c8c8c8',
  '#a3a3a3',
  '#7a7a7a',
  '#4d4d4d',
  '#333333',
  '#242424',
  '#161616',
  '#101010',
  '#0a0a0a',
];

export const theme = createTheme({
  fontFamily: "'IBM Plex Sans', system-ui, sans-serif",
  fontFamilyMonospace: "'IBM Plex Mono', ui-monospace, monospace",
  colors: { amber, dark },
  primaryColor: 'amber',
  primaryShade: { light: 5, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  defaultRadius: 3,
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Table: { defaultProps: { verticalSpacing: 5 } },
    SegmentedControl: { defaultProps: { transitionDuration: 0 } },
  },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '1.375rem' }, h2: { fontSize: '1.0625rem' }, h3: { fontSize: '0.9375rem' } },
  },
});

/** Degrees of hue, far from amber; neighbors in the list are far apart. */
const RUN_HUES = [255, 25, 150, 310, 205, 350, 125, 280, 180, 45, 230, 330] as const;
/** Number of runs that have different colors. */
export const RUN_COLORS = RUN_HUES.length;

/** Colors of runs shown together: of equal lightness, different in hue. */
const runColors = (lightness: number, chroma: number): Record<string, string> =>
  Object.fromEntries(RUN_HUES.map((hue, i) => [`--hub-run-${i}`, `oklch(${lightness} ${chroma} ${hue})`]));

/** Colors by purpose; pages use only these names. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...runColors(0.55, 0.15),
    '--mantine-color-body': '#fafafa',
    '--mantine-color-dimmed': '#5f5f5f',
    '--mantine-color-anchor': '#8a4b00',
    '--mantine-color-error': '#b3261e',
    '--mantine-color-placeholder': '#6b6b6b',
    '--hub-hairline': '#d9d9d9',
    '--hub-raised': '#ffffff',
    '--hub-good': '#1b7a3d',
    '--hub-bad': '#b3261e',
    '--hub-link': '#8a4b00',
    '--hub-bar': '#8c8c8c',
    '--hub-held': '#d4d4d4',
    '--hub-bar-track': '#ececec',
  },
  dark: {
    ...runColors(0.74, 0.13),
    '--mantine-color-body': '#161616',
    '--mantine-color-dimmed': '#a3a3a3',
    '--mantine-color-anchor': '#f7ae25',
    '--mantine-color-error': '#ff8a80',
    '--mantine-color-placeholder': '#949494',
    '--hub-hairline': '#363636',
    '--hub-raised': '#1e1e1e',
    '--hub-good': '#6ccf8e',
    '--hub-bad': '#ff8a80',
    '--hub-link': '#f7ae25',
    '--hub-bar': '#8f8f8f',
    '--hub-held': '#454545',
    '--hub-bar-track': '#2b2b2b',
  },
});
