/** An ingestion under way. */
export interface Ingestion {
  /** Key that the client chose, or a random one. */
  readonly progressKey: string;
  /** Name of the dataset. */
  readonly dataset: string;
  readonly startedAt: Date;
}

/** Progress of an ingestion. */
export interface IngestionProgress {
  /** Accepted images. */
  readonly images: number;
  /** Rejected files. */
  readonly rejected: number;
  /** Bytes of the archive received; then bytes of the accepted images. */
  readonly bytes: number;
  /** Share of the archive received, then read, 0 to 1; null when unknown. */
  readonly share: number | null;
  readonly ended: boolean;
}
