-- expand
-- AlterTable
ALTER TABLE "backbones" ADD COLUMN     "figures" TEXT NOT NULL DEFAULT 'not stated';

-- Built-in backbones that were there before.
UPDATE "backbones" SET "figures" = 'ImageNet top-1 accuracy 77.9% at 299 px (published by Keras)' WHERE "name" = 'imagenet';
UPDATE "backbones" SET "figures" = 'Tiny-ImageNet top-1 accuracy 17.1% on validation images reduced to 32 x 32' WHERE "name" = 'tiny-imagenet';
