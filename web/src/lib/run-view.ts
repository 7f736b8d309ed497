/** The view of a run that its URL holds. */
export interface RunView {
  /** Epochs shown in the curves; null: all. */
  readonly zoom: readonly [from: number, to: number] | null;
  /** Smoothing weight of the curves, 0 to 0.99; 0: none. */
  readonly smooth: number;
  /** Whether losses have a logarithmic scale. */
  readonly log: boolean;
  /** Whether a table replaces the curves. */
  readonly table: boolean;
  /** The selected cell of the confusion matrix. */
  readonly cell: Cell | null;
  /** Whether cells show shares of their row. */
  readonly shares: boolean;
  /** Whether the map of the test images is shown. */
  readonly map: boolean;
  /** The recipe to compare with: a preset or the ID of a run. */
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
    map: params.has('map'),
    against: params.get('against'),
  };
}

/** Writes a change into URL parameters; other parameters stay. */
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
    map: view.map ? '' : null,
    against: view.against,
  };
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(written)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  return next;
}
