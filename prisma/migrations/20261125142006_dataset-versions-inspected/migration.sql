-- AlterTable
ALTER TABLE "dataset_versions" ADD COLUMN     "derivation" JSONB,
ADD COLUMN     "inspection_blob" TEXT,
ADD COLUMN     "shards" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "statistics" JSONB;

-- CreateTable
CREATE TABLE "dataset_parents" (
    "child_id" TEXT NOT NULL,
    "parent_id" TEXT NOT NULL,

    CONSTRAINT "dataset_parents_pkey" PRIMARY KEY ("child_id","parent_id")
);

-- CreateIndex
CREATE INDEX "dataset_parents_parent_id_idx" ON "dataset_parents"("parent_id");

-- AddForeignKey
ALTER TABLE "dataset_parents" ADD CONSTRAINT "dataset_parents_child_id_fkey" FOREIGN KEY ("child_id") REFERENCES "dataset_versions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_parents" ADD CONSTRAINT "dataset_parents_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "dataset_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
