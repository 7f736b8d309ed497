import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { BOUNDS } from '../limits.js';

/**
 * Answers the requests of one connection one after the other. Node hands over all requests that arrived together at once;
 * a client that sends many without reading an answer would fill the process with work that nobody else can interrupt. A
 * connection with more requests waiting than the bound is closed. After an answer with 429, which says when to ask
 * again, the next request is begun after a pause: refusals of a client that asks again at once would take the cores.
 */
export function inTurn(answer: RequestListener, most: number = BOUNDS.pipelined.value): RequestListener {
  /** Requests that wait, by the connections that have one under way. */
  const waiting = new WeakMap<Socket, (() => void)[]>();
  return (request, response) => {
    const { socket } = request;
    const begin = (): void => {
      const goOn = (): void => {
        const next = waiting.get(socket)?.shift();
        if (next && !socket.destroyed) setImmediate(next);
        else waiting.delete(socket);
      };
      response.once('close', () => {
        if (response.statusCode === 429 && !socket.destroyed) setTimeout(goOn, BOUNDS.tooMany.value).unref();
        else goOn();
      });
      answer(request, response);
    };
    const queue = waiting.get(socket);
    if (!queue) {
      waiting.set(socket, []);
      begin();
    } else if (queue.length < most) queue.push(begin);
    else socket.destroy();
  };
}
