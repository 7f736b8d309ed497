-- expand
-- AlterTable
ALTER TABLE "prediction_jobs" ADD COLUMN     "keep_for_review" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "kept" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "predictions" ADD COLUMN     "job_id" TEXT;
