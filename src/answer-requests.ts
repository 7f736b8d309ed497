import { parentPort } from 'node:worker_threads';
import type { ThreadAnswer } from './asked-thread.js';
import { HubError } from './errors.js';

/** Answers the requests to this thread, until one of the type `close`: the thread then ends when it no longer computes. */
export function answerRequests<Request extends { readonly id: number; readonly type: string }, Result>(
  handle: (request: Request) => Promise<Result>,
): void {
  const computing = new Set<Promise<void>>();
  const answer = (message: ThreadAnswer<Result>): void => parentPort?.postMessage(message);
  const serve = async (request: Request): Promise<void> => {
    const { id } = request;
    try {
      answer({ id, type: 'done', result: await handle(request) });
    } catch (error) {
      const code = error instanceof HubError ? error.code : null;
      answer({ id, type: 'error', code, message: error instanceof Error ? error.message : String(error) });
    }
  };
  const exitWhenIdle = async (): Promise<void> => {
    await Promise.all(computing);
    process.exit();
  };
  parentPort?.on('message', (request: Request) => {
    if (request.type === 'close') return void exitWhenIdle();
    const work = serve(request);
    computing.add(work);
    void work.then(() => computing.delete(work));
  });
}
