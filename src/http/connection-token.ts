import type { IncomingMessage } from 'node:http';
import { HubError } from '../errors.js';
import { bearerToken } from './authentication.js';

const WANTED = '{"authorization": "Bearer TOKEN"} in the connection parameters';

/**
 * The token of a WebSocket connection: of its parameters (graphql-ws), of `headers` in them (Apollo Sandbox, Altair,
 * Postman), or of the upgrade request, whose headers a page in a browser cannot set. Letter case does not matter.
 * @throws UNAUTHENTICATED when it is missing or has another form, in fewer than the 123 bytes of a close reason.
 */
export function connectionToken(
  params: Readonly<Record<string, unknown>> | undefined,
  upgrade: Pick<IncomingMessage, 'headers'>,
): string {
  const given = memberOf(params, 'authorization') ?? memberOf(memberOf(params, 'headers'), 'authorization');
  const authorization = given ?? upgrade.headers.authorization;
  if (authorization === undefined) throw refused(`No access token: send ${WANTED}.`);
  const token = bearerToken(authorization);
  if (token === undefined) throw refused(`The authorization is not a Bearer token: send ${WANTED}.`);
  return token;
}

function memberOf(object: unknown, wanted: string): unknown {
  if (typeof object !== 'object' || object === null) return undefined;
  return Object.entries(object).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

function refused(message: string): HubError {
  return new HubError('UNAUTHENTICATED', message);
}
