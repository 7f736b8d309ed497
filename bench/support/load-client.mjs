// Loads a server with photos from a process of its own. Told over IPC:
// { url, form, field, headers, photos, concurrency, requests }; answers { seconds, answers: [{ status, ms, retryAfter, body }] }.
// What is sent is made before the clock starts: it shares the cores with what it measures.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** How a photo is sent, by the server's protocol. @returns a body as fetch takes it. */
const FORMS = {
  /** A file of a form. */
  file: ({ field }, photo) => {
    const form = new FormData();
    form.append(field, new Blob([photo], { type: 'image/jpeg' }), 'photo.jpg');
    return new Response(form);
  },
  /** The Open Inference Protocol, the photo as base64. */
  inference: (_, photo) => {
    const input = { name: 'photo', shape: [1, 1], datatype: 'BYTES', data: [photo.toString('base64')] };
    return Response.json({ inputs: [input] });
  },
  /** MLflow's. */
  dataframe: (_, photo) =>
    Response.json({ dataframe_split: { columns: ['photo'], data: [[photo.toString('base64')]] } }),
};

/** @returns { body, headers }. */
async function encoded(task, path) {
  const message = FORMS[task.form](task, await readFile(path));
  const body = Buffer.from(await message.arrayBuffer());
  const type = message.headers.get('content-type');
  return { body, headers: { ...task.headers, 'content-type': type, 'content-length': body.length } };
}

process.on('message', async (task) => {
  const { url, photos, concurrency, requests } = task;
  const messages = await Promise.all(photos.map((path) => encoded(task, path)));
  const agent = new Agent({ keepAlive: true });
  const answers = [];
  let next = 0;
  const ask = async (photo) => {
    const { body, headers } = messages[photo];
    const sent = performance.now();
    const since = () => performance.now() - sent;
    try {
      const [response] = await once(request(url, { method: 'POST', agent, headers }).end(body), 'response');
      const content = await text(response);
      const retryAfter = response.headers['retry-after'] ?? null;
      answers.push({ photo, status: response.statusCode, ms: since(), retryAfter, body: content });
    } catch (error) {
      answers.push({ photo, status: 0, ms: since(), body: String(error) });
    }
  };
  const began = performance.now();
  const one = async () => {
    while (next < requests) await ask(next++ % messages.length);
  };
  await Promise.all(Array.from({ length: concurrency }, one));
  agent.destroy();
  process.send({ seconds: (performance.now() - began) / 1000, answers }, () => process.disconnect());
});
