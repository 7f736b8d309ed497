import { problemsIn } from './verify.mjs';
import { startHub, WORK } from './work.mjs';

const PRELOAD = new URL('shifted-clock.mjs', import.meta.url).href;
/** Hours by which the clock is off, one hub after the other. */
const SHIFTS = [0, 24, -24, -24 * 365];

/** Starts hubs whose clocks go back. Each must know what those before it did, and work on, in the right order. */
export async function turnClock(data, ledger) {
  const rows = [];
  for (const hours of SHIFTS) {
    const env = { NODE_OPTIONS: `--import ${PRELOAD}`, BENCH_CLOCK_SHIFT: String(hours * 3_600_000) };
    const hub = await startHub(data, ledger, env);
    const problems = await ledger.losses(hub.client);
    for (const [name, work] of Object.entries(WORK)) {
      await work(hub.client, ledger).catch((error) => problems.push(`${name}: ${error.message}`));
      problems.push(...(await ledger.losses(hub.client)));
    }
    await hub.kill();
    problems.push(...(await problemsIn(data)));
    rows.push({ fault: `clock ${hours} h off`, during: 'all', problems });
  }
  return rows;
}
