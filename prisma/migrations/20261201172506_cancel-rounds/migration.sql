-- expand
-- AlterEnum
ALTER TYPE "round_state" ADD VALUE 'CANCELLED';
