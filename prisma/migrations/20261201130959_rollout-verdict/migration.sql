-- expand
-- AlterTable
ALTER TABLE "predictions" ADD COLUMN     "rollout_id" TEXT,
ADD COLUMN     "rollout_label" TEXT;

-- AlterTable
ALTER TABLE "rollouts" ADD COLUMN     "judged" JSONB,
ADD COLUMN     "verdict_error_rate" DOUBLE PRECISION NOT NULL DEFAULT 0.05;

-- CreateIndex
CREATE INDEX "predictions_rollout_id_idx" ON "predictions"("rollout_id");
