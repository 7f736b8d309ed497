import { parentPort, workerData } from 'node:worker_threads';
import type { DatabaseAnswer, DatabaseRequest, DatabaseThreadData } from './database-thread-messages.js';
import { EmbeddedSession } from './embedded-session.js';

/** The thread that DatabaseThread starts: the embedded database, one request after the other. */
const session = new EmbeddedSession((workerData as DatabaseThreadData).folder);
const NOTHING = new Uint8Array();
let last: Promise<void> = Promise.resolve();

parentPort?.on('message', (request: DatabaseRequest) => {
  last = last.then(() => serve(request));
});

async function serve(request: DatabaseRequest): Promise<void> {
  const { id } = request;
  try {
    answer({ id, messages: await handle(request), error: null, isRunning: session.isRunning });
  } catch (error) {
    answer({ id, messages: NOTHING, error: asError(error), isRunning: session.isRunning });
  }
  if (request.type === 'close') parentPort?.close();
}

async function handle(request: DatabaseRequest): Promise<Uint8Array> {
  if (request.type === 'execute') return session.execute(request.messages);
  await session[request.type]();
  return NOTHING;
}

function answer(message: DatabaseAnswer): void {
  const { buffer, byteLength } = message.messages;
  // Small answers share the memory of Node's pool, which cannot be handed over.
  const isAlone = byteLength > 0 && byteLength === buffer.byteLength;
  parentPort?.postMessage(message, isAlone ? [buffer as ArrayBuffer] : []);
}

/** Emscripten throws objects that are no errors, and cannot be sent to another thread. */
function asError(error: unknown): Error {
  if (error instanceof Error) return new Error(error.message);
  return new Error(String((error as { message?: unknown } | null)?.message ?? error));
}
