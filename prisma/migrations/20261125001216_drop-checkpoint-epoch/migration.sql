-- AlterTable
ALTER TABLE "runs" DROP COLUMN "checkpoint_epoch";
