"""Laws of decay, fitted to the upper part of a spectrum with an uncertainty that covers slowly varying corrections."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .._support.arrays import leading_true
from .._support.floats import EPS
from .functionals import Spectrum

FEWEST_FITTED = 8
"""With fewer reliable values than this, a power and an exponential are not told apart.

With twelve, ten values of sin(xy), down to 1e-4 of the first, would not tell what lies beyond them.
"""

RELIABLE = 10.0
"""Numbers that stand so many times above their error bars are fitted: bars then move a logarithm by at most a tenth."""


@dataclass(frozen=True)
class Law:
    r"""A law of decay, :math:`\log s_i = \text{const} - \text{rate} \cdot f(i)`, and what it says of all i > r.

    Sums are bounded by integrals from r on, and their spread by that of the integral with a step from r to r + 1.

    Attributes
    ----------
    kind, formula : str
        Its name, and how it is written.
    f : callable
    corrections : tuple of (callable, float)
        Slowly varying terms that :math:`\log s_i` may have besides, which a finite spectrum cannot exclude, and the
        usual size of their coefficients.
    reach : callable
        (r, rate) gives :math:`\sum_{i > r} s_i / s_r`.
    spread : callable
        (r, rate) gives a bound for the mean of :math:`\log(s_r / s_i)` over i > r with weights s_i.
    """

    kind: str
    formula: str
    f: Callable[[np.ndarray], np.ndarray]
    corrections: tuple[tuple[Callable[[np.ndarray], np.ndarray], float], ...]
    reach: Callable[[float, float], float]
    spread: Callable[[float, float], float]


POWER = Law(
    kind="power",
    formula="i^-p",
    f=np.log,
    # A law that sets in late, and a power of the logarithm.
    corrections=((lambda i: 1.0 / i, 3.0), (lambda i: np.log(np.log1p(i)), 0.5)),
    reach=lambda r, p: r / (p - 1.0) if p > 1.0 else math.inf,
    spread=lambda r, p: p / (p - 1.0) + p * math.log1p(1.0 / r) if p > 1.0 else math.inf,
)
_ROOT = Law(
    kind="root-exponential",
    formula="exp(-c sqrt(i))",
    f=np.sqrt,
    corrections=((np.log, 2.0),),
    reach=lambda r, c: 2.0 * (c * math.sqrt(r) + 1.0) / c**2 if c > 0.0 else math.inf,
    spread=lambda r, c: (1.0 + 1.0 / (c * math.sqrt(r) + 1.0) + c * (math.sqrt(r + 1.0) - math.sqrt(r))
                         if c > 0.0 else math.inf),
)
# Of i^a with a = 1/p, the integral of exp(-c x^a) from r on is p / c^p times that of exp(-u) (u + c r^a)^(p - 1) over
# u > 0, and the mean of u under that weight is at most p. For p = 3/2 Jensen's inequality bounds the integral.
_CUBE_ROOT = Law(
    kind="cube-root-exponential",
    formula="exp(-c i^(1/3))",
    f=np.cbrt,
    corrections=((np.log, 2.0),),
    reach=lambda r, c: 3.0 * ((c * r ** (1.0 / 3.0) + 1.0) ** 2 + 1.0) / c**3 if c > 0.0 else math.inf,
    spread=lambda r, c: 3.0 + c * ((r + 1.0) ** (1.0 / 3.0) - r ** (1.0 / 3.0)) if c > 0.0 else math.inf,
)
_TWO_THIRDS = Law(
    kind="two-thirds-exponential",
    formula="exp(-c i^(2/3))",
    f=lambda i: np.cbrt(np.square(i)),
    corrections=((np.log, 2.0),),
    reach=lambda r, c: 1.5 * math.sqrt(c * r ** (2.0 / 3.0) + 1.0) / c**1.5 if c > 0.0 else math.inf,
    spread=lambda r, c: 1.5 + c * ((r + 1.0) ** (2.0 / 3.0) - r ** (2.0 / 3.0)) if c > 0.0 else math.inf,
)
_EXPONENTIAL = Law(
    kind="exponential",
    formula="exp(-c i)",
    f=lambda i: i,
    corrections=((np.log, 2.0),),
    reach=lambda _, c: 1.0 / math.expm1(c) if c > 0.0 else math.inf,
    spread=lambda _, c: -c / math.expm1(-c) if c > 0.0 else math.inf,
)
_GAUSSIAN = Law(
    kind="gaussian",
    formula="exp(-c i^2)",
    f=np.square,
    corrections=((np.log, 2.0),),
    # The ratio of neighbours beyond r is at most exp(-c (2r + 1)); after the first step the spread is below one.
    reach=lambda r, c: 1.0 / math.expm1(c * (2.0 * r + 1.0)) if c > 0.0 else math.inf,
    spread=lambda r, c: c * (2.0 * r + 1.0) + 1.0 if c > 0.0 else math.inf,
)
LAWS = (POWER, _CUBE_ROOT, _ROOT, _TWO_THIRDS, _EXPONENTIAL, _GAUSSIAN)


@dataclass(frozen=True)
class Fit:
    """Least squares for one law.

    Attributes
    ----------
    law : Law
    rate, error : float
        And how far the rate may be off.
    misfit : float
        The sum of squared residuals.
    index, log_s : float
        The last index fitted, and the law's log s there.
    """

    law: Law
    rate: float
    error: float
    misfit: float
    index: float
    log_s: float

    def _f(self, i: float) -> float:
        return float(self.law.f(np.asarray(i)))

    def value_at(self, i: float) -> float:
        """The law continued to index i."""
        return math.exp(self.log_s - self.rate * (self._f(i) - self._f(self.index)))

    def amplitude(self, rate: float) -> float:
        """The constant C in front of the law, if its rate is `rate`."""
        with np.errstate(over="ignore"):
            return float(np.exp(self.log_s + rate * self._f(self.index)))

    def sum_beyond(self, r: float, rate: float) -> float:
        """The sum of the values beyond r, if they decay with this rate from there on."""
        return self.value_at(r) * self.law.reach(r, rate)

    def energy_beyond(self, r: float, rate: float) -> float:
        """The sum of squares of the values beyond r, which follow the same law at twice the rate."""
        return self.value_at(r) ** 2 * self.law.reach(r, 2.0 * rate)


def reliable(spectrum: Spectrum) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The indices, from 1, log s_i and its bars of the values to fit: those above their bars and rounding.

    The first quarter of them is left out.

    A value of multiplicity m has the middle of its m indices, as if it stood there m times.
    """
    present = spectrum.counts > 0.0
    s, counts = spectrum.values[present], spectrum.counts[present]
    bars = np.maximum(spectrum.upper[present] - s, spectrum.rounding * s.max(initial=0.0))
    good = leading_true((s > RELIABLE * bars) & (s > 0.0))
    kept = slice(good // 4, good)
    index = np.cumsum(counts) - 0.5 * (counts - 1.0)
    return index[kept], np.log(s[kept]), bars[kept] / s[kept]


def fit_laws(i: np.ndarray, log_s: np.ndarray, bars: np.ndarray) -> list[Fit]:
    """The law that fits best, and behind it those that the values do not exclude.

    None for fewer than FEWEST_FITTED values, or where huge multiplicities leave all indices nearly equal.
    """
    # All laws look alike where i grows by less than half. Eight values that stand once go from i = 3 to 10.
    if i.size < FEWEST_FITTED or i[-1] < 1.5 * i[0]:
        return []
    lines = sorted(((_line(law.f(i), log_s), law) for law in LAWS), key=lambda fitted: fitted[0][1])
    # A law is excluded if another leaves less than half its sum of squares. At 1.2 in place of 2 a dozen values in
    # pairs seem to tell a power from faster decay, and a bar of tests/spectrum/test_spectrum.py misses a plausible law.
    excluded = 2.0 * lines[0][0][1]
    return [_fit(law, line, i, log_s, bars) for line, law in lines if line[1] <= excluded]


def _fit(law: Law, line: tuple[float, float, float], i: np.ndarray, log_s: np.ndarray, bars: np.ndarray) -> Fit:
    """A law with the error of its rate, from its line: the slope, the misfit, and the last value."""
    (slope, misfit, last), t, half = line, law.f(i), i.size // 2
    halves = _line(t[:half], log_s[:half])[0] - _line(t[half:], log_s[half:])[0]
    centred = t - t.mean()
    moved = float(np.abs(centred) @ bars) / float(centred @ centred)
    # A law that sets in like 1 + O(1/i) leaves the whole fit about 1.5 times as far off as the halves are apart.
    error = max(3.0 * abs(halves), _correction(law, i, log_s, slope)) + moved
    return Fit(law, -slope, error, misfit, float(i[-1]), last)


def _line(t: np.ndarray, log_s: np.ndarray) -> tuple[float, float, float]:
    """Return the slope of log_s against t, the sum of squared residuals, and the line's value at the last t."""
    centred = t - t.mean()
    slope = float(centred @ log_s) / float(centred @ centred)
    misfit = float(np.sum((log_s - log_s.mean() - slope * centred) ** 2))
    return slope, misfit, float(log_s.mean() + slope * centred[-1])


def _correction(law: Law, i: np.ndarray, log_s: np.ndarray, slope: float) -> float:
    """How much the slope changes if slowly varying terms are fitted as well, each alone and all together."""
    columns = np.stack([law.f(i), *(g(i) for g, _ in law.corrections)], axis=1)
    columns, sizes = columns - columns.mean(axis=0), np.array([size for _, size in law.corrections])
    # The last entry of the triangle is the norm of what the columns leave of log s.
    triangle = np.asarray(np.linalg.qr(np.column_stack([columns, log_s - log_s.mean()]), mode="r"))
    # Half as much again, because the steps of pairs and of merged sequences are no independent noise.
    noise = 1.5 * abs(float(triangle[-1, -1])) / math.sqrt(i.size - columns.shape[1] - 1)
    noise += 8.0 * EPS * max(float(np.abs(log_s).max()), 1.0)
    together, deviation = _restrained_slope(columns, sizes, log_s, noise)
    alone = [_restrained_slope(columns[:, [0, k + 1]], sizes[[k]], log_s, noise)[0]
             for k in range(len(sizes)) if len(sizes) > 1]
    return max([1.5 * abs(together - slope) + 2.0 * deviation, *(abs(other - slope) for other in alone)])


def _restrained_slope(columns: np.ndarray, sizes: np.ndarray, log_s: np.ndarray, noise: float) -> tuple[float, float]:
    """The coefficient of the first column and its standard deviation, where the others have the given sizes a priori.

    Without that, a term that noise leaves undetermined could take over the slope.
    """
    scale, count = np.linalg.norm(columns, axis=0), columns.shape[1]
    system = np.zeros((len(columns) + len(sizes), count + 1))
    system[:len(columns), :count] = columns / (noise * scale)
    system[len(columns):, 1:count] = np.diag(1.0 / (sizes * scale[1:]))
    system[:len(columns), count] = (log_s - log_s.mean()) / noise
    r = np.asarray(np.linalg.qr(system, mode="r"))
    # The first row of the inverse: over eight values or more the columns are never dependent.
    inverse = np.linalg.solve(r[:count, :count].T, np.eye(count)[0]) / scale[0]
    return float(inverse @ r[:count, count]), float(np.linalg.norm(inverse))
