"""Makes e_processes.json: evidence and intervals of sequential tests on counts, in exact rational arithmetic.

python e_processes.py --out e_processes.json

Means: the mean of a bet's wealth over the semicircle distribution, its polynomial multiplied out and integrated term by term.
Shares: the Krichevsky-Trofimov probability of the observations, multiplied one by one, over their likelihood. Nothing but
the standard library is needed.
"""

import argparse
import json
import math
from fractions import Fraction
from pathlib import Path

ERROR_RATE = Fraction(1, 20)


def log(value):
    """Natural logarithm of a positive fraction of any size."""
    top, bottom = value.numerator, value.denominator
    shift = top.bit_length() - bottom.bit_length()
    scaled = Fraction(top, bottom << shift) if shift >= 0 else Fraction(top << -shift, bottom)
    return math.log(scaled) + shift * math.log(2)


def moment(k):
    """Mean of u^k, u of the semicircle distribution on 0 to 1: a Catalan number over a power of 4."""
    return Fraction(math.comb(2 * k + 2, k + 1), (k + 2) * 4**k)


def times(a, b):
    product = [Fraction(0)] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            product[i + j] += x * y
    return product


def mean(observed, m):
    """Mean of the product of 1 + l (x - m) over the bets l = -1 / (1 - m) + u (1 / (1 - m) + 1 / (1 + m))."""
    m = Fraction(m)
    start, width = -1 / (1 - m), 1 / (1 - m) + 1 / (1 + m)
    wealth = [Fraction(1)]  # a polynomial in u
    for value, count in observed:
        gain = Fraction(value) - m
        first, step = 1 + start * gain, width * gain
        wealth = times(wealth, [math.comb(count, j) * first ** (count - j) * step**j for j in range(count + 1)])
    return log(sum(c * moment(k) for k, c in enumerate(wealth)))


def krichevsky_trofimov(right, wrong):
    product, seen = Fraction(1), [0, 0]
    for side in [0] * right + [1] * wrong:
        product *= (seen[side] + Fraction(1, 2)) / (sum(seen) + 1)
        seen[side] += 1
    return log(product)


def likelihood(right, wrong, p):
    def part(n, q):
        return 0.0 if n == 0 else n * math.log(q) if q > 0 else -math.inf

    return part(right, p) + part(wrong, 1 - p)


def ends(against, estimate, low, high, steps=22):
    bound = math.log(1 / ERROR_RATE)

    def end(refuted):
        possible = estimate
        for _ in range(steps):
            middle = (refuted + possible) / 2
            if against(middle) < bound:
                possible = middle
            else:
                refuted = middle
        return float(refuted)

    return [end(low), end(high)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()

    def share(right, n):
        return lambda p: krichevsky_trofimov(right, n - right) - likelihood(right, n - right, p)

    signs = [(3, 1, 6), (41, 12, 20), (12, 30, 60), (0, 5, 0)]
    means = [[(1, c), (-1, p), (0, a)] for c, p, a in signs]
    means.append([(0, 2), (Fraction(-1, 3), 1), (Fraction(-2, 3), 3), (-1, 2), (1, 2), (Fraction(2, 3), 6), (Fraction(1, 3), 9)])
    values = [Fraction(0), Fraction(1, 8), Fraction(-1, 4)]
    most = Fraction(2**24 - 1, 2**24)

    def center(observed):
        found = sum(x * n for x, n in observed) / Fraction(sum(n for _, n in observed))
        return max(-most, min(most, found))

    result = {
        "about": (
            "logarithms of e-values against a mean, and intervals of error rate 0.05, exact to 1e-6. Rational arithmetic of "
            "Python. Made by test/reference/e_processes.py."
        ),
        "means": [
            {
                "observed": [{"value": float(x), "count": n} for x, n in observed],
                "against": [{"mean": float(m), "log": mean(observed, m)} for m in values],
                "interval": ends(lambda m, observed=observed: mean(observed, m), center(observed), -most, most),
            }
            for observed in means
        ],
        "shares": [
            {"yes": right, "all": n, "interval": ends(share(right, n), right / n, 0.0, 1.0)}
            for right, n in [(97, 100), (5, 10), (1940, 2000)]
        ],
    }
    args.out.write_text(json.dumps(result, indent=1) + "\n")


main()
