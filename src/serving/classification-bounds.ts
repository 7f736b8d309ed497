/** Bytes of one encoded photo. */
export const PHOTO_BYTES = 50_000_000;
/** Most classes that are listed. */
export const TOP_LIMIT = 1000;
