-- expand
-- AlterTable
ALTER TABLE "runs" ADD COLUMN     "validation_accuracy" DOUBLE PRECISION,
ADD COLUMN     "validation_loss" DOUBLE PRECISION;

-- CreateIndex
CREATE INDEX "runs_validation_accuracy_id_idx" ON "runs"("validation_accuracy", "id");

-- CreateIndex
CREATE INDEX "runs_validation_loss_id_idx" ON "runs"("validation_loss", "id");

-- Runs that were there before: the figures of the epoch that was kept, else of the one that the recipe would keep now.
UPDATE "runs" SET
    "validation_accuracy" = "kept"."validation_accuracy",
    "validation_loss" = "kept"."validation_loss"
FROM (
    SELECT DISTINCT ON ("run_id") "run_id", "run_epochs"."validation_accuracy", "run_epochs"."validation_loss"
    FROM "run_epochs" JOIN "runs" ON "runs"."id" = "run_epochs"."run_id"
    ORDER BY
        "run_id",
        "epoch" = "kept_epoch" DESC NULLS LAST,
        CASE WHEN coalesce(("recipe"->>'restoreBest')::boolean, true) THEN "run_epochs"."validation_loss" ELSE -"epoch" END,
        "epoch"
) AS "kept"
WHERE "kept"."run_id" = "runs"."id";
