-- AlterTable
ALTER TABLE "runs" ADD COLUMN     "computed_pictures" INTEGER,
ADD COLUMN     "environment" JSONB,
ADD COLUMN     "predictions_blob" TEXT,
ADD COLUMN     "reproduction" JSONB,
ADD COLUMN     "reproduction_of_id" TEXT;

-- CreateIndex
CREATE INDEX "runs_reproduction_of_id_idx" ON "runs"("reproduction_of_id");

-- AddForeignKey
ALTER TABLE "runs" ADD CONSTRAINT "runs_reproduction_of_id_fkey" FOREIGN KEY ("reproduction_of_id") REFERENCES "runs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
