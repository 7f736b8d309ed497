import { Gauge, type Registry } from 'prom-client';
import type { RunFigures } from '../domain/run/run-figures.js';

/** Reads the current figures of training. */
export type Training = () => Promise<RunFigures>;

/** Registers the metrics of training. @returns a function that updates them. */
export function measureTraining(registry: Registry, training: Training): () => Promise<void> {
  const registers = [registry];
  const labelNames = ['run', 'kind'];
  const epoch = new Gauge({
    name: 'modelhub_run_epochs_done',
    help: 'Finished epochs of a running run.',
    labelNames,
    registers,
  });
  const epochs = new Gauge({
    name: 'modelhub_run_epochs_planned',
    help: 'Most epochs of a running run.',
    labelNames,
    registers,
  });
  const fraction = new Gauge({
    name: 'modelhub_run_phase_ratio',
    help: 'Progress of the current phase of a running run, from 0 to 1.',
    labelNames: [...labelNames, 'phase'],
    registers,
  });
  const accuracy = new Gauge({
    name: 'modelhub_run_validation_accuracy_ratio',
    help: 'Validation accuracy of the last epoch of a running run, from 0 to 1.',
    labelNames,
    registers,
  });
  const runs = new Gauge({ name: 'modelhub_runs', help: 'Runs by state.', labelNames: ['state'], registers });
  return async () => {
    const { states, running } = await training();
    for (const [state, count] of Object.entries(states)) runs.set({ state }, count);
    for (const gauge of [epoch, epochs, fraction, accuracy]) gauge.reset();
    for (const { id: run, kind, epoch: done, epochs: planned, progress, validationAccuracy } of running) {
      epoch.set({ run, kind }, done);
      epochs.set({ run, kind }, planned);
      if (progress) fraction.set({ run, kind, phase: progress.phase }, progress.ratio);
      if (validationAccuracy !== null) accuracy.set({ run, kind }, validationAccuracy);
    }
  };
}
