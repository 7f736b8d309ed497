import { useApolloClient } from '@apollo/client/react';
import { Group, Radio, Stack } from '@mantine/core';
import { ActionButton } from '../../app/ActionButton';
import { graphql } from '../../graphql';
import { formatBytes } from '../../lib/format';
import { Problem } from '../../ui/Problem';
import { useTask } from '../../ui/useTask';
import { BackboneProblem } from './BackboneProblem';
import { BACKBONE_PICKER, type BackboneChoice, type BuiltInBackbone } from './fragments';

const ADD = graphql(
  `
    mutation AddBackbone($name: String!) {
      addBackbone(input: { name: $name }) { ...BackbonePicker_backbone }
    }
  `,
  [BACKBONE_PICKER],
);

interface Props {
  readonly backbones: readonly BackboneChoice[];
  /** Backbones that the hub can add by itself. */
  readonly builtIn: readonly BuiltInBackbone[];
  readonly value: string;
  readonly onChoose: (name: string) => void;
  /** Called after a backbone was added. */
  readonly onAdded: () => unknown;
}

/** Chooses the pretrained network. */
export function BackbonePicker({ backbones, builtIn, value, onChoose, onAdded }: Props) {
  const client = useApolloClient();
  const { busy, problem, run } = useTask();
  const missing = builtIn.filter(({ name }) => !backbones.some((backbone) => backbone.name === name));
  const add = async (name: string): Promise<void> => {
    await client.mutate({ mutation: ADD, variables: { name } });
    await onAdded();
  };
  return (
    <Radio.Group label="Backbone" value={value} onChange={onChoose}>
      <Stack gap="xs" mt={4}>
        {backbones.map((backbone) => (
          <Radio
            key={backbone.id}
            size="sm"
            value={backbone.name}
            label={backbone.name}
            description={describe(backbone)}
          />
        ))}
        {missing.map(({ name, downloadBytes, ...about }) => (
          <Group key={name} gap="xs" align="flex-start">
            <Radio
              size="sm"
              value={name}
              label={name}
              description={`${describe(about)} ${downloadBytes === null ? 'Included.' : `A download of ${formatBytes(downloadBytes)}.`}`}
            />
            {value === name && about.problem !== null && (
              <BackboneProblem
                name={name}
                problem={about.problem}
                instead={builtIn.find((other) => other.problem === null)?.name ?? null}
                onChoose={onChoose}
              />
            )}
            {value === name && about.problem === null && (
              <ActionButton
                needs="addBackbone"
                size="xs"
                variant="default"
                loading={busy}
                onClick={() => run(() => add(name))}
              >
                Add {name}
              </ActionButton>
            )}
          </Group>
        ))}
        {problem && <Problem message={problem} />}
      </Stack>
    </Radio.Group>
  );
}

const describe = ({ trainedOn, figures, licence }: Pick<BackboneChoice, 'trainedOn' | 'figures' | 'licence'>): string =>
  `Trained on: ${trainedOn}. Accuracy: ${figures}. License: ${licence}.`;
