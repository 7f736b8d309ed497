-- CreateEnum
CREATE TYPE "sweep_method" AS ENUM ('GRID', 'RANDOM');

-- CreateEnum
CREATE TYPE "sweep_metric" AS ENUM ('VALIDATION_ACCURACY', 'VALIDATION_LOSS');

-- CreateEnum
CREATE TYPE "trial_state" AS ENUM ('QUEUED', 'SUCCEEDED', 'STOPPED', 'FAILED', 'CANCELLED');

-- AlterTable
ALTER TABLE "runs" ADD COLUMN     "sweep_id" TEXT;

-- CreateTable
CREATE TABLE "sweeps" (
    "id" TEXT NOT NULL,
    "state" "run_state" NOT NULL DEFAULT 'QUEUED',
    "dataset_version_id" TEXT NOT NULL,
    "backbone_name" TEXT NOT NULL,
    "backbone_id" TEXT,
    "recipe" JSONB NOT NULL,
    "method" "sweep_method" NOT NULL,
    "parameters" JSONB NOT NULL,
    "seed" INTEGER NOT NULL,
    "metric" "sweep_metric" NOT NULL,
    "stop_early" BOOLEAN NOT NULL,
    "started_at" TIMESTAMP(3),
    "ended_at" TIMESTAMP(3),
    "error" TEXT,
    "error_code" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sweeps_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sweep_trials" (
    "sweep_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "values" JSONB NOT NULL,
    "state" "trial_state" NOT NULL DEFAULT 'QUEUED',
    "epochs" JSONB NOT NULL DEFAULT '[]',
    "kept_epoch" INTEGER,
    "validation_accuracy" DOUBLE PRECISION,
    "validation_loss" DOUBLE PRECISION,
    "seconds" DOUBLE PRECISION,
    "reason" TEXT,

    CONSTRAINT "sweep_trials_pkey" PRIMARY KEY ("sweep_id","number")
);

-- CreateIndex
CREATE INDEX "sweeps_state_id_idx" ON "sweeps"("state", "id");

-- CreateIndex
CREATE INDEX "sweeps_dataset_version_id_idx" ON "sweeps"("dataset_version_id");

-- CreateIndex
CREATE INDEX "sweeps_backbone_id_idx" ON "sweeps"("backbone_id");

-- CreateIndex
CREATE UNIQUE INDEX "runs_sweep_id_key" ON "runs"("sweep_id");

-- AddForeignKey
ALTER TABLE "runs" ADD CONSTRAINT "runs_sweep_id_fkey" FOREIGN KEY ("sweep_id") REFERENCES "sweeps"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sweeps" ADD CONSTRAINT "sweeps_dataset_version_id_fkey" FOREIGN KEY ("dataset_version_id") REFERENCES "dataset_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sweeps" ADD CONSTRAINT "sweeps_backbone_id_fkey" FOREIGN KEY ("backbone_id") REFERENCES "backbones"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sweep_trials" ADD CONSTRAINT "sweep_trials_sweep_id_fkey" FOREIGN KEY ("sweep_id") REFERENCES "sweeps"("id") ON DELETE CASCADE ON UPDATE CASCADE;
