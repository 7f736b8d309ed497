import { expect, it } from 'vitest';
import { placeStops } from '../../../web/src/lib/lineage-layout.js';

it('places each stop of a lineage to the right of what it was made from, columns in the middle', () => {
  const stops = [
    { id: 'data', from: [] },
    { id: 'backbone', from: [] },
    { id: 'run', from: ['data', 'backbone'] },
    { id: 'tuned', from: ['run', 'data'] },
    { id: 'version', from: ['tuned'] },
  ];
  const { placed, columns, rows } = placeStops(stops);
  expect({ columns, rows }).toEqual({ columns: 4, rows: 2 });
  expect(placed.map(({ stop, column, row }) => [stop.id, column, row])).toEqual([
    ['data', 0, 0],
    ['backbone', 0, 1],
    ['run', 1, 0.5],
    ['tuned', 2, 0.5],
    ['version', 3, 0.5],
  ]);
  expect(placeStops([])).toEqual({ placed: [], columns: 0, rows: 0 });
});
