import { Checkbox, NativeSelect, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { rangeOf, showValue, writeValue } from '../../lib/hyperparameter';
import type { FormField, Typed } from '../../lib/run-form';
import classes from './NewRun.module.css';

export interface RecipeField extends FormField {
  readonly description: string;
  readonly choices: readonly string[];
}

interface Props {
  readonly fields: readonly RecipeField[];
  readonly typed: Typed;
  /** By name. */
  readonly problems: Readonly<Record<string, string>>;
  /** Whether problems are shown also where nothing was typed yet. */
  readonly asked: boolean;
  readonly type: (name: string, text: string) => void;
}

/** Hyperparameters, each with its unit, its range and what it is otherwise. */
export function RecipeFields({ fields, typed, problems, asked, type }: Props) {
  return (
    <div className={classes.fields}>
      {fields.map((field) => (
        <OneField
          key={field.name}
          field={field}
          text={typed[field.name]}
          problem={problems[field.name]}
          asked={asked}
          type={(text) => type(field.name, text)}
        />
      ))}
    </div>
  );
}

interface OneProps {
  readonly field: RecipeField;
  readonly text: string | undefined;
  readonly problem: string | undefined;
  readonly asked: boolean;
  readonly type: (text: string) => void;
}

function OneField({ field, text, problem, asked, type }: OneProps) {
  const { name, kind, description, choices, base, unit, nullable } = field;
  const [left, setLeft] = useState(false);
  const written = writeValue(base);
  const value = text ?? written;
  const changed = value !== written;
  const common = {
    size: 'xs' as const,
    name,
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
        label={name}
        checked={value === 'true'}
        onChange={({ currentTarget }) => type(String(currentTarget.checked))}
      />
    );
  }
  if (kind === 'CHOICE') {
    return (
      <NativeSelect
        {...common}
        label={name}
        data={[...choices]}
        value={value}
        onChange={({ currentTarget }) => type(currentTarget.value)}
      />
    );
  }
  const range = rangeOf(field);
  return (
    <TextInput
      {...common}
      label={`${name}${range ? ` (${range})` : ''}`}
      inputMode="decimal"
      value={value}
      placeholder={nullable ? 'never' : undefined}
      error={(left || asked) && problem}
      onChange={({ currentTarget }) => type(currentTarget.value)}
      onBlur={() => setLeft(true)}
    />
  );
}
