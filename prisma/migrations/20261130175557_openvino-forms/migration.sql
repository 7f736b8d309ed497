-- expand
-- CreateEnum
CREATE TYPE "runtime" AS ENUM ('ONNX_RUNTIME', 'OPENVINO');

-- CreateEnum
CREATE TYPE "runtime_choice" AS ENUM ('AUTO', 'ONNX_RUNTIME', 'OPENVINO');

-- AlterEnum
ALTER TYPE "precision" ADD VALUE 'BF16';

-- AlterEnum
ALTER TYPE "precision_choice" ADD VALUE 'BF16';

-- AlterTable
ALTER TABLE "predictions" ADD COLUMN     "runtime" "runtime";

-- AlterTable
ALTER TABLE "version_serving" ADD COLUMN     "other_forms" JSONB,
ADD COLUMN     "runtime" "runtime" NOT NULL DEFAULT 'ONNX_RUNTIME',
ADD COLUMN     "runtime_choice" "runtime_choice" NOT NULL DEFAULT 'AUTO';
