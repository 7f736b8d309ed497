import { useMutation } from '@apollo/client/react';
import { NativeSelect } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useRefusal } from '../../app/me';
import { type Enum, type FragmentOf, graphql, readFragment } from '../../graphql';
import { HubForm } from '../../ui/HubForm';

export const PRECISION_FORM = graphql(`
  fragment PrecisionForm_version on ModelVersion {
    model number
    serving { choice runtimeChoice chosenBy state }
  }
`);

const CHOOSE = graphql(`
  mutation SetServingPrecision($input: SetServingPrecisionInput!) {
    setServingPrecision(input: $input) { id serving { choice runtimeChoice chosenBy precision runtime reason } }
  }
`);

const PRECISIONS: Readonly<Record<Enum<'PrecisionChoice'>, string>> = {
  AUTO: 'Automatic',
  FP32: 'Always 32-bit floats',
  BF16: 'Always 16-bit floats',
  INT8: 'Always 8 bits',
};

const RUNTIMES: Readonly<Record<Enum<'RuntimeChoice'>, string>> = {
  AUTO: 'Automatic',
  ONNX_RUNTIME: 'Always ONNX Runtime',
  OPENVINO: 'Always OpenVINO',
};

/** Chooses the precision and the runtime with which a version serves. */
export function PrecisionForm({ of }: { readonly of: FragmentOf<typeof PRECISION_FORM> }) {
  const { model, number: version, serving } = readFragment(PRECISION_FORM, of);
  const [choose] = useMutation(CHOOSE);
  const form = useForm({ initialValues: { precision: serving.choice, runtime: serving.runtimeChoice } });
  const { precision, runtime } = form.values;
  return (
    <HubForm
      form={form}
      label={`Precision of version ${version}`}
      action="Set precision"
      refusal="The precision was not changed"
      refused={useRefusal('setServingPrecision')}
      ready={precision !== serving.choice || runtime !== serving.runtimeChoice}
      inline
      onSubmit={() => choose({ variables: { input: { model, version, precision, runtime } } })}
    >
      <NativeSelect
        size="xs"
        label="Precision"
        description={
          serving.chosenBy === null ? 'Chosen by the hub, from accuracy and speed.' : `Chosen by ${serving.chosenBy}.`
        }
        data={optionsOf(PRECISIONS)}
        {...form.getInputProps('precision')}
      />
      <NativeSelect size="xs" label="Runtime" data={optionsOf(RUNTIMES)} {...form.getInputProps('runtime')} />
    </HubForm>
  );
}

const optionsOf = (texts: Readonly<Record<string, string>>) =>
  Object.entries(texts).map(([value, label]) => ({ value, label }));
