-- expand
-- DropIndex
DROP INDEX "dataset_versions_dataset_id_content_hash_key";

-- CreateIndex
CREATE INDEX "dataset_versions_dataset_id_content_hash_idx" ON "dataset_versions"("dataset_id", "content_hash");
