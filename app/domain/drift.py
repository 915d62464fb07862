"""When measurements that differ from a standard are evidence, and when they are noise. Pure; knows no plant and no ERP.

The middle of the measurements is the Hodges-Lehmann estimate, the median of all Walsh averages (xᵢ + xⱼ) / 2, i ≤ j.
Its confidence interval is Tukey's, from the exact null distribution of Wilcoxon's signed-rank statistic: Hollander,
Wolfe and Chicken, Nonparametric Statistical Methods, 3rd ed. 2014, sections 3.2 and 3.3. It asks for no normal
distribution, and a few wild measurements (a jam, a start-up) do not move it. A share has Wilson's score interval
(Journal of the American Statistical Association 22, 1927, 209-212).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

CONFIDENCE = 0.99
"""Asked for of an interval: measurements are looked at again and again, so 95 % would call noise evidence too often."""

LEAST = 8
"""Measurements that evidence takes: the fewest from which a two-sided 99 % signed-rank interval exists."""

MOST = 40
"""The latest so many measurements are looked at: what the machine does now, not what it did last year."""

EFFECT = 0.03
"""Nearer to its standard than this share of it, a drift is nobody's work, however certain it is."""

Z = 2.5758293035489004
"""The 99.5 % point of the standard normal distribution, for Wilson's interval at 99 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The middle of `n` measurements and the interval that holds the true one at `confidence`.

    `spread` is the interquartile range. `low`…`high` is as wide as the measurements where `n` is too small for more.
    """

    n: int
    middle: float
    low: float
    high: float
    spread: float
    confidence: float


def estimate(values: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """The Hodges-Lehmann estimate of at least one finite measurement, with the narrowest interval of `confidence`."""
    if not values or not all(map(math.isfinite, values)):
        raise ValueError("an estimate needs finite measurements")
    averages = sorted((a + b) / 2 for place, a in enumerate(values) for b in values[place:])
    cut, reached = _cut(len(values), confidence)
    return Estimate(
        n=len(values),
        middle=_median(averages),
        low=averages[cut],
        high=averages[-1 - cut],
        spread=quartile(values, 0.75) - quartile(values, 0.25),
        confidence=reached,
    )


@lru_cache(maxsize=128)
def _cut(n: int, confidence: float) -> tuple[int, float]:
    """How many Walsh averages lie outside at each end, and the confidence that this leaves.

    P(T ≤ k) of the signed-rank statistic counts the subsets of 1…n whose sum is at most k, of 2ⁿ.
    """
    most = n * (n + 1) // 2
    ways = [1] + [0] * most
    for rank in range(1, n + 1):
        for total in range(most, rank - 1, -1):
            ways[total] += ways[total - rank]
    cut, below, everything = 0, 0, 2**n
    while cut < most and 1 - 2 * (below + ways[cut]) / everything >= confidence:
        below += ways[cut]
        cut += 1
    return (cut - 1, 1 - 2 * below / everything) if cut else (0, 1 - 2 / everything)


def _median(ordered: Sequence[float]) -> float:
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def quartile(values: Sequence[float], q: float) -> float:
    """The q-quantile (0…1), linear between the two nearest (Hyndman and Fan's type 7)."""
    ordered = sorted(values)
    place = q * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def drifted(found: Estimate, standard: float) -> bool:
    """Whether this is evidence that the standard is wrong: enough measurements, certain, and worth somebody's work."""
    return (
        found.n >= LEAST
        and found.confidence >= CONFIDENCE
        and not found.low <= standard <= found.high
        and abs(gap(found.middle, standard)) >= EFFECT
    )


def gap(actual: float, standard: float) -> float:
    """How far the actual value is from its standard, as a share of the standard; negative: below it."""
    return actual / standard - 1 if standard else math.inf


def met(found: Estimate, standard: float) -> bool:
    """Whether what was measured is what the standard says, as near as anybody minds."""
    return abs(gap(found.middle, standard)) < EFFECT or found.low <= standard <= found.high


def share_of(bad: int, total: int) -> Estimate:
    """The share of bad units of `total` (at least one) with Wilson's interval; the spread is that of one unit."""
    if not 0 <= bad <= total or total < 1:
        raise ValueError("a share needs units")
    share, squared = bad / total, Z * Z
    centre = (share + squared / (2 * total)) / (1 + squared / total)
    half = Z * math.sqrt(share * (1 - share) / total + squared / (4 * total * total)) / (1 + squared / total)
    return Estimate(
        n=total,
        middle=share,
        low=min(share, max(0.0, centre - half)),
        high=max(share, min(1.0, centre + half)),
        spread=math.sqrt(share * (1 - share)),
        confidence=CONFIDENCE,
    )
