-- expand
-- AlterTable
ALTER TABLE "predictions" ADD COLUMN     "fingerprint" TEXT,
ADD COLUMN     "margin" DOUBLE PRECISION,
ADD COLUMN     "other_label" TEXT,
ADD COLUMN     "outlier_score" DOUBLE PRECISION,
ADD COLUMN     "review_score" DOUBLE PRECISION,
ADD COLUMN     "shows_none" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "photo_judgments" (
    "model_id" TEXT NOT NULL,
    "input_hash" TEXT NOT NULL,
    "token_id" TEXT NOT NULL,
    "prediction_id" TEXT NOT NULL,
    "by" TEXT,
    "label" TEXT,
    "at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "photo_judgments_pkey" PRIMARY KEY ("model_id","input_hash","token_id")
);

-- CreateTable
CREATE TABLE "review_reservations" (
    "model_id" TEXT NOT NULL,
    "input_hash" TEXT NOT NULL,
    "prediction_id" TEXT NOT NULL,
    "token_id" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "until" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "review_reservations_pkey" PRIMARY KEY ("model_id","input_hash")
);

-- CreateTable
CREATE TABLE "review_skips" (
    "model_id" TEXT NOT NULL,
    "token_id" TEXT NOT NULL,
    "input_hash" TEXT NOT NULL,
    "prediction_id" TEXT NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "review_skips_pkey" PRIMARY KEY ("model_id","token_id","input_hash")
);

-- CreateIndex
CREATE INDEX "photo_judgments_model_id_at_idx" ON "photo_judgments"("model_id", "at");

-- CreateIndex
CREATE INDEX "photo_judgments_prediction_id_idx" ON "photo_judgments"("prediction_id");

-- CreateIndex
CREATE INDEX "review_reservations_model_id_token_id_idx" ON "review_reservations"("model_id", "token_id");

-- CreateIndex
CREATE INDEX "review_reservations_prediction_id_idx" ON "review_reservations"("prediction_id");

-- CreateIndex
CREATE INDEX "review_skips_prediction_id_idx" ON "review_skips"("prediction_id");

-- CreateIndex
CREATE INDEX "predictions_model_id_input_hash_review_score_idx" ON "predictions"("model_id", "input_hash", "review_score");

-- CreateIndex
CREATE INDEX "predictions_model_id_review_score_id_idx" ON "predictions"("model_id", "review_score", "id");

-- CreateIndex
CREATE INDEX "predictions_model_id_right_at_idx" ON "predictions"("model_id", "right_at");

-- AddForeignKey
ALTER TABLE "photo_judgments" ADD CONSTRAINT "photo_judgments_prediction_id_fkey" FOREIGN KEY ("prediction_id") REFERENCES "predictions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "review_reservations" ADD CONSTRAINT "review_reservations_prediction_id_fkey" FOREIGN KEY ("prediction_id") REFERENCES "predictions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "review_skips" ADD CONSTRAINT "review_skips_prediction_id_fkey" FOREIGN KEY ("prediction_id") REFERENCES "predictions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The last feedback on each photo becomes a judgment.
INSERT INTO "photo_judgments" ("model_id", "input_hash", "token_id", "prediction_id", "by", "label", "at")
SELECT DISTINCT ON ("model_id", "input_hash")
  "model_id", "input_hash", '', "id", "right_by", "right_label", coalesce("right_at", "at")
FROM "predictions" WHERE "right_label" IS NOT NULL
ORDER BY "model_id", "input_hash", "right_at" DESC NULLS LAST;

-- Kept photos that nobody has judged join the queue, each with its last answer, by the least margin that its confidence allows.
UPDATE "predictions" SET "review_score" = 1 - greatest(0, 2 * "confidence" - 1)
WHERE "id" IN (
  SELECT DISTINCT ON (p."model_id", p."input_hash") p."id" FROM "predictions" p
  WHERE p."photo_blob" IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM "photo_judgments" j WHERE j."model_id" = p."model_id" AND j."input_hash" = p."input_hash"
  )
  ORDER BY p."model_id", p."input_hash", p."id" DESC
);
