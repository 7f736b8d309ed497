/** The alias that the gate guards. */
export const PRODUCTION = 'production';

/** What the gate looks at. */
export interface Candidate {
  readonly number: number;
  readonly datasetVersionId: string;
  readonly testAccuracy: number;
}

export interface GateVerdict {
  readonly rule: string;
  readonly passed: boolean;
  readonly detail: string;
}

/**
 * The rule a version must meet before `production` may point to it: measured on the same test images as the present
 * one, and not worse there. The first version meets it by having been measured at all.
 */
export function judge(candidate: Candidate, present: Candidate | null): readonly GateVerdict[] {
  const measured: GateVerdict = {
    rule: 'measured on a test split',
    passed: Number.isFinite(candidate.testAccuracy),
    detail: `Version ${candidate.number} has a test accuracy of ${percent(candidate.testAccuracy)}.`,
  };
  if (!present || present.number === candidate.number) return [measured];
  const same = candidate.datasetVersionId === present.datasetVersionId;
  return [
    measured,
    {
      rule: 'same dataset version as production',
      passed: same,
      detail: same
        ? `Versions ${candidate.number} and ${present.number} were measured on the same test images.`
        : `Versions ${candidate.number} and ${present.number} were measured on different test images: their figures cannot be compared.`,
    },
    {
      rule: 'not worse than production',
      passed: candidate.testAccuracy >= present.testAccuracy,
      detail: `Version ${candidate.number} has ${percent(candidate.testAccuracy)}, production (version ${present.number}) has ${percent(present.testAccuracy)}.`,
    },
  ];
}

function percent(accuracy: number): string {
  return `${(accuracy * 100).toFixed(2)} %`;
}
