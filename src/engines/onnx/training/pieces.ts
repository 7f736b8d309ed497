import { elements } from '../../../network/tensor.js';

/**
 * Elements per piece. Elementwise operators stream a large weight through memory once per operator; on pieces that fit into
 * a core's cache, Adam takes a third of the time.
 */
const PIECE_ELEMENTS = 1 << 18;

/** The values that a step reads and writes for each piece: the weight and its two moments. */
export const SLOTS = ['weight', 'first', 'second'] as const;
export type Slot = (typeof SLOTS)[number];

/** Consecutive rows of a weight, updated as a unit. */
export interface Piece {
  /** Its offset in the weight's flat data. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** Names of its values in the graph before a step; after the step they have the prefix `next:`. */
  readonly weight: string;
  readonly first: string;
  readonly second: string;
}

/** Rows of each piece of a kernel [rows, columns]. A bias [columns] is not cut. */
export function pieceRows(shape: readonly number[]): readonly number[] {
  const [rows, columns] = shape as [number, number?];
  if (columns === undefined) return [rows];
  const perPiece = Math.max(1, Math.floor(PIECE_ELEMENTS / columns));
  return Array.from({ length: Math.ceil(rows / perPiece) }, (_, i) => Math.min(perPiece, rows - i * perPiece));
}

/** Cuts a weight along its first axis. */
export function piecesOf(name: string, shape: readonly number[]): readonly Piece[] {
  const rows = pieceRows(shape);
  const [, ...rest] = shape;
  return rows.map((count, i) => ({
    offset: i * (rows[0] as number) * elements(rest),
    shape: [count, ...rest],
    weight: `weight:${name}#${i}`,
    first: `first:${name}#${i}`,
    second: `second:${name}#${i}`,
  }));
}

/** The name of a value after the step. */
export const next = (value: string): string => `next:${value}`;
