-- expand
-- CreateEnum
CREATE TYPE "examination_mode" AS ENUM ('QUICK', 'THOROUGH');

-- AlterTable
ALTER TABLE "examinations" ADD COLUMN     "fold_blobs" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "mode" "examination_mode" NOT NULL DEFAULT 'QUICK';
