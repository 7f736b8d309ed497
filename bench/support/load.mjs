import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const CLIENT = fileURLToPath(new URL('./load-client.mjs', import.meta.url));

/** Loads a server from another process. @returns { seconds, answers: [{ photo, status, ms, retryAfter, body }] }. */
export async function load(task) {
  const client = fork(CLIENT, { serialization: 'advanced' });
  client.send(task);
  const [result] = await once(client, 'message');
  await once(client, 'exit');
  return result;
}

/** The probabilities in an answer of any of the servers; null where there are none. */
export function probabilitiesOf({ status, body }, labels) {
  if (status !== 200) return null;
  const answer = JSON.parse(body);
  if (answer.top) return labels.map((label) => answer.top.find((entry) => entry.label === label)?.probability);
  return rowOf(answer, labels.length);
}

/** The first list of so many numbers, however deep it lies. */
function rowOf(value, length) {
  if (Array.isArray(value) && value.length === length && value.every((x) => typeof x === 'number')) return value;
  if (value === null || typeof value !== 'object') return null;
  for (const inner of Object.values(value)) {
    const row = rowOf(inner, length);
    if (row) return row;
  }
  return null;
}
