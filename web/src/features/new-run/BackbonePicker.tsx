import { useApolloClient } from '@apollo/client/react';
import { Button, Group, Radio, Stack } from '@mantine/core';
import { graphql } from '../../graphql';
import { Problem } from '../../ui/Problem';
import { useTask } from '../../ui/useTask';
import { BACKBONE_PICKER, type BackboneChoice } from './fragments';

const ADD = graphql(
  `
    mutation AddBackbone($name: String!) {
      addBackbone(input: { name: $name }) { ...BackbonePicker_backbone }
    }
  `,
  [BACKBONE_PICKER],
);

/** Backbones that the hub can add by itself, with descriptions. */
const KNOWN: Readonly<Record<string, string>> = {
  imagenet: 'InceptionV3 with ImageNet weights. Not downloaded yet (88 MB).',
  'tiny-imagenet': 'A small backbone for experiments, included with the hub. Not unpacked yet.',
};

interface Props {
  readonly backbones: readonly BackboneChoice[];
  readonly value: string;
  readonly onChoose: (name: string) => void;
  /** Called after a backbone was added. */
  readonly onAdded: () => unknown;
}

/** Chooses the pretrained network. */
export function BackbonePicker({ backbones, value, onChoose, onAdded }: Props) {
  const client = useApolloClient();
  const { busy, problem, run } = useTask();
  const missing = Object.keys(KNOWN).filter((name) => !backbones.some((backbone) => backbone.name === name));
  const add = async (name: string): Promise<void> => {
    await client.mutate({ mutation: ADD, variables: { name } });
    await onAdded();
  };
  return (
    <Radio.Group label="Backbone" value={value} onChange={onChoose}>
      <Stack gap="xs" mt={4}>
        {backbones.map(({ id, name, trainedOn }) => (
          <Radio key={id} size="sm" value={name} label={name} description={trainedOn} />
        ))}
        {missing.map((name) => (
          <Group key={name} gap="xs" align="flex-start">
            <Radio size="sm" value={name} label={name} description={KNOWN[name]} />
            {value === name && (
              <Button size="xs" variant="default" loading={busy} onClick={() => void run(() => add(name))}>
                Add {name}
              </Button>
            )}
          </Group>
        ))}
        {problem && <Problem message={problem} />}
      </Stack>
    </Radio.Group>
  );
}
