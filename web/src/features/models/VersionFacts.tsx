import { type FragmentOf, graphql, type ResultOf, readFragment } from '../../graphql';
import { formatBytes, formatCount, formatMilliseconds, formatShare } from '../../lib/format';
import { DataTable } from '../../ui/DataTable';
import { SpecLine } from '../../ui/SpecLine';
import { formText, precisionText, SERVED_FORM } from './form-text';

export const VERSION_FACTS = graphql(
  `
  fragment VersionFacts_version on ModelVersion {
    owner { name } imageSize inputSize labels head notCalibrated behind
    backbone { id name }
    calibration { temperature eceBefore eceAfter testImages }
    serving {
      ...ServedForm
      measuredOn
      forms { precision runtime accuracy milliseconds }
    }
    exports { format bytes }
  }
`,
  [SERVED_FORM],
);

type Facts = ResultOf<typeof VERSION_FACTS>;

/** What a version is and how it answers: network, classes, precision, time, calibration. */
export function VersionFacts({ of }: { readonly of: FragmentOf<typeof VERSION_FACTS> }) {
  const version = readFragment(VERSION_FACTS, of);
  const { imageSize, inputSize, labels, head, backbone, serving, exports, behind } = version;
  const whole = exports.find(({ format }) => format === 'ONNX');
  return (
    <>
      <SpecLine
        fields={{
          Owner: version.owner?.name,
          'Serves with': formText(serving),
          'Time per photo': timeOf(serving),
          Calibration: calibrationOf(version),
          Classes: formatCount(labels.length),
          'Image size': inputSize === imageSize ? `${imageSize} px` : `${inputSize} px, cropped to ${imageSize} px`,
          'Size as 32-bit floats': whole && `about ${formatBytes(whole.bytes)}`,
          Network: `${backbone.name} + ${head.join(' + ')}`,
        }}
      />
      <p>
        {serving.reason}
        {serving.measuredOn && ` Measured on: ${serving.measuredOn}.`}
      </p>
      {serving.forms.length > 1 && (
        <DataTable
          label="Forms"
          heads={['Form', ' Test accuracy', ' Time per photo']}
          rows={serving.forms.map((form) => ({
            key: precisionText(form),
            current: isServed(form, serving),
            cells: [precisionText(form), formatShare(form.accuracy, 2), formatMilliseconds(form.milliseconds)],
          }))}
        />
      )}
      {behind.length > 0 && <p role="status">Not yet served by {behind.join(', ')}.</p>}
      <details>
        <summary>{formatCount(labels.length)} classes</summary>
        <p className="prose">{labels.join(', ')}</p>
      </details>
    </>
  );
}

type Form = Facts['serving']['forms'][number];

const isServed = (form: Form, { precision, runtime }: Facts['serving']): boolean =>
  form.precision === precision && form.runtime === runtime;

/** The median of the form that serves. */
function timeOf(serving: Facts['serving']): string {
  const time = serving.forms.find((form) => isServed(form, serving))?.milliseconds ?? null;
  return time === null ? 'not measured' : formatMilliseconds(time);
}

function calibrationOf({ calibration, notCalibrated, serving }: Facts): string {
  if (!calibration || notCalibrated) return notCalibrated ?? 'not calibrated';
  const { eceBefore, eceAfter, temperature, testImages } = calibration;
  const [raw, calibrated] = [formatShare(eceBefore), formatShare(eceAfter)];
  if (!serving.calibrated) return `not applied: error ${calibrated} with it, ${raw} without`;
  return `error ${calibrated}, ${raw} before (temperature ${temperature.toFixed(2)}, ${formatCount(testImages)} test images)`;
}
