import { useMutation } from '@apollo/client/react';
import { NativeSelect } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useRefusal } from '../../app/me';
import { type Enum, type FragmentOf, graphql, readFragment } from '../../graphql';
import { HubForm } from '../../ui/HubForm';

export const PRECISION_FORM = graphql(`
  fragment PrecisionForm_version on ModelVersion {
    model number
    serving { choice chosenBy state }
  }
`);

const CHOOSE = graphql(`
  mutation SetServingPrecision($input: SetServingPrecisionInput!) {
    setServingPrecision(input: $input) { id serving { choice chosenBy precision reason } }
  }
`);

type Choice = Enum<'PrecisionChoice'>;

const CHOICES: Readonly<Record<Choice, string>> = {
  AUTO: 'By the figures',
  FP32: 'Always 32-bit floats',
  INT8: 'Always 8 bits',
};

/** Chooses the precision in which a version serves. */
export function PrecisionForm({ of }: { readonly of: FragmentOf<typeof PRECISION_FORM> }) {
  const { model, number: version, serving } = readFragment(PRECISION_FORM, of);
  const [choose] = useMutation(CHOOSE);
  const form = useForm({ initialValues: { precision: serving.choice as Choice } });
  const { precision } = form.values;
  return (
    <HubForm
      form={form}
      label={`Precision of version ${version}`}
      action="Set precision"
      refusal="The precision was not changed"
      refused={useRefusal('setServingPrecision')}
      ready={precision !== serving.choice}
      inline
      onSubmit={() => choose({ variables: { input: { model, version, precision } } })}
    >
      <NativeSelect
        size="xs"
        label="Precision"
        description={serving.chosenBy === null ? 'Nobody has chosen one.' : `Chosen by ${serving.chosenBy}.`}
        data={Object.entries(CHOICES).map(([value, label]) => ({ value, label }))}
        {...form.getInputProps('precision')}
      />
    </HubForm>
  );
}
