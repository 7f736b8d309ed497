import { type FragmentOf, graphql, type ResultOf, readFragment } from '../../graphql';
import { formatBytes, formatCount, formatMilliseconds, formatShare } from '../../lib/format';
import { SpecLine } from '../../ui/SpecLine';
import { formText, SERVED_FORM } from './form-text';

export const VERSION_FACTS = graphql(
  `
  fragment VersionFacts_version on ModelVersion {
    owner { name } imageSize inputSize labels head notCalibrated behind
    backbone { id name }
    calibration { temperature eceBefore eceAfter testImages }
    serving {
      ...ServedForm
      fp32Accuracy int8Accuracy fp32Milliseconds int8Milliseconds measuredOn
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
        {serving.int8Accuracy !== null &&
          ` Test accuracy: ${formatShare(serving.fp32Accuracy, 2)} with 32-bit floats, ${formatShare(serving.int8Accuracy, 2)} with 8 bits.`}
        {serving.measuredOn && ` Measured on: ${serving.measuredOn}.`}
      </p>
      {behind.length > 0 && <p role="status">Not yet served by {behind.join(', ')}.</p>}
      <details>
        <summary>{formatCount(labels.length)} classes</summary>
        <p className="prose">{labels.join(', ')}</p>
      </details>
    </>
  );
}

/** The median of the form that serves, then that of the other one. */
function timeOf({ precision, fp32Milliseconds, int8Milliseconds }: Facts['serving']): string {
  if (fp32Milliseconds === null) return 'not measured';
  const forms = [
    { name: '32-bit floats', is: 'FP32', time: fp32Milliseconds },
    { name: '8 bits', is: 'INT8', time: int8Milliseconds },
  ].filter(({ time }) => time !== null);
  forms.sort((a, b) => Number(b.is === precision) - Number(a.is === precision));
  return forms.map(({ name, time }) => `${formatMilliseconds(time)} (${name})`).join(', ');
}

function calibrationOf({ calibration, notCalibrated, serving }: Facts): string {
  if (!calibration || notCalibrated) return notCalibrated ?? 'not calibrated';
  const { eceBefore, eceAfter, temperature, testImages } = calibration;
  const [raw, calibrated] = [formatShare(eceBefore), formatShare(eceAfter)];
  if (!serving.calibrated) return `not applied: error ${calibrated} with it, ${raw} without`;
  return `error ${calibrated}, ${raw} before (temperature ${temperature.toFixed(2)}, ${formatCount(testImages)} test images)`;
}
