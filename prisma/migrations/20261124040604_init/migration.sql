-- CreateEnum
CREATE TYPE "run_kind" AS ENUM ('TRANSFER', 'FINE_TUNE');

-- CreateEnum
CREATE TYPE "run_state" AS ENUM ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED');

-- CreateTable
CREATE TABLE "datasets" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "datasets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dataset_versions" (
    "id" TEXT NOT NULL,
    "dataset_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "content_hash" TEXT NOT NULL,
    "manifest_blob" TEXT NOT NULL,
    "classes" JSONB NOT NULL,
    "counts" JSONB NOT NULL,
    "image_count" INTEGER NOT NULL,
    "bytes" BIGINT NOT NULL,
    "width" INTEGER,
    "height" INTEGER,
    "source" TEXT NOT NULL,
    "rejected" JSONB NOT NULL,
    "rejected_count" INTEGER NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dataset_versions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "backbones" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "architecture" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "licence" TEXT NOT NULL,
    "preprocessing" TEXT NOT NULL,
    "trained_on" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "backbones_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "feature_chunks" (
    "key" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "blob" TEXT NOT NULL,
    "rows" INTEGER NOT NULL,
    "bytes" BIGINT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "feature_chunks_pkey" PRIMARY KEY ("key","index")
);

-- CreateTable
CREATE TABLE "runs" (
    "id" TEXT NOT NULL,
    "kind" "run_kind" NOT NULL,
    "state" "run_state" NOT NULL DEFAULT 'QUEUED',
    "dataset_version_id" TEXT NOT NULL,
    "backbone_name" TEXT NOT NULL,
    "backbone_id" TEXT,
    "parent_run_id" TEXT,
    "recipe" JSONB NOT NULL,
    "engine" JSONB,
    "started_at" TIMESTAMP(3),
    "ended_at" TIMESTAMP(3),
    "error" TEXT,
    "error_code" TEXT,
    "test_accuracy" DOUBLE PRECISION,
    "test_loss" DOUBLE PRECISION,
    "confusion" JSONB,
    "kept_epoch" INTEGER,
    "peak_memory_bytes" BIGINT,
    "weights_blob" TEXT,
    "checkpoint_blob" TEXT,
    "checkpoint_epoch" INTEGER NOT NULL DEFAULT 0,
    "timings" JSONB,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "run_epochs" (
    "run_id" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "train_loss" DOUBLE PRECISION NOT NULL,
    "train_accuracy" DOUBLE PRECISION NOT NULL,
    "validation_loss" DOUBLE PRECISION NOT NULL,
    "validation_accuracy" DOUBLE PRECISION NOT NULL,
    "seconds" DOUBLE PRECISION NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "run_epochs_pkey" PRIMARY KEY ("run_id","epoch")
);

-- CreateTable
CREATE TABLE "models" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "models_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "model_versions" (
    "id" TEXT NOT NULL,
    "model_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "run_id" TEXT,
    "dataset_version_id" TEXT NOT NULL,
    "backbone_id" TEXT NOT NULL,
    "weights_blob" TEXT NOT NULL,
    "labels" JSONB NOT NULL,
    "preprocessing" JSONB NOT NULL,
    "test_accuracy" DOUBLE PRECISION NOT NULL,
    "test_loss" DOUBLE PRECISION NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "model_versions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "aliases" (
    "model_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "version_id" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "aliases_pkey" PRIMARY KEY ("model_id","name")
);

