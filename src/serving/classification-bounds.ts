/** Bytes of one encoded photo. */
export const PHOTO_BYTES = 20 * 1024 * 1024;
/** Most classes that are listed. */
export const TOP_LIMIT = 1000;
