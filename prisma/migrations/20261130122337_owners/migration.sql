-- expand
-- AlterTable
ALTER TABLE "backbones" ADD COLUMN     "created_by" TEXT,
ADD COLUMN     "created_by_id" TEXT,
ADD COLUMN     "created_by_role" "role";

-- AlterTable
ALTER TABLE "dataset_versions" ADD COLUMN     "created_by" TEXT,
ADD COLUMN     "created_by_id" TEXT,
ADD COLUMN     "created_by_role" "role";

-- AlterTable
ALTER TABLE "datasets" ADD COLUMN     "created_by" TEXT,
ADD COLUMN     "created_by_id" TEXT,
ADD COLUMN     "created_by_role" "role";

-- AlterTable
ALTER TABLE "model_imports" ADD COLUMN     "actor_id" TEXT,
ADD COLUMN     "actor_role" "role";

-- AlterTable
ALTER TABLE "model_versions" ADD COLUMN     "created_by" TEXT,
ADD COLUMN     "created_by_id" TEXT,
ADD COLUMN     "created_by_role" "role";

-- AlterTable
ALTER TABLE "models" ADD COLUMN     "created_by" TEXT,
ADD COLUMN     "created_by_id" TEXT,
ADD COLUMN     "created_by_role" "role";

-- AlterTable
ALTER TABLE "runs" ADD COLUMN     "created_by" TEXT,
ADD COLUMN     "created_by_id" TEXT,
ADD COLUMN     "created_by_role" "role",
ADD COLUMN     "name" TEXT,
ADD COLUMN     "note" TEXT;

-- AlterTable
ALTER TABLE "sweeps" ADD COLUMN     "created_by" TEXT,
ADD COLUMN     "created_by_id" TEXT,
ADD COLUMN     "created_by_role" "role",
ADD COLUMN     "name" TEXT,
ADD COLUMN     "note" TEXT;

-- CreateIndex
CREATE INDEX "runs_backbone_name_created_at_id_idx" ON "runs"("backbone_name", "created_at", "id");

-- CreateIndex
CREATE INDEX "runs_created_by_created_at_id_idx" ON "runs"("created_by", "created_at", "id");
