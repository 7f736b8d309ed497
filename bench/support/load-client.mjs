// Loads a server with photos from a process of its own. Told over IPC:
// { url, form, field, headers, photos, concurrency, requests, pause }; answers { seconds, answers: [{ status, ms, retryAfter, body }] }.
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

/** How a photo is sent, by the server's protocol. @returns what fetch takes. */
const FORMS = {
  /** A file of a form. */
  file: ({ field }, photo) => ({ body: formWith([[field, new Blob([photo], { type: 'image/jpeg' }), 'photo.jpg']]) }),
  /** GraphQL's multipart request. */
  graphql: ({ operations }, photo) => ({
    body: formWith([
      ['operations', JSON.stringify(operations)],
      ['map', '{"0":["variables.image"]}'],
      ['0', new Blob([photo]), 'photo.jpg'],
    ]),
    headers: { 'apollo-require-preflight': 'true' },
  }),
  /** The Open Inference Protocol, the photo as base64. */
  inference: (_, photo) => {
    const input = { name: 'photo', shape: [1, 1], datatype: 'BYTES', data: [photo.toString('base64')] };
    return json({ inputs: [input] });
  },
  /** MLflow's. */
  dataframe: (_, photo) => json({ dataframe_split: { columns: ['photo'], data: [[photo.toString('base64')]] } }),
};

function formWith(parts) {
  const form = new FormData();
  for (const part of parts) form.append(...part);
  return form;
}

const json = (body) => ({ body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });

process.on('message', async (task) => {
  const { url, form, headers = {}, photos, concurrency, requests, pause = 0 } = task;
  const contents = await Promise.all(photos.map((path) => readFile(path)));
  const answers = [];
  let next = 0;
  const began = performance.now();
  const one = async () => {
    while (next < requests) {
      const photo = next++ % contents.length;
      const sent = performance.now();
      const init = FORMS[form](task, contents[photo]);
      try {
        const response = await fetch(url, { method: 'POST', ...init, headers: { ...headers, ...init.headers } });
        const body = await response.text();
        const retryAfter = response.headers.get('retry-after');
        answers.push({ photo, status: response.status, ms: performance.now() - sent, retryAfter, body });
      } catch (error) {
        answers.push({ photo, status: 0, ms: performance.now() - sent, body: String(error.cause ?? error) });
      }
      if (pause > 0) await setTimeout(pause);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, one));
  process.send({ seconds: (performance.now() - began) / 1000, answers }, () => process.disconnect());
});
