import type { Command } from 'commander';
import { wholeNumber } from './numbers.js';

/** What is trained on, and what it begins with. */
export interface TrainingData {
  readonly dataset: string;
  readonly datasetVersion?: number;
  readonly backbone: string;
}

/** What every command that trains takes. */
export function withTrainingData(command: Command): Command {
  return command
    .requiredOption('--dataset <name>', 'its newest version is trained on, unless --dataset-version says which')
    .option('--dataset-version <number>', 'number of the version', wholeNumber)
    .option('--backbone <name>', 'as added with `hub backbone add`; imagenet is downloaded when needed', 'imagenet');
}
