-- expand
-- CreateEnum
CREATE TYPE "decision" AS ENUM ('RELABEL', 'LEAVE_OUT', 'DISMISS');

-- CreateTable
CREATE TABLE "examinations" (
    "dataset_version_id" TEXT NOT NULL,
    "state" "run_state" NOT NULL DEFAULT 'QUEUED',
    "backbone_name" TEXT NOT NULL,
    "image_size" INTEGER NOT NULL,
    "progress" JSONB,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "error_code" TEXT,
    "findings_blob" TEXT,
    "started_at" TIMESTAMP(3),
    "ended_at" TIMESTAMP(3),
    "created_by" TEXT,
    "created_by_id" TEXT,
    "created_by_role" "role",
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "examinations_pkey" PRIMARY KEY ("dataset_version_id")
);

-- CreateTable
CREATE TABLE "image_decisions" (
    "dataset_version_id" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "kind" "decision" NOT NULL,
    "label" TEXT,
    "decided_by" TEXT NOT NULL,
    "decided_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "image_decisions_pkey" PRIMARY KEY ("dataset_version_id","sha256")
);

-- CreateIndex
CREATE INDEX "examinations_state_idx" ON "examinations"("state");

-- AddForeignKey
ALTER TABLE "examinations" ADD CONSTRAINT "examinations_dataset_version_id_fkey" FOREIGN KEY ("dataset_version_id") REFERENCES "dataset_versions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "image_decisions" ADD CONSTRAINT "image_decisions_dataset_version_id_fkey" FOREIGN KEY ("dataset_version_id") REFERENCES "dataset_versions"("id") ON DELETE CASCADE ON UPDATE CASCADE;
