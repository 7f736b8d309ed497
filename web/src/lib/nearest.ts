/** A place in pixels. */
interface Place {
  readonly x: number;
  readonly y: number;
}

/** Index of the place closest to another; null when none is within `most` pixels. */
export function nearest(places: readonly Place[], to: Place, most: number): number | null {
  let best: { readonly index: number; readonly distance: number } | null = null;
  for (const [index, { x, y }] of places.entries()) {
    const distance = Math.hypot(x - to.x, y - to.y);
    if (distance <= most && (best === null || distance < best.distance)) best = { index, distance };
  }
  return best?.index ?? null;
}

/** Directions of the arrow keys, in pixels. */
const ARROWS: Readonly<Record<string, Place>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/**
 * Index of the place that an arrow key leads to: the closest one in its direction, where going sideways counts twice. From no
 * place it leads to the first. @returns null for other keys, and where nothing lies in the direction.
 */
export function step(places: readonly Place[], from: number | null, key: string): number | null {
  const direction = ARROWS[key];
  if (!direction || places.length === 0) return null;
  const at = from === null ? undefined : places[from];
  if (!at) return 0;
  let best: { readonly index: number; readonly cost: number } | null = null;
  for (const [index, { x, y }] of places.entries()) {
    const ahead = (x - at.x) * direction.x + (y - at.y) * direction.y;
    const aside = Math.abs((x - at.x) * direction.y) + Math.abs((y - at.y) * direction.x);
    if (index === from || ahead <= 0) continue;
    const cost = ahead + 2 * aside;
    if (best === null || cost < best.cost) best = { index, cost };
  }
  return best?.index ?? null;
}
