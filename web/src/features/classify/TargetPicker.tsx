import { Group, NativeSelect } from '@mantine/core';
import { nameOfTarget, type Target } from './classify-with';

/** Something that serves. */
export interface Served extends Target {
  readonly number: number;
}

/** Chooses who answers, and who answers beside it. */
export function TargetPicker({
  served,
  target,
  beside,
  onChoose,
}: {
  readonly served: readonly Served[];
  readonly target: Target;
  readonly beside: Target | null;
  readonly onChoose: (target: Target, beside: Target | null) => void;
}) {
  const options = served.map((each) => {
    return { value: nameOfTarget(each), label: `${nameOfTarget(each)}: version ${each.number}` };
  });
  const find = (name: string): Target | null => served.find((each) => nameOfTarget(each) === name) ?? null;
  const present = nameOfTarget(target);
  return (
    <Group gap="sm" mb="md">
      <NativeSelect
        label="Who answers"
        data={options}
        value={present}
        onChange={({ currentTarget }) => onChoose(find(currentTarget.value) ?? target, beside)}
      />
      {served.length > 1 && (
        <NativeSelect
          label="Beside it"
          data={[{ value: '', label: 'nobody' }, ...options.filter(({ value }) => value !== present)]}
          value={beside ? nameOfTarget(beside) : ''}
          onChange={({ currentTarget }) => onChoose(target, find(currentTarget.value))}
        />
      )}
    </Group>
  );
}
