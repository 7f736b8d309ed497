/** A request to the thread of the embedded database; its answer carries the same id. */
export type DatabaseRequest = { readonly id: number } & (
  | { readonly type: 'start' | 'rollBack' | 'close' }
  /** Messages of PostgreSQL's protocol. */
  | { readonly type: 'execute'; readonly messages: Uint8Array }
);

export interface DatabaseAnswer {
  readonly id: number;
  /** Messages of PostgreSQL's protocol; empty unless messages were sent. */
  readonly messages: Uint8Array;
  readonly error: Error | null;
  /** Whether the database runs after the request. */
  readonly isRunning: boolean;
}

/** The options of the thread. */
export interface DatabaseThreadData {
  /** Of the database; undefined for one in memory. */
  readonly folder: string | undefined;
}
