-- expand
-- AlterTable
ALTER TABLE "predictions" ADD COLUMN     "request_id" TEXT;
