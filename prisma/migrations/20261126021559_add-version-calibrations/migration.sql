-- CreateTable
CREATE TABLE "version_calibrations" (
    "version_id" TEXT NOT NULL,
    "figures" JSONB,
    "outlier_blob" TEXT,
    "error" TEXT,

    CONSTRAINT "version_calibrations_pkey" PRIMARY KEY ("version_id")
);

-- AddForeignKey
ALTER TABLE "version_calibrations" ADD CONSTRAINT "version_calibrations_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "model_versions"("id") ON DELETE CASCADE ON UPDATE CASCADE;
