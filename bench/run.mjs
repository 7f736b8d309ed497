// npm run bench -- NAME [--json] [options of that bench]
import { readdir } from 'node:fs/promises';
import { Command } from 'commander';
import { processor } from './support/processor.mjs';

// So that what a bench has started ends with it.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

// As src/cli/main.ts: benches load ONNX Runtime too.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

const files = await readdir(new URL('.', import.meta.url));
const names = files.filter((file) => file.endsWith('.mjs') && file !== 'run.mjs').map((file) => file.slice(0, -4));

const program = new Command('bench').description(
  'Measures the hub and its peers in the same run. Most figures are ratios.',
);
for (const name of names) {
  const { describe, measure } = await import(`./${name}.mjs`);
  const command = program.command(name).option('--json', 'print one line of JSON: {name, checks}');
  describe(command).action(async (options) => {
    console.error(processor());
    const { rows, checks } = await measure(options);
    if (options.json) return void process.stdout.write(`${JSON.stringify({ name, checks })}\n`);
    console.table(rows);
    console.table(checks);
  });
}
await program.parseAsync();
