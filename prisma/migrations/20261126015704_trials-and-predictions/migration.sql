-- CreateEnum
CREATE TYPE "trial_mode" AS ENUM ('CANARY', 'SHADOW');

-- CreateEnum
CREATE TYPE "version_trial_state" AS ENUM ('RUNNING', 'PROMOTED', 'ABORTED');

-- AlterTable
ALTER TABLE "models" ADD COLUMN     "logging" JSONB;

-- CreateTable
CREATE TABLE "version_trials" (
    "id" TEXT NOT NULL,
    "version_id" TEXT NOT NULL,
    "present_id" TEXT NOT NULL,
    "alias" TEXT NOT NULL,
    "mode" "trial_mode" NOT NULL,
    "share" DOUBLE PRECISION NOT NULL,
    "max_error_rate" DOUBLE PRECISION NOT NULL,
    "max_slowdown" DOUBLE PRECISION NOT NULL,
    "state" "version_trial_state" NOT NULL DEFAULT 'RUNNING',
    "figures" JSONB,
    "reason" TEXT NOT NULL,
    "started_by" TEXT NOT NULL,
    "started_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_by" TEXT,
    "ended_at" TIMESTAMP(3),
    "outcome" TEXT,

    CONSTRAINT "version_trials_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "predictions" (
    "id" TEXT NOT NULL,
    "model_id" TEXT NOT NULL,
    "version_id" TEXT NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,
    "input_hash" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "confidence" DOUBLE PRECISION NOT NULL,
    "milliseconds" DOUBLE PRECISION NOT NULL,
    "photo_blob" TEXT,
    "right_label" TEXT,
    "right_by" TEXT,
    "right_at" TIMESTAMP(3),

    CONSTRAINT "predictions_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "version_trials_state_idx" ON "version_trials"("state");

-- CreateIndex
CREATE INDEX "version_trials_version_id_idx" ON "version_trials"("version_id");

-- CreateIndex
CREATE INDEX "version_trials_present_id_idx" ON "version_trials"("present_id");

-- CreateIndex
CREATE INDEX "predictions_model_id_id_idx" ON "predictions"("model_id", "id");

-- CreateIndex
CREATE INDEX "predictions_version_id_id_idx" ON "predictions"("version_id", "id");

-- CreateIndex
CREATE INDEX "predictions_model_id_at_idx" ON "predictions"("model_id", "at");

-- CreateIndex
CREATE INDEX "predictions_photo_blob_idx" ON "predictions"("photo_blob");

-- AddForeignKey
ALTER TABLE "version_trials" ADD CONSTRAINT "version_trials_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "model_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "version_trials" ADD CONSTRAINT "version_trials_present_id_fkey" FOREIGN KEY ("present_id") REFERENCES "model_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "predictions" ADD CONSTRAINT "predictions_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "models"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "predictions" ADD CONSTRAINT "predictions_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "model_versions"("id") ON DELETE CASCADE ON UPDATE CASCADE;
