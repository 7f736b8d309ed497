import { once } from 'node:events';
import got from 'got';
import { requireHttps, SILENCE, toHubError } from './fetch.js';
import { agentsFor, type ReachOptions } from './reach.js';

/** Sends a text to an address. The body of the answer is not read. @returns its status. */
export type Post = (
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<number>;

/** Posts to other servers under the rules of `createFetch`. Redirects are not followed. Its errors are BAD_INPUT. */
export function createPost(reach: ReachOptions): Post {
  return async (url, body, headers, signal) => {
    const stream = got.stream.post(url, {
      agent: agentsFor(requireHttps(url), reach),
      body,
      headers,
      signal,
      followRedirect: false,
      throwHttpErrors: false,
      retry: { limit: 0 }, // the sender has its own schedule
      timeout: { request: SILENCE },
    });
    try {
      const [response] = (await once(stream, 'response')) as [{ statusCode: number }];
      return response.statusCode;
    } catch (error) {
      throw toHubError(error, signal);
    } finally {
      stream.destroy();
    }
  };
}
