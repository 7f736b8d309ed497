-- expand
-- AlterTable
ALTER TABLE "runs" ADD COLUMN     "probabilities_blob" TEXT;
