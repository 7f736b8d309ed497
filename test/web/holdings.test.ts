import { describe, expect, it } from 'vitest';
import { holdings } from '../../web/src/lib/holdings.js';

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

describe('who held an alias', () => {
  it('is told by its moves: each version until the next move, the last one until now', () => {
    const moves = [
      { alias: 'production', to: 1, createdAt: at(8), overridden: false },
      { alias: 'candidate', to: 3, createdAt: at(6), overridden: false },
      { alias: 'production', to: 2, createdAt: at(4), overridden: true },
      { alias: 'production', to: 1, createdAt: at(0), overridden: false },
    ];
    const lanes = holdings(moves, new Date(at(10)));
    expect(lanes.map(({ alias }) => alias)).toEqual(['candidate', 'production']);
    expect(lanes[1]?.held.map(({ version, start, share, overridden }) => [version, start, share, overridden])).toEqual([
      [1, 0, 0.4, false],
      [2, 0.4, 0.4, true],
      [1, 0.8, 0.2, false],
    ]);
    expect(lanes[0]?.held).toMatchObject([{ version: 3, until: null, start: 0.6, share: 0.4 }]);
  });

  it('is nobody from its removal until the next move', () => {
    const moves = [
      { alias: 'production', to: 2, createdAt: at(8), overridden: false },
      { alias: 'production', to: null, createdAt: at(2), overridden: false },
      { alias: 'production', to: 1, createdAt: at(0), overridden: false },
    ];
    const [lane] = holdings(moves, new Date(at(10)));
    expect(lane?.held.map(({ version, start, share }) => [version, start, share])).toEqual([
      [1, 0, 0.2],
      [2, 0.8, 0.2],
    ]);
    expect(lane?.held[0]?.until).toEqual(new Date(at(2)));
  });

  it('is nobody where it was never moved', () => {
    expect(holdings([], new Date(at(10)))).toEqual([]);
  });
});
