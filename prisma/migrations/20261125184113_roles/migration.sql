-- CreateEnum
CREATE TYPE "role" AS ENUM ('VIEWER', 'TRAINER', 'MAINTAINER', 'ADMIN');

-- AlterTable: tokens that are there keep their role, which was written in lower case.
ALTER TABLE "tokens" ADD COLUMN     "created_by" TEXT,
ADD COLUMN     "model" TEXT,
ALTER COLUMN "role" TYPE "role" USING upper("role")::"role";
