import { Checkbox, NativeSelect, Text, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { rangeOf, showValue, titleOf, writeValue } from '../../lib/hyperparameter';
import type { FormField, Typed } from '../../lib/run-form';
import classes from './NewRun.module.css';

export interface RecipeField extends FormField {
  readonly description: string;
}

/** Hyperparameters, each with its unit, range and unchanged value. */
export function RecipeFields({
  fields,
  form,
}: {
  readonly fields: readonly RecipeField[];
  readonly form: UseFormReturnType<Typed>;
}) {
  return (
    <div className={classes.fields}>
      {fields.map((field) => (
        <OneField key={field.name} field={field} form={form} />
      ))}
    </div>
  );
}

function OneField({ field, form }: { readonly field: RecipeField; readonly form: UseFormReturnType<Typed> }) {
  const { name, kind, description, choices, base, unit, nullable } = field;
  const written = writeValue(base);
  const value = form.values[name] ?? written;
  const changed = value !== written;
  const common = {
    ...form.getInputProps(name),
    size: 'xs' as const,
    name,
    label: titleOf(name),
    title: name,
    description: (
      <>
        {description}
        {changed && (
          <Text span inherit className={classes.otherwise ?? ''}>
            {' '}
            Instead of <s>{showValue(base, unit)}</s>
          </Text>
        )}
      </>
    ),
    className: changed ? (classes.changed ?? '') : '',
  };
  if (kind === 'BOOLEAN') {
    return (
      <Checkbox
        {...common}
        value={undefined}
        checked={value === 'true'}
        onChange={({ currentTarget }) => form.setFieldValue(name, String(currentTarget.checked))}
      />
    );
  }
  if (kind === 'CHOICE')
    return (
      <NativeSelect
        {...common}
        data={choices.map((choice) => ({ value: choice, label: showValue(choice) }))}
        value={value}
      />
    );
  const range = rangeOf(field);
  return (
    <TextInput
      {...common}
      label={`${titleOf(name)}${range ? ` (${range})` : ''}`}
      inputMode={kind === 'WEIGHTS' ? 'text' : 'decimal'}
      value={value}
      placeholder={nullable ? 'never' : undefined}
    />
  );
}
