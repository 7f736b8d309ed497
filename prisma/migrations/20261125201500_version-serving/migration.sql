-- CreateEnum
CREATE TYPE "quantization_state" AS ENUM ('PENDING', 'READY', 'FAILED');

-- CreateEnum
CREATE TYPE "precision" AS ENUM ('FP32', 'INT8');

-- CreateEnum
CREATE TYPE "precision_choice" AS ENUM ('AUTO', 'FP32', 'INT8');

-- CreateTable
CREATE TABLE "version_serving" (
    "version_id" TEXT NOT NULL,
    "state" "quantization_state" NOT NULL DEFAULT 'PENDING',
    "quantized_blob" TEXT,
    "int8_accuracy" DOUBLE PRECISION,
    "fp32_milliseconds" DOUBLE PRECISION,
    "int8_milliseconds" DOUBLE PRECISION,
    "measured_on" TEXT,
    "measured_at" TIMESTAMP(3),
    "error" TEXT,
    "choice" "precision_choice" NOT NULL DEFAULT 'AUTO',
    "chosen_by" TEXT,
    "chosen_at" TIMESTAMP(3),
    "precision" "precision" NOT NULL DEFAULT 'FP32',
    "reason" TEXT NOT NULL,

    CONSTRAINT "version_serving_pkey" PRIMARY KEY ("version_id")
);

-- CreateIndex
CREATE INDEX "version_serving_state_idx" ON "version_serving"("state");

-- AddForeignKey
ALTER TABLE "version_serving" ADD CONSTRAINT "version_serving_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "model_versions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Versions from before have no 8-bit form yet: it is made at the next start.
INSERT INTO "version_serving" ("version_id", "reason")
SELECT "id", 'The form with 8 bits is being made and measured.' FROM "model_versions";
