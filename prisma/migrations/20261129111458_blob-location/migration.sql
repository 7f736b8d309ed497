-- expand
-- CreateTable
CREATE TABLE "blob_location" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "url" TEXT,
    "owner" TEXT NOT NULL,

    CONSTRAINT "blob_location_pkey" PRIMARY KEY ("id")
);
