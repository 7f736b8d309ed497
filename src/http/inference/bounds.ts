/** Most photos in one request. */
export const MAX_BATCH = 32;
/** Bytes of the JSON in a request: parsing it delays all other requests. */
export const MAX_JSON_BYTES = 8 * 1024 ** 2;
/** Bytes of a whole request: MAX_BATCH photos of 299 pixels as FP32, with room to spare. */
export const MAX_BODY_BYTES = 48 * 1024 ** 2;
