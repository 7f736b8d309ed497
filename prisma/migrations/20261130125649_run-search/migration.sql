-- expand
-- AlterTable
ALTER TABLE "runs" ADD COLUMN     "search_text" TEXT NOT NULL DEFAULT '';

-- Runs from before have at most a name, a note and an owner since the last migration.
UPDATE "runs"
SET "search_text" = lower(concat_ws(E'\n', "name", "note", "created_by", "backbone_name"));
