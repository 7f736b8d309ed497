/** The first moment of a day in the user's time zone, as the hub reads it. @param day as 2026-12-31. */
export const startOfDay = (day: string): string => new Date(`${day}T00:00:00`).toISOString();

/** The last millisecond of a day in the user's time zone. */
export const endOfDay = (day: string): string => new Date(`${day}T23:59:59.999`).toISOString();
