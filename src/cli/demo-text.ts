import { join } from 'node:path';
import type { Hub } from '../app/hub.js';
import type { Config } from '../config.js';
import type { PhotoAnswer } from './demo-steps.js';
import { percent } from './format.js';
import { table } from './output.js';
import { hubAddressText } from './start.js';

/** The answers of one version after the other, a row for each photo. */
export function answersTable(
  versions: readonly { readonly number: number; readonly answers: readonly PhotoAnswer[] }[],
) {
  const photos = versions[0]?.answers ?? [];
  if (photos.length === 0) return '';
  const rows = photos.map(({ photo }, i) => [
    photo,
    ...versions.flatMap(({ answers }) => {
      const { label, confidence, truth } = answers[i] as PhotoAnswer;
      return [truth === null || label === truth ? label : `${label} (wrong)`, percent(confidence)];
    }),
  ]);
  const heads = ['photo', ...versions.flatMap(({ number }) => [`version ${number}`, ' confidence'])];
  return `\n${table(heads, rows)}\n\n`;
}

export function howToAsk(hub: Hub, config: Config, model: string): string {
  const token = join(config.data, 'token');
  return `${hubAddressText(hub)}
The API is at ${hub.url}/graphql (token in ${token}). Classify a photo of yours:
  curl -H "Authorization: Bearer $(cat ${token})" -H "apollo-require-preflight: true" ${hub.url}/graphql \\
    -F operations='{"query":"mutation($f:Upload!){classify(image:$f,model:\\"${model}\\"){label confidence}}","variables":{"f":null}}' \\
    -F map='{"0":["variables.f"]}' -F 0=@photo.jpg

Press Ctrl-C to stop the hub.
`;
}
