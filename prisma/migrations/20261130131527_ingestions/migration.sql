-- expand
-- CreateTable
CREATE TABLE "ingestions" (
    "key" TEXT NOT NULL,
    "process_id" TEXT NOT NULL,
    "dataset" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "progress" JSONB NOT NULL,
    "is_cancelled" BOOLEAN NOT NULL DEFAULT false,
    "is_ended" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "ingestions_pkey" PRIMARY KEY ("key")
);
