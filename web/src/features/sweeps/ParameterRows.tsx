import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import type { Enum } from '../../graphql';
import { type FieldRules, rangeOf, titleOf } from '../../lib/hyperparameter';
import { hasRange } from '../../lib/search-space';
import { FIRST_ROW, type ParameterRow } from './parameter-rows';

interface Field extends FieldRules {
  readonly name: string;
  readonly description: string;
}

interface Props {
  readonly about: readonly Field[];
  readonly rows: readonly ParameterRow[];
  readonly method: Enum<'SweepMethod'>;
  readonly onChange: (rows: readonly ParameterRow[]) => void;
}

/** Most hyperparameters of a sweep. */
const MOST = 10;

/** The hyperparameters that trials differ in, and the values or the range of each. */
export function ParameterRows({ about, rows, method, onChange }: Props) {
  const unused = about.find(({ name }) => !rows.some((row) => row.name === name));
  return (
    <Stack gap="sm" role="group" aria-label="Search space">
      {rows.map((row, place) => (
        <OneRow
          // biome-ignore lint/suspicious/noArrayIndexKey: a row has no identity of its own
          key={place}
          place={place}
          row={row}
          about={about}
          method={method}
          change={(change) => onChange(rows.map((each, i) => (i === place ? { ...each, ...change } : each)))}
          remove={rows.length > 1 ? () => onChange(rows.filter((_, i) => i !== place)) : null}
        />
      ))}
      {unused && rows.length < MOST && (
        <Button
          size="xs"
          variant="default"
          w="fit-content"
          onClick={() => onChange([...rows, { ...FIRST_ROW, name: unused.name, values: '', min: '', max: '' }])}
        >
          Add a hyperparameter
        </Button>
      )}
    </Stack>
  );
}

interface RowProps extends Pick<Props, 'about' | 'method'> {
  readonly place: number;
  readonly row: ParameterRow;
  readonly change: (change: Partial<ParameterRow>) => void;
  readonly remove: (() => void) | null;
}

function OneRow({ place, row, about, method, change, remove }: RowProps) {
  const field = about.find(({ name }) => name === row.name);
  const ranged = method === 'RANDOM' && field !== undefined && hasRange(field);
  const text = (key: 'values' | 'min' | 'max', label: string, width: string) => (
    <TextInput
      size="xs"
      label={label}
      w={width}
      value={row[key]}
      onChange={({ currentTarget }) => change({ [key]: currentTarget.value })}
    />
  );
  return (
    <div>
      <Group gap="xs" align="flex-end">
        <NativeSelect
          size="xs"
          label={`Hyperparameter ${place + 1}`}
          data={about.map(({ name }) => ({ value: name, label: titleOf(name) }))}
          value={row.name}
          onChange={({ currentTarget }) => change({ name: currentTarget.value, values: '', min: '', max: '' })}
        />
        {ranged && (
          <NativeSelect
            size="xs"
            label="From"
            data={[
              { value: 'values', label: 'a list' },
              { value: 'range', label: 'a range' },
            ]}
            value={row.by}
            onChange={({ currentTarget }) => change({ by: currentTarget.value === 'range' ? 'range' : 'values' })}
          />
        )}
        {ranged && row.by === 'range' ? (
          <>
            {text('min', 'Minimum', '6rem')}
            {text('max', 'Maximum', '6rem')}
            <NativeSelect
              size="xs"
              label="Scale"
              data={[
                { value: 'LINEAR', label: 'linear' },
                { value: 'LOG', label: 'logarithmic' },
              ]}
              value={row.scale}
              onChange={({ currentTarget }) => change({ scale: currentTarget.value === 'LOG' ? 'LOG' : 'LINEAR' })}
            />
          </>
        ) : (
          text('values', 'Values, separated by commas', '18rem')
        )}
        {remove && (
          <Button size="xs" variant="default" aria-label={`Remove ${titleOf(row.name)}`} onClick={remove}>
            Remove
          </Button>
        )}
      </Group>
      {field && (
        <small>
          {field.description} {hintOf(field)}
        </small>
      )}
    </div>
  );
}

function hintOf(field: Field): string {
  if (field.kind === 'BOOLEAN') return 'true or false.';
  if (field.choices.length > 0) return `${field.choices.join(' or ')}.`;
  const range = rangeOf(field);
  return range && `${range.charAt(0).toUpperCase()}${range.slice(1)}.`;
}
