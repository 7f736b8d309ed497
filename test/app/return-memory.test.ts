import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { returnMemory } from '../../src/app/return-memory.js';

const MIB = 1024 ** 2;
const external = (): number => process.memoryUsage().external / MIB;

it('buffers that nobody needs any more are given back while the process has little to do', async () => {
  onTestFinished(returnMemory(100));
  await wait(150);
  const before = external();
  // Fewer than V8 would collect by itself in no time.
  let kept: Buffer[] | null = Array.from({ length: 10 }, () => Buffer.alloc(20 * MIB));
  expect(external()).toBeGreaterThan(before + 190);
  await wait(300);
  expect(kept.length).toBe(10);
  expect(external()).toBeGreaterThan(before + 190); // they are in use
  kept = null;
  // A few more, so that there is garbage to look for.
  for (let i = 0; i < 4; i++) Buffer.alloc(20 * MIB);
  await vi.waitUntil(() => external() < before + 30, { timeout: 10_000 });
});
