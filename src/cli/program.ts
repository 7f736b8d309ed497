import { Command } from 'commander';
import { PACKAGE } from '../package.js';
import { auditCommand } from './commands/audit.js';
import { backboneCommand } from './commands/backbone.js';
import { backupCommand } from './commands/backup.js';
import { blobsCommand } from './commands/blobs.js';
import { classifyCommand } from './commands/classify.js';
import { compareCommand } from './commands/compare.js';
import { datasetCommand } from './commands/dataset.js';
import { demoCommand } from './commands/demo.js';
import { doctorCommand } from './commands/doctor.js';
import { examinationCommand } from './commands/examination.js';
import { gcCommand } from './commands/gc.js';
import { modelCommand } from './commands/model.js';
import { predictCommand } from './commands/predict.js';
import { predictionsCommand } from './commands/predictions.js';
import { promoteCommand } from './commands/promote.js';
import { promotionCommand } from './commands/promotion.js';
import { restoreCommand } from './commands/restore.js';
import { rollbackCommand } from './commands/rollback.js';
import { rolloutCommand } from './commands/rollout.js';
import { ruleCommand } from './commands/rule.js';
import { runCommand } from './commands/run.js';
import { runsCommand } from './commands/runs.js';
import { sliceCommand } from './commands/slice.js';
import { startCommand } from './commands/start.js';
import { statusCommand } from './commands/status.js';
import { sweepCommand } from './commands/sweep.js';
import { tokenCommand } from './commands/token.js';
import { trainCommand } from './commands/train.js';
import { verifyCommand } from './commands/verify.js';
import { exitHelp } from './exit.js';
import { terminal } from './terminal.js';

/** Commands in the order of `hub --help`. To add one, write a file that adds it, and list it here. */
const COMMANDS = [
  startCommand,
  demoCommand,
  datasetCommand,
  examinationCommand,
  backboneCommand,
  trainCommand,
  runsCommand,
  runCommand,
  compareCommand,
  sweepCommand,
  modelCommand,
  promoteCommand,
  rollbackCommand,
  promotionCommand,
  rolloutCommand,
  ruleCommand,
  sliceCommand,
  classifyCommand,
  predictCommand,
  predictionsCommand,
  tokenCommand,
  auditCommand,
  statusCommand,
  doctorCommand,
  backupCommand,
  restoreCommand,
  verifyCommand,
  gcCommand,
  blobsCommand,
];

/** The command `hub` with all subcommands. */
export function buildProgram(): Command {
  const program = new Command('hub')
    .description('Model Hub: version datasets, train image classifiers, promote model versions, classify photos.')
    .version(PACKAGE.version)
    .exitOverride()
    .enablePositionalOptions() // `hub token` has both options and subcommands
    .configureOutput({
      writeOut: (text) => terminal().stdout.write(text),
      writeErr: (text) => terminal().stderr.write(text),
      outputError: () => undefined, // printed like every other error
    })
    .addHelpText('after', `\n${exitHelp()}`);
  for (const add of COMMANDS) add(program);
  return program;
}
