/** Most classes that are listed. */
export const TOP_LIMIT = 1000;
