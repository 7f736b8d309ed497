-- AlterTable
ALTER TABLE "model_versions" ADD COLUMN     "expected_blob" TEXT;
