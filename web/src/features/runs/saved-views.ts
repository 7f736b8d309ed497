/** Views of the run list by name: the parameters of their addresses. */
export type SavedViews = Readonly<Record<string, string>>;

/** Where this browser keeps them, apart for hubs at several paths of a proxy. */
const keyOf = (base: string): string => `model-hub-run-views${base}`;

export function readSavedViews(base: string): SavedViews {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(keyOf(base)) ?? '{}');
    return Object.fromEntries(
      Object.entries(stored as SavedViews).filter(([name, view]) => name !== '' && typeof view === 'string'),
    );
  } catch {
    return {}; // not what this page wrote
  }
}

export function writeSavedViews(base: string, views: SavedViews): void {
  localStorage.setItem(keyOf(base), JSON.stringify(views));
}
