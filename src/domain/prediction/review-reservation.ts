import { Prisma } from '../../storage/database.js';

/** Minutes for which a photo is reserved for the reviewer who got it. */
const RESERVED_MINUTES = 10;

/** A photo, the answer that is shown with it, and who reviews it. */
export interface Wanted {
  readonly modelId: string;
  readonly inputHash: string;
  readonly predictionId: string;
  readonly tokenId: string;
  /** Name of the token. */
  readonly by: string;
}

/** Lets one after the other give out or delete the photos of a model, until the transaction ends. */
export async function lockReviews(db: Pick<Prisma.TransactionClient, '$executeRaw'>, modelId: string): Promise<void> {
  await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${modelId}, 0))`;
}

/**
 * Reserves photos, all at once, for processes that do the same at the same time: a photo has one reservation, which only its
 * owner renews before it ends.
 * @returns the hashes of those that are reserved now; the others are reserved for somebody else.
 */
export async function reserve(
  db: Pick<Prisma.TransactionClient, '$queryRaw'>,
  photos: readonly Wanted[],
  now = new Date(),
): Promise<ReadonlySet<string>> {
  if (photos.length === 0) return new Set();
  const until = new Date(now.getTime() + RESERVED_MINUTES * 60_000);
  // In one order, so that two processes never wait for each other.
  const rows = photos
    .toSorted((a, b) => (a.inputHash < b.inputHash ? -1 : 1))
    .map(
      ({ modelId, inputHash, predictionId, tokenId, by }) =>
        Prisma.sql`(${modelId}, ${inputHash}, ${predictionId}, ${tokenId}, ${by}, ${until})`,
    );
  const reserved = await db.$queryRaw<{ hash: string }[]>`
    INSERT INTO review_reservations AS r (model_id, input_hash, prediction_id, token_id, by, until)
    VALUES ${Prisma.join(rows)}
    ON CONFLICT (model_id, input_hash) DO UPDATE
      SET prediction_id = excluded.prediction_id, token_id = excluded.token_id, by = excluded.by, until = excluded.until
      WHERE r.until <= ${now} OR r.token_id = excluded.token_id
    RETURNING input_hash AS hash`;
  return new Set(reserved.map(({ hash }) => hash));
}
