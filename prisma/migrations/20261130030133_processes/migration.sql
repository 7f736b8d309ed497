-- expand
-- CreateTable
CREATE TABLE "processes" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "roles" TEXT[],
    "version" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "is_ready" BOOLEAN NOT NULL,
    "serving" JSONB NOT NULL,
    "working" JSONB NOT NULL,

    CONSTRAINT "processes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rollout_parts" (
    "rollout_id" TEXT NOT NULL,
    "process_id" TEXT NOT NULL,
    "figures" JSONB NOT NULL,

    CONSTRAINT "rollout_parts_pkey" PRIMARY KEY ("rollout_id","process_id")
);

-- AddForeignKey
ALTER TABLE "rollout_parts" ADD CONSTRAINT "rollout_parts_rollout_id_fkey" FOREIGN KEY ("rollout_id") REFERENCES "rollouts"("id") ON DELETE CASCADE ON UPDATE CASCADE;
