-- expand
-- AlterTable
ALTER TABLE "model_versions" ADD COLUMN     "archived_at" TIMESTAMP(3);

-- AlterTable
ALTER TABLE "models" ADD COLUMN     "archived_at" TIMESTAMP(3),
ADD COLUMN     "last_number" INTEGER NOT NULL DEFAULT 0;

-- Models that were there before: the highest number that a version has.
UPDATE "models" SET "last_number" = "given"."number"
FROM (SELECT "model_id", max("number") AS "number" FROM "model_versions" GROUP BY "model_id") AS "given"
WHERE "given"."model_id" = "models"."id";
