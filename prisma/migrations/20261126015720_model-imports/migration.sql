-- CreateTable
CREATE TABLE "model_imports" (
    "id" TEXT NOT NULL,
    "state" "run_state" NOT NULL DEFAULT 'QUEUED',
    "model" TEXT NOT NULL,
    "file_name" TEXT NOT NULL,
    "file_hash" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "file_blob" TEXT,
    "dataset_version_id" TEXT NOT NULL,
    "labels" JSONB,
    "actor" TEXT NOT NULL,
    "notes" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "head" JSONB,
    "version_id" TEXT,
    "error" TEXT,
    "error_code" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMP(3),

    CONSTRAINT "model_imports_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "model_imports_version_id_key" ON "model_imports"("version_id");

-- CreateIndex
CREATE INDEX "model_imports_state_id_idx" ON "model_imports"("state", "id");

-- CreateIndex
CREATE INDEX "model_imports_dataset_version_id_idx" ON "model_imports"("dataset_version_id");

-- AddForeignKey
ALTER TABLE "model_imports" ADD CONSTRAINT "model_imports_dataset_version_id_fkey" FOREIGN KEY ("dataset_version_id") REFERENCES "dataset_versions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_imports" ADD CONSTRAINT "model_imports_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "model_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
