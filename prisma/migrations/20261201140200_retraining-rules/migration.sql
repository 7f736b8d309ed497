-- expand
-- CreateEnum
CREATE TYPE "rule_mode" AS ENUM ('OFF', 'DRY_RUN', 'ON');

-- CreateEnum
CREATE TYPE "rule_trigger" AS ENUM ('SCHEDULE', 'JUDGED_PHOTOS', 'DRIFT', 'ACCURACY');

-- CreateEnum
CREATE TYPE "rule_action" AS ENUM ('TRAIN', 'REGISTER', 'PROMOTE');

-- CreateEnum
CREATE TYPE "round_state" AS ENUM ('STARTING', 'TRAINING', 'PROMOTING', 'DRY_RUN', 'TRAINED', 'REGISTERED', 'REQUESTED', 'PROMOTED', 'REFUSED', 'FAILED');

-- CreateTable
CREATE TABLE "retraining_rules" (
    "id" TEXT NOT NULL,
    "model_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "mode" "rule_mode" NOT NULL,
    "trigger" "rule_trigger" NOT NULL,
    "threshold" DOUBLE PRECISION NOT NULL,
    "days" INTEGER NOT NULL,
    "add_judged" BOOLEAN NOT NULL,
    "pipeline" TEXT NOT NULL,
    "backbone" TEXT,
    "image_size" INTEGER,
    "starts_per_week" INTEGER NOT NULL,
    "hours_per_week" DOUBLE PRECISION,
    "action" "rule_action" NOT NULL,
    "created_by" TEXT,
    "created_by_id" TEXT,
    "created_by_role" "role",
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "retraining_rules_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "retraining_rounds" (
    "id" TEXT NOT NULL,
    "rule_id" TEXT NOT NULL,
    "state" "round_state" NOT NULL,
    "measured" DOUBLE PRECISION NOT NULL,
    "reason" TEXT NOT NULL,
    "dataset_version_id" TEXT,
    "judged_photos" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER,
    "outcome" TEXT,
    "started_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMP(3),

    CONSTRAINT "retraining_rounds_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "retraining_rules_model_id_name_key" ON "retraining_rules"("model_id", "name");

-- CreateIndex
CREATE INDEX "retraining_rounds_rule_id_started_at_idx" ON "retraining_rounds"("rule_id", "started_at");

-- CreateIndex
CREATE INDEX "retraining_rounds_state_idx" ON "retraining_rounds"("state");

-- AddForeignKey
ALTER TABLE "retraining_rules" ADD CONSTRAINT "retraining_rules_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "models"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "retraining_rounds" ADD CONSTRAINT "retraining_rounds_rule_id_fkey" FOREIGN KEY ("rule_id") REFERENCES "retraining_rules"("id") ON DELETE CASCADE ON UPDATE CASCADE;
