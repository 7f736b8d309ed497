-- expand
-- CreateTable
CREATE TABLE "saved_slices" (
    "id" TEXT NOT NULL,
    "dataset_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "conditions" JSONB NOT NULL,
    "created_by" TEXT,
    "created_by_id" TEXT,
    "created_by_role" "role",
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "saved_slices_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "saved_slices_dataset_id_name_key" ON "saved_slices"("dataset_id", "name");

-- AddForeignKey
ALTER TABLE "saved_slices" ADD CONSTRAINT "saved_slices_dataset_id_fkey" FOREIGN KEY ("dataset_id") REFERENCES "datasets"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
