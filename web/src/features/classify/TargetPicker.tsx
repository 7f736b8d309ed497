import { Group, NativeSelect } from '@mantine/core';
import { nameOfTarget, parseTarget, type Target } from '../../lib/target';

/** A target that can answer. */
export interface TargetChoice {
  readonly target: Target;
  /** Number of its version. */
  readonly number: number;
}

/** Chooses the model to ask, and one to compare it with. */
export function TargetPicker({
  choices,
  target,
  compared,
  onChoose,
}: {
  readonly choices: readonly TargetChoice[];
  readonly target: Target;
  readonly compared: Target | null;
  readonly onChoose: (target: Target, compared: Target | null) => void;
}) {
  const options = choices.map(({ target: each, number }) => {
    const value = nameOfTarget(each);
    return { value, label: 'alias' in each ? `${value}: version ${number}` : `${each.model} version ${number}` };
  });
  const present = nameOfTarget(target);
  return (
    <Group gap="sm" mb="md">
      <NativeSelect
        label="Model"
        data={options}
        value={present}
        onChange={({ currentTarget }) => onChoose(parseTarget(currentTarget.value) ?? target, compared)}
      />
      {choices.length > 1 && (
        <NativeSelect
          label="Compare with"
          data={[{ value: '', label: 'None' }, ...options.filter(({ value }) => value !== present)]}
          value={compared ? nameOfTarget(compared) : ''}
          onChange={({ currentTarget }) => onChoose(target, parseTarget(currentTarget.value))}
        />
      )}
    </Group>
  );
}
