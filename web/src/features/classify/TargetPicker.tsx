import { Group, NativeSelect } from '@mantine/core';
import { nameOfTarget, parseTarget, type Target } from '../../lib/target';

/** Someone who can be asked. */
export interface Answerer {
  readonly target: Target;
  /** Number of the version that would answer. */
  readonly number: number;
}

/** Chooses who answers, and who answers beside it. */
export function TargetPicker({
  answerers,
  target,
  beside,
  onChoose,
}: {
  readonly answerers: readonly Answerer[];
  readonly target: Target;
  readonly beside: Target | null;
  readonly onChoose: (target: Target, beside: Target | null) => void;
}) {
  const options = answerers.map(({ target: each, number }) => {
    const value = nameOfTarget(each);
    return { value, label: 'alias' in each ? `${value}: version ${number}` : `${each.model} version ${number}` };
  });
  const present = nameOfTarget(target);
  return (
    <Group gap="sm" mb="md">
      <NativeSelect
        label="Who answers"
        data={options}
        value={present}
        onChange={({ currentTarget }) => onChoose(parseTarget(currentTarget.value) ?? target, beside)}
      />
      {answerers.length > 1 && (
        <NativeSelect
          label="Beside it"
          data={[{ value: '', label: 'nobody' }, ...options.filter(({ value }) => value !== present)]}
          value={beside ? nameOfTarget(beside) : ''}
          onChange={({ currentTarget }) => onChoose(target, parseTarget(currentTarget.value))}
        />
      )}
    </Group>
  );
}
