-- expand
-- AlterTable
ALTER TABLE "predictions" ADD COLUMN     "precision" "precision";

-- AlterTable
ALTER TABLE "promotion_requests" ADD COLUMN     "now" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "version_serving" ADD COLUMN     "calibrated" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "ready_at" TIMESTAMP(3);

-- Versions that serve, or whose forms were measured and whose calibration has ended, keep the form that they have.
UPDATE "version_serving" s
SET "ready_at" = CURRENT_TIMESTAMP,
    "calibrated" = EXISTS (
      SELECT 1 FROM "version_calibrations" c
      WHERE c."version_id" = s."version_id" AND c."figures" IS NOT NULL AND c."outlier_blob" IS NOT NULL
    )
WHERE EXISTS (SELECT 1 FROM "aliases" a WHERE a."version_id" = s."version_id")
   OR EXISTS (SELECT 1 FROM "rollouts" r WHERE r."version_id" = s."version_id" AND r."state" = 'RUNNING')
   OR (
     s."state" <> 'PENDING'
     AND NOT EXISTS (
       SELECT 1 FROM "version_calibrations" c
       WHERE c."version_id" = s."version_id" AND c."figures" IS NULL AND c."error" IS NULL
     )
   );
