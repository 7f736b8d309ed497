import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { ownMemory, returnMemory } from '../../src/app/return-memory.js';

const MIB = 1024 ** 2;
const LOOK = 20;

/** A process whose collection leaves what is in use. */
function memory(inUse: number) {
  return {
    inUse,
    garbage: 0,
    collections: 0,
    held() {
      return (this.inUse + this.garbage) * MIB;
    },
    collect() {
      this.garbage = 0;
      this.collections += 1;
    },
  };
}

it('garbage is collected once while the process has little to do, and little garbage is not', async () => {
  const own = memory(100);
  onTestFinished(returnMemory(LOOK, own));
  own.garbage = 40;
  await wait(5 * LOOK);
  expect(own.collections).toBe(0);
  own.garbage = 200;
  await vi.waitUntil(() => own.garbage === 0);
  await wait(5 * LOOK);
  expect(own.collections).toBe(1);
});

it('what is in use is not collected for over and over', async () => {
  const own = memory(100);
  onTestFinished(returnMemory(LOOK, own));
  own.inUse = 400;
  await vi.waitUntil(() => own.collections === 1);
  await wait(5 * LOOK);
  expect(own.collections).toBe(1);
});

it('a collection takes what nobody refers to any more', async () => {
  const { collect } = ownMemory();
  const forgotten = (() => new WeakRef(Buffer.alloc(MIB)))();
  await wait(0); // a reference holds its target until the present turn ends
  collect();
  expect(forgotten.deref()).toBeUndefined();
});
