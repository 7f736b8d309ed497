-- expand
-- CreateTable
CREATE TABLE "prediction_jobs" (
    "id" TEXT NOT NULL,
    "state" "run_state" NOT NULL DEFAULT 'QUEUED',
    "model" TEXT NOT NULL,
    "version_number" INTEGER NOT NULL,
    "version" JSONB NOT NULL,
    "source" JSONB NOT NULL,
    "archive_blob" TEXT,
    "top_k" INTEGER NOT NULL,
    "photos" INTEGER NOT NULL DEFAULT 0,
    "refused" INTEGER NOT NULL DEFAULT 0,
    "share" DOUBLE PRECISION,
    "started_at" TIMESTAMP(3),
    "ended_at" TIMESTAMP(3),
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "error_code" TEXT,
    "created_by" TEXT,
    "created_by_id" TEXT,
    "created_by_role" "role",
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "prediction_jobs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "prediction_chunks" (
    "job_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "blob" TEXT NOT NULL,
    "photos" INTEGER NOT NULL,

    CONSTRAINT "prediction_chunks_pkey" PRIMARY KEY ("job_id","number")
);

-- CreateIndex
CREATE INDEX "prediction_jobs_state_id_idx" ON "prediction_jobs"("state", "id");

-- AddForeignKey
ALTER TABLE "prediction_chunks" ADD CONSTRAINT "prediction_chunks_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "prediction_jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;
