export { HubClient, type HubClientOptions, type RequestOptions } from './hub-client.js';
export { HubError } from './hub-error.js';
export * from './operations.js';
