// A well-behaved caller in a process of its own: asks about one photo at a time. Told { url, headers, photo } over IPC; then
// answers each message with the answers since the last one: [{ ms, status }].
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** Milliseconds between an answer and the next photo. */
const PAUSE = 20;

const [{ url, headers, photo }] = await once(process, 'message');
const body = await readFile(photo);
const agent = new Agent({ keepAlive: true });
const answers = [];
process.on('message', () => process.send(answers.splice(0)));
process.once('disconnect', () => process.exit());
for (;;) {
  const began = performance.now();
  try {
    const sent = request(url, { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } });
    const [response] = await once(sent.end(body), 'response');
    await text(response);
    answers.push({ ms: performance.now() - began, status: response.statusCode });
  } catch (error) {
    answers.push({ ms: performance.now() - began, status: 0, error: String(error) });
  }
  await new Promise((resolve) => setTimeout(resolve, PAUSE));
}
