-- expand
-- AlterTable
ALTER TABLE "runs" ADD COLUMN     "attempt" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "sweeps" ADD COLUMN     "attempt" INTEGER NOT NULL DEFAULT 0;
