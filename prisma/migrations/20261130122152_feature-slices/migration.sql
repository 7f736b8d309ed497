-- expand
-- AlterTable
ALTER TABLE "processes" ADD COLUMN     "computer" TEXT;

-- CreateTable
CREATE TABLE "feature_slices" (
    "id" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "computer" TEXT NOT NULL,
    "first" INTEGER NOT NULL,
    "chunks" INTEGER NOT NULL,
    "claims" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "feature_slices_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "feature_slices_run_id_idx" ON "feature_slices"("run_id");

-- AddForeignKey
ALTER TABLE "feature_slices" ADD CONSTRAINT "feature_slices_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;
