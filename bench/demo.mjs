// The demo as its user runs it, on the bundled sample and backbone: seconds to the first answer and to the end, accuracy.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { check, median } from './support/check.mjs';
import { cpuOfEnded } from './support/cpu.mjs';
import { CLI } from './support/hub.mjs';

export function describe(command) {
  return command
    .description('hub demo on the bundled sample and backbone')
    .option('--backbone <name>', 'another built-in backbone')
    .option('--rounds <n>', 'demos, each in a new data folder', '1');
}

export async function measure({ rounds, backbone }) {
  const rows = [];
  for (let round = 1; round <= Number(rounds); round++) {
    const data = await mkdtemp(join(tmpdir(), 'hub-bench-'));
    try {
      const before = await cpuOfEnded();
      const args = [CLI, 'demo', '--json', '--exit', '--port', '0', '--data', data];
      if (backbone) args.push('--backbone', backbone);
      const { stdout } = await promisify(execFile)(process.execPath, args);
      const { steps, seconds, testAccuracy } = JSON.parse(stdout);
      rows.push({
        round,
        'first answer s': seconds.firstAnswer,
        'all s': seconds.total,
        'processor s': ((await cpuOfEnded()) - before) / 1000,
        'accuracy of the head': steps[0].testAccuracy,
        accuracy: testAccuracy,
        load: loadavg()[0],
      });
    } finally {
      await rm(data, { recursive: true, force: true });
    }
  }
  const column = (name) => rows.map((row) => row[name]);
  const checks = [
    check('seconds to the first answer', median(column('first answer s')), { atMost: 30 }),
    check('seconds to the end', median(column('all s')), { atMost: 120 }),
    check('test accuracy', Math.min(...column('accuracy')), { atLeast: 0.78 }),
  ];
  return { rows, checks };
}
