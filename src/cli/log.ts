import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';

/**
 * Secrets as they may stand in a message or in the properties of an error, with what takes their place. Lengths are limited, so that a long
 * line costs no more than its length.
 */
const SECRETS: readonly (readonly [said: RegExp, shown: string])[] = [
  // User and password of an address: of a database, a proxy, a webhook.
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s"'\\/@]{1,500}@/gi, '$1***@'],
  // The query of an address: signed addresses have their signature there.
  [/(\bhttps?:\/\/[^\s"'\\?#]{1,2000})\?[^\s"'\\#]+/gi, '$1?***'],
  [/(\bBearer +)[^\s"'\\]+/gi, '$1***'],
  [/(\bwhsec_)[A-Za-z0-9+/=_-]+/g, '$1***'],
  // A token of a hub: 256 bits in base64url.
  [/(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g, '***'],
];

/** A line of the log without secrets. */
function withoutSecrets(line: string): string {
  return SECRETS.reduce((text, [said, shown]) => text.replace(said, shown), line);
}

/** The log of a hub. Whatever a part or a library writes, secrets are left out at this one place. */
export function createLog(options: LoggerOptions, destination: DestinationStream): Logger {
  return pino({ ...options, hooks: { streamWrite: withoutSecrets } }, destination);
}
