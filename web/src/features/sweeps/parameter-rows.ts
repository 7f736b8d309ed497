import type { Enum } from '../../graphql';
import { type FieldRules, titleOf } from '../../lib/hyperparameter';
import { readRange, readValues, type TypedParameter, type TypedRange } from '../../lib/search-space';

/** A hyperparameter of a sweep, as typed: a list of values, or a range to draw from. */
export interface ParameterRow extends TypedParameter, TypedRange {
  /** A grid has values only. */
  readonly by: 'values' | 'range';
}

export const FIRST_ROW: ParameterRow = {
  name: 'learningRate',
  values: '0.0003, 0.001, 0.003',
  by: 'values',
  min: '0.0001',
  max: '0.01',
  scale: 'LOG',
};

interface Named extends FieldRules {
  readonly name: string;
}

interface Parameter {
  readonly name: string;
  readonly values?: unknown[];
  readonly min?: number;
  readonly max?: number;
  readonly scale: Enum<'Scale'>;
}

/** The search space that rows describe, or what to fix first. */
export function readRows(
  about: readonly Named[],
  rows: readonly ParameterRow[],
  method: Enum<'SweepMethod'>,
): { readonly parameters: Parameter[]; readonly combinations: number } | { readonly problem: string } {
  const parameters: Parameter[] = [];
  let combinations = 1;
  for (const row of rows) {
    const field = about.find(({ name }) => name === row.name);
    if (!field) return { problem: `Choose a hyperparameter instead of ${row.name}.` };
    const { name } = row;
    if (method === 'RANDOM' && row.by === 'range') {
      const range = readRange(field, row);
      if ('problem' in range) return { problem: `${titleOf(name)}: ${range.problem}` };
      parameters.push({ name, scale: row.scale, ...range.value });
    } else {
      const list = readValues(field, row.values);
      if ('problem' in list) return { problem: `${titleOf(name)}: ${list.problem}` };
      parameters.push({ name, scale: 'LINEAR', values: list.value });
      combinations *= list.value.length;
    }
  }
  if (new Set(parameters.map(({ name }) => name)).size < parameters.length) {
    return { problem: 'Choose each hyperparameter once.' };
  }
  return { parameters, combinations };
}