-- CreateTable
CREATE TABLE "alias_events" (
    "id" TEXT NOT NULL,
    "model_id" TEXT NOT NULL,
    "alias" TEXT NOT NULL,
    "from_version_id" TEXT,
    "to_version_id" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "gate" JSONB NOT NULL,
    "request_id" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "alias_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tokens" (
    "id" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMP(3),
    "expires_at" TIMESTAMP(3),
    "revoked_at" TIMESTAMP(3),

    CONSTRAINT "tokens_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "datasets_name_key" ON "datasets"("name");

-- CreateIndex
CREATE UNIQUE INDEX "dataset_versions_dataset_id_number_key" ON "dataset_versions"("dataset_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "dataset_versions_dataset_id_content_hash_key" ON "dataset_versions"("dataset_id", "content_hash");

-- CreateIndex
CREATE UNIQUE INDEX "backbones_name_key" ON "backbones"("name");

-- CreateIndex
CREATE UNIQUE INDEX "backbones_sha256_key" ON "backbones"("sha256");

-- CreateIndex
CREATE INDEX "feature_chunks_last_used_at_idx" ON "feature_chunks"("last_used_at");

-- CreateIndex
CREATE INDEX "runs_state_created_at_idx" ON "runs"("state", "created_at");

-- CreateIndex
CREATE INDEX "runs_created_at_id_idx" ON "runs"("created_at", "id");

-- CreateIndex
CREATE INDEX "runs_dataset_version_id_idx" ON "runs"("dataset_version_id");

-- CreateIndex
CREATE INDEX "runs_backbone_id_idx" ON "runs"("backbone_id");

-- CreateIndex
CREATE INDEX "runs_parent_run_id_idx" ON "runs"("parent_run_id");

-- CreateIndex
CREATE UNIQUE INDEX "models_name_key" ON "models"("name");

-- CreateIndex
CREATE INDEX "model_versions_run_id_idx" ON "model_versions"("run_id");

-- CreateIndex
CREATE INDEX "model_versions_dataset_version_id_idx" ON "model_versions"("dataset_version_id");

-- CreateIndex
CREATE INDEX "model_versions_backbone_id_idx" ON "model_versions"("backbone_id");

-- CreateIndex
CREATE UNIQUE INDEX "model_versions_model_id_number_key" ON "model_versions"("model_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "model_versions_model_id_run_id_key" ON "model_versions"("model_id", "run_id");

-- CreateIndex
CREATE INDEX "aliases_version_id_idx" ON "aliases"("version_id");

-- CreateIndex
CREATE INDEX "alias_events_model_id_created_at_idx" ON "alias_events"("model_id", "created_at");

-- CreateIndex
CREATE INDEX "alias_events_from_version_id_idx" ON "alias_events"("from_version_id");

-- CreateIndex
CREATE INDEX "alias_events_to_version_id_idx" ON "alias_events"("to_version_id");

-- CreateIndex
CREATE UNIQUE INDEX "tokens_hash_key" ON "tokens"("hash");

-- AddForeignKey
ALTER TABLE "dataset_versions" ADD CONSTRAINT "dataset_versions_dataset_id_fkey" FOREIGN KEY ("dataset_id") REFERENCES "datasets"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "runs" ADD CONSTRAINT "runs_dataset_version_id_fkey" FOREIGN KEY ("dataset_version_id") REFERENCES "dataset_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "runs" ADD CONSTRAINT "runs_backbone_id_fkey" FOREIGN KEY ("backbone_id") REFERENCES "backbones"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "runs" ADD CONSTRAINT "runs_parent_run_id_fkey" FOREIGN KEY ("parent_run_id") REFERENCES "runs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run_epochs" ADD CONSTRAINT "run_epochs_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_versions" ADD CONSTRAINT "model_versions_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_versions" ADD CONSTRAINT "model_versions_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_versions" ADD CONSTRAINT "model_versions_dataset_version_id_fkey" FOREIGN KEY ("dataset_version_id") REFERENCES "dataset_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_versions" ADD CONSTRAINT "model_versions_backbone_id_fkey" FOREIGN KEY ("backbone_id") REFERENCES "backbones"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "aliases" ADD CONSTRAINT "aliases_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "aliases" ADD CONSTRAINT "aliases_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "model_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "alias_events" ADD CONSTRAINT "alias_events_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "alias_events" ADD CONSTRAINT "alias_events_from_version_id_fkey" FOREIGN KEY ("from_version_id") REFERENCES "model_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "alias_events" ADD CONSTRAINT "alias_events_to_version_id_fkey" FOREIGN KEY ("to_version_id") REFERENCES "model_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
