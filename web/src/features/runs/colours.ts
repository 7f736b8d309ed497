import { RUN_COLOURS } from '../../app/theme';

/** The style variable that holds the colour of a run, by its place among those that are looked at together. */
export const variableOf = (place: number): string => `--hub-run-${place % RUN_COLOURS}`;

export const colourOf = (place: number): string => `var(${variableOf(place)})`;
