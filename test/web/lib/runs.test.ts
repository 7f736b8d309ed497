import { describe, expect, it } from 'vitest';
import { namesOf } from '../../../web/src/lib/runs.js';

const ID = '00000000-0000-7000-8000-0000000000';

describe('the names of runs', () => {
  it('are told apart where they are missing or equal', () => {
    const runs = ['a', null, 'b', 'a'].map((name, i) => ({ id: `${ID}0${i}`, name }));
    expect(namesOf(runs)).toEqual(['a 00000000', '00000001', 'b', 'a 00000003']);
  });

  it('of the same run twice are those that it has', () => {
    const run = { id: `${ID}00`, name: 'a' };
    expect(namesOf([run, run])).toEqual(['a', 'a']);
  });
});
