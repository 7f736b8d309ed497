-- expand
-- CreateTable
CREATE TABLE "judged_images" (
    "dataset_version_id" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "prediction_id" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "answered" TEXT NOT NULL,
    "judged_by" TEXT,
    "judged_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "judged_images_pkey" PRIMARY KEY ("dataset_version_id","sha256")
);

-- CreateIndex
CREATE INDEX "judged_images_sha256_idx" ON "judged_images"("sha256");

-- AddForeignKey
ALTER TABLE "judged_images" ADD CONSTRAINT "judged_images_dataset_version_id_fkey" FOREIGN KEY ("dataset_version_id") REFERENCES "dataset_versions"("id") ON DELETE CASCADE ON UPDATE CASCADE;
