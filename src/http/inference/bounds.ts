/** Pictures in one request: more are refused, not cut. */
export const MAX_BATCH = 32;
/** Bytes of the part of a request that is JSON: reading it holds up everyone else. */
export const MAX_JSON_BYTES = 8 * 1024 ** 2;
/** Bytes of a whole request: MAX_BATCH pictures of 299 pixels as FP32, and room. */
export const MAX_BODY_BYTES = 48 * 1024 ** 2;
