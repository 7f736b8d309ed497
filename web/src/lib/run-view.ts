/** What the address of a run's page holds. */
export interface RunView {
  /** Epochs that the curves show; null: all. */
  readonly zoom: readonly [from: number, to: number] | null;
  /** Weight of what came before in the curves, 0 to 0.99; 0: as they are. */
  readonly smooth: number;
  /** Whether losses are drawn on a logarithmic scale. */
  readonly log: boolean;
  /** Whether the curves are shown as a table. */
  readonly table: boolean;
  /** The cell of the confusion matrix whose pictures are shown. */
  readonly cell: Cell | null;
  /** Whether cells show shares of their row. */
  readonly shares: boolean;
  /** With which recipe that of the run is compared: a preset or the id of a run. */
  readonly against: string | null;
}

export interface Cell {
  readonly truth: string;
  readonly predicted: string;
}

export function readRunView(params: URLSearchParams): RunView {
  const zoom = (params.get('zoom') ?? '').split('-').map(Number);
  const [from, to] = zoom;
  const weight = Number(params.get('smooth'));
  const truth = params.get('truth');
  const predicted = params.get('predicted');
  return {
    zoom: zoom.length === 2 && from && to && from < to ? [from, to] : null,
    smooth: weight > 0 && weight <= 0.99 ? weight : 0,
    log: params.has('log'),
    table: params.has('table'),
    cell: truth !== null && predicted !== null ? { truth, predicted } : null,
    shares: params.has('shares'),
    against: params.get('against'),
  };
}

/** Writes a change into an address, which may hold other things as well. */
export function writeRunView(params: URLSearchParams, change: Partial<RunView>): URLSearchParams {
  const view = { ...readRunView(params), ...change };
  const written: Readonly<Record<string, string | null>> = {
    zoom: view.zoom?.join('-') ?? null,
    smooth: view.smooth ? `${view.smooth}` : null,
    log: view.log ? '' : null,
    table: view.table ? '' : null,
    truth: view.cell?.truth ?? null,
    predicted: view.cell?.predicted ?? null,
    shares: view.shares ? '' : null,
    against: view.against,
  };
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(written)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  return next;
}
