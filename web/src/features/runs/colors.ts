import { RUN_COLORS } from '../../app/theme';

/** CSS variable of a run's color, by its index among the runs shown together. */
export const colorVariable = (place: number): string => `--hub-run-${place % RUN_COLORS}`;

export const colorOf = (place: number): string => `var(${colorVariable(place)})`;
