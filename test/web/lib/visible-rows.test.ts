import { expect, it } from 'vitest';
import { visibleRows } from '../../../web/src/lib/visible-rows.js';

const at = (scrolled: number, count = 1000) => visibleRows(count, { scrolled, height: 320, row: 32, beyond: 4 });

it('are those that are seen, also where two are seen in part, and some on both sides', () => {
  expect(at(3200)).toEqual({ from: 96, to: 115 });
  expect(at(3210)).toEqual({ from: 96, to: 115 });
});

it('never begin before the first nor end behind the last', () => {
  expect(at(0)).toEqual({ from: 0, to: 15 });
  expect(at(32_000 - 320)).toEqual({ from: 985, to: 1000 });
  expect(at(0, 3)).toEqual({ from: 0, to: 3 });
  expect(at(0, 0)).toEqual({ from: 0, to: 0 });
});

it('are there also when the list has just become shorter than it is scrolled', () => {
  expect(at(20_000, 50)).toEqual({ from: 35, to: 50 });
});
