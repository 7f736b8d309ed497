import type { ServerDuplexStream } from '@grpc/grpc-js';
import { HubError } from '../../errors.js';
import { CUT_OFF } from '../body-refusal.js';
import { refused } from '../inference/tensor-photos.js';

/** A call of any method: bytes in, bytes out. Nothing is received before it is read. */
export type Call = ServerDuplexStream<Buffer, Buffer>;

/** The one message of a call. @param patience milliseconds for it to arrive. @throws BAD_INPUT, or DEADLINE_EXCEEDED. */
export function messageOf(call: Call, patience: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let message: Buffer | undefined;
    const cutOff = (): void => reject(new HubError('BAD_INPUT', CUT_OFF));
    if (call.destroyed) return cutOff();
    const late = setTimeout(() => {
      call.pause();
      reject(new HubError('DEADLINE_EXCEEDED', `The message did not arrive within ${patience} ms.`));
    }, patience);
    call.on('data', (received: Buffer) => {
      if (message) {
        call.pause();
        reject(refused('the call has more than one message'));
      }
      message = received;
    });
    call.once('end', () => (message ? resolve(message) : reject(refused('the call has no message'))));
    call.once('close', cutOff);
    for (const end of ['end', 'close']) call.once(end, () => clearTimeout(late));
  });
}

/** A value of a call's metadata. */
export function metadataOf(call: Call, key: string): string | undefined {
  const [value] = call.metadata.get(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Milliseconds until the caller gives up; infinite where it does not say. */
export function patienceOf(call: Call): number {
  const deadline = call.getDeadline();
  return (typeof deadline === 'number' ? deadline : deadline.getTime()) - Date.now();
}

/** Sends the answer. @returns whether it has been handed to the network, rather than the call having ended before. */
export function reply(call: Call, answer: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    if (call.cancelled) return resolve(false);
    call.once('close', () => resolve(false));
    call.write(answer, (error?: Error | null) => resolve(!error));
    call.end();
  });
}
