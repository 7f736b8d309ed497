/**
 * Sequential statistics of answers. An e-process is a bet against a hypothesis with a stake of 1: if the hypothesis is true,
 * its wealth ever reaches 1 / a with probability a at most (Ville, Étude critique de la notion de collectif, 1939). It may
 * therefore be looked at after every photo, and the values that it has not refuted make an interval that holds at all times
 * together. Both depend on counts alone, so the order does not matter. They are logarithms.
 */

/** How often a number was observed. Counts may be fractions. */
export interface Observed {
  /** -1 to 1. */
  readonly value: number;
  readonly count: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Bets that are mixed. Any number is valid; this one integrates the distribution exactly for up to 1,023 observations. */
const BETS = 512;
/** Distance from 0 and 1 at which logarithms are still finite. */
const EDGE = 1e-12;
/** Halvings of a bisection: ends are exact to 2e-6. */
const STEPS = 20;

/** The Gauss-Chebyshev nodes of the semicircle distribution on 0 to 1, what is left to 1, and their weights. */
const ANGLES = Float64Array.from({ length: BETS }, (_, i) => ((i + 1) * Math.PI) / (BETS + 1));
const U = ANGLES.map((angle) => Math.sin(angle / 2) ** 2);
const REST = ANGLES.map((angle) => Math.cos(angle / 2) ** 2);
const WEIGHTS = ANGLES.map((angle) => (2 * Math.sin(angle) ** 2) / (BETS + 1));

/**
 * Evidence against a mean of observations of -1 to 1, by betting on each (Waudby-Smith and Ramdas, Estimating means of bounded
 * random variables by betting, 2024). The bets are mixed by the semicircle distribution over all that cannot go bankrupt, as
 * in a universal portfolio (Orabona and Jun, Tight concentrations and confidence sequences from the regret of universal
 * portfolio, 2024), which takes the arcsine distribution; this one favors means near 0. Against a mean of 0 of signs, -1, 0 and 1, it is the beta-binomial mixture of the sequential sign test (Robbins, Statistical methods related to
 * the law of the iterated logarithm, 1970), where zeros drop out.
 */
export function meanAgainst(observed: readonly Observed[], mean: number): number {
  if (observed.every(({ count }) => count === 0)) return 0;
  const m = Math.min(Math.max(mean, EDGE - 1), 1 - EDGE);
  const logs = new Float64Array(BETS);
  for (const { value, count } of observed) {
    if (count === 0 || value === m) continue;
    // 1 + bet (value - m), the bet being -1 / (1 - m) where u is 0 and 1 / (1 + m) where it is 1
    const [atZero, atOne] = [(1 - value) / (1 - m), (1 + value) / (1 + m)];
    for (let i = 0; i < BETS; i++) logs[i]! += count * Math.log(atZero * REST[i]! + atOne * U[i]!);
  }
  const most = logs.reduce((a, b) => Math.max(a, b));
  return most + Math.log(logs.reduce((sum, log, i) => sum + WEIGHTS[i]! * Math.exp(log - most), 0));
}

/** Evidence against a share, 0 to 1, of which `yes` of `all` were: the beta-binomial mixture (Robbins, 1970, as above). */
export function shareAgainst({ yes, all }: { readonly yes: number; readonly all: number }, share: number): number {
  return logMixture(yes, all - yes) - logLikelihood(yes, all - yes, share);
}

/**
 * The values that an e-process has not refuted.
 * @param against its logarithm for each value; it falls up to the estimate and rises from there.
 * @param within least and greatest value. @param errorRate probability of missing the true value ever, 0 to 1.
 */
export function intervalOf(
  against: (value: number) => number,
  estimate: number,
  within: Interval,
  errorRate: number,
): Interval {
  const bound = Math.log(1 / errorRate);
  const end = (outermost: number): number => {
    if (against(outermost) < bound) return outermost;
    let [refuted, possible] = [outermost, estimate];
    for (let i = 0; i < STEPS; i++) {
      const middle = (refuted + possible) / 2;
      if (against(middle) < bound) possible = middle;
      else refuted = middle;
    }
    return refuted;
  };
  return { low: end(within.low), high: end(within.high) };
}

/** Logarithm of the mean likelihood of binary answers, the probability drawn from the arcsine distribution. */
function logMixture(yes: number, no: number): number {
  return logGamma(yes + 0.5) + logGamma(no + 0.5) - logGamma(yes + no + 1) - Math.log(Math.PI);
}

function logLikelihood(yes: number, no: number, probability: number): number {
  return (yes === 0 ? 0 : yes * Math.log(probability)) + (no === 0 ? 0 : no * Math.log(1 - probability));
}

/** Stirling's series from 10 on, and the recurrence below; exact to 1e-14. */
function logGamma(value: number): number {
  let [x, shift] = [value, 0];
  for (; x < 10; x++) shift += Math.log(x);
  const square = 1 / (x * x);
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / x;
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series - shift;
}
