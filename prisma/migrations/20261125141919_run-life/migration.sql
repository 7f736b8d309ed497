-- CreateEnum
CREATE TYPE "run_event_kind" AS ENUM ('STATE', 'EPOCH', 'LOG', 'PROGRESS', 'SYSTEM');

-- DropIndex
DROP INDEX "runs_dataset_version_id_idx";

-- DropIndex
DROP INDEX "runs_state_created_at_idx";

-- AlterTable
ALTER TABLE "runs" ADD COLUMN     "best_validation_accuracy" DOUBLE PRECISION,
ADD COLUMN     "best_validation_loss" DOUBLE PRECISION,
ADD COLUMN     "epoch_seconds" DOUBLE PRECISION,
ADD COLUMN     "event_count" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "queue_order" SERIAL NOT NULL,
ADD COLUMN     "resumes" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "tag_text" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "tags" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "run_events" (
    "run_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "kind" "run_event_kind" NOT NULL,
    "details" JSONB NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "run_events_pkey" PRIMARY KEY ("run_id","number")
);

-- CreateTable
CREATE TABLE "released_blobs" (
    "sha256" TEXT NOT NULL,

    CONSTRAINT "released_blobs_pkey" PRIMARY KEY ("sha256")
);

-- CreateIndex
CREATE INDEX "run_events_run_id_kind_number_idx" ON "run_events"("run_id", "kind", "number");

-- CreateIndex
CREATE INDEX "runs_state_queue_order_idx" ON "runs"("state", "queue_order");

-- CreateIndex
CREATE INDEX "runs_state_created_at_id_idx" ON "runs"("state", "created_at", "id");

-- CreateIndex
CREATE INDEX "runs_dataset_version_id_created_at_id_idx" ON "runs"("dataset_version_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "runs_test_accuracy_id_idx" ON "runs"("test_accuracy", "id");

-- CreateIndex
CREATE INDEX "runs_test_loss_id_idx" ON "runs"("test_loss", "id");

-- CreateIndex
CREATE INDEX "runs_best_validation_accuracy_id_idx" ON "runs"("best_validation_accuracy", "id");

-- CreateIndex
CREATE INDEX "runs_best_validation_loss_id_idx" ON "runs"("best_validation_loss", "id");

-- CreateIndex
CREATE INDEX "runs_epoch_seconds_id_idx" ON "runs"("epoch_seconds", "id");

-- CreateIndex
CREATE INDEX "runs_tags_idx" ON "runs" USING GIN ("tags");

-- CreateIndex
CREATE INDEX "runs_weights_blob_idx" ON "runs"("weights_blob");

-- CreateIndex
CREATE INDEX "runs_checkpoint_blob_idx" ON "runs"("checkpoint_blob");

-- AddForeignKey
ALTER TABLE "run_events" ADD CONSTRAINT "run_events_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Runs that were there before: the order in which they came, what their epochs say, and their state as their first event.
UPDATE "runs" SET "queue_order" = "ordered"."place", "event_count" = 1
FROM (SELECT "id", row_number() OVER (ORDER BY "id") AS "place" FROM "runs") AS "ordered"
WHERE "ordered"."id" = "runs"."id";

SELECT setval(pg_get_serial_sequence('runs', 'queue_order'), (SELECT count(*) + 1 FROM "runs"), false);

UPDATE "runs" SET
    "best_validation_accuracy" = "all_epochs"."accuracy",
    "best_validation_loss" = "all_epochs"."loss",
    "epoch_seconds" = "all_epochs"."seconds"
FROM (
    SELECT "run_id", max("validation_accuracy") AS "accuracy", min("validation_loss") AS "loss", sum("seconds") AS "seconds"
    FROM "run_epochs" GROUP BY "run_id"
) AS "all_epochs"
WHERE "all_epochs"."run_id" = "runs"."id";

INSERT INTO "run_events" ("run_id", "number", "kind", "details", "created_at")
SELECT "id", 1, 'STATE', jsonb_build_object('state', "state"), coalesce("ended_at", "started_at", "created_at") FROM "runs";
