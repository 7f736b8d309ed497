#!/usr/bin/env -S MALLOC_ARENA_MAX=2 node
import { runCommand } from './run-command.js';

// ONNX Runtime would send telemetry to its maker and store a device id (from 1.29, outside Windows). It reads this when it is
// first used, also in the workers and threads of this process.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

// The reader of the output may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await runCommand(process.argv.slice(2));
