-- contract
-- A version tried on traffic is a rollout; a trial is one training of a sweep. Rows stay as they are.

ALTER TYPE "trial_mode" RENAME TO "rollout_mode";
ALTER TYPE "version_trial_state" RENAME TO "rollout_state";

ALTER TABLE "version_trials" RENAME TO "rollouts";
ALTER TABLE "rollouts" RENAME CONSTRAINT "version_trials_pkey" TO "rollouts_pkey";
ALTER TABLE "rollouts" RENAME CONSTRAINT "version_trials_version_id_fkey" TO "rollouts_version_id_fkey";
ALTER TABLE "rollouts" RENAME CONSTRAINT "version_trials_present_id_fkey" TO "rollouts_present_id_fkey";

ALTER INDEX "version_trials_state_idx" RENAME TO "rollouts_state_idx";
ALTER INDEX "version_trials_version_id_idx" RENAME TO "rollouts_version_id_idx";
ALTER INDEX "version_trials_present_id_idx" RENAME TO "rollouts_present_id_idx";
