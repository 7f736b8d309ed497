/**
 * Moves positions apart until neighbors are at least `gap` apart, and back from `most`, where there is room.
 * @param wanted ascending.
 */
export function spread(wanted: readonly number[], gap: number, most: number): number[] {
  const moved: number[] = [];
  for (const at of wanted) moved.push(Math.max(at, (moved.at(-1) ?? Number.NEGATIVE_INFINITY) + gap));
  let limit = most;
  for (let i = moved.length - 1; i >= 0; i--) {
    moved[i] = Math.min(moved[i] as number, limit);
    limit = (moved[i] as number) - gap;
  }
  return moved;
}
