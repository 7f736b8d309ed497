-- expand
-- AlterTable
ALTER TABLE "runs" ADD COLUMN     "pipeline" TEXT,
ADD COLUMN     "pipeline_id" TEXT,
ADD COLUMN     "stage" INTEGER,
ADD COLUMN     "stages" INTEGER;

-- CreateIndex
CREATE INDEX "runs_pipeline_id_idx" ON "runs"("pipeline_id");
