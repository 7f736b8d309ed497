import type { Command } from 'commander';
import { wholeNumber } from './numbers.js';

/** The dataset and the backbone of a training. */
export interface TrainingData {
  readonly dataset?: string;
  readonly datasetVersion?: number;
  readonly backbone: string;
}

/** Adds the options of every command that trains. */
export function withTrainingData(command: Command): Command {
  return command
    .option('--dataset <name>', 'dataset to train on; the only one unless given, in its newest version')
    .option('--dataset-version <number>', 'number of the dataset version', wholeNumber)
    .option('--backbone <name>', 'backbone, see `hub backbone list`; imagenet is downloaded when needed', 'imagenet');
}
