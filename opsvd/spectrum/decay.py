"""How a spectrum decays, and what that says of the values beyond the computed rank."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .._validation import finite_float
from .estimate import rounded_up
from .functionals import Spectrum, Tail, checked

__all__ = ["PowerLaw", "nuclear_tail", "power_law"]

# sqrt(E h^2 - sum s_i^2) is a difference of nearly equal numbers: below this part of the norm it is rounding.
_NEGLIGIBLE = 1e-7
# With fewer reliable values than this, a power and an exponential are not told apart.
_FEWEST = 8


class _Law(NamedTuple):
    """A law of decay, log s = const - rate f(i), and what it says of the values beyond i = r.

    Sums are bounded by integrals from r on; the spread is that of the integral, and one step from r to r + 1.
    """

    f: Callable[[np.ndarray], np.ndarray]
    reach: Callable[[float, float], float]     # (r, rate) -> sum_{i > r} s_i / s_r
    spread: Callable[[float, float], float]    # (r, rate) -> mean of log(s_r / s_i) over i > r, with weights s_i


_POWER = _Law(
    f=np.log,
    reach=lambda r, p: r / (p - 1.0) if p > 1.0 else math.inf,
    spread=lambda r, p: p / (p - 1.0) + p * math.log1p(1.0 / r) if p > 1.0 else math.inf,
)
_ROOT = _Law(
    f=np.sqrt,
    reach=lambda r, c: 2.0 * (c * math.sqrt(r) + 1.0) / c**2 if c > 0.0 else math.inf,
    spread=lambda r, c: (1.0 + 1.0 / (c * math.sqrt(r) + 1.0) + c * (math.sqrt(r + 1.0) - math.sqrt(r))
                         if c > 0.0 else math.inf),
)
_EXPONENTIAL = _Law(
    f=lambda i: i,
    reach=lambda _, c: 1.0 / math.expm1(c) if c > 0.0 else math.inf,
    spread=lambda _, c: -c / math.expm1(-c) if c > 0.0 else math.inf,
)


class _Fit(NamedTuple):
    """Least squares for one law: its rate, how far the rate may be off, the misfit, and log s at the last index."""

    rate: float
    error: float
    misfit: float
    last: float


@dataclass(frozen=True)
class PowerLaw:
    r"""A fit :math:`s_i \approx C i^{-p}` to the upper part of a spectrum.

    Attributes
    ----------
    exponent : float
        p.
    error : float
        Three times the difference of p between the two halves of the values, and two standard errors.
    fits : bool
        Whether a power describes the values better than an exponential of i or of the square root of i.
    """

    exponent: float
    error: float
    fits: bool


def power_law(values: Any, errors: Any = None, *, multiplicities: Any = None) -> PowerLaw:
    r"""Fit :math:`s_i \approx C i^{-p}`, and say whether a power describes the spectrum better than faster decay.

    Least squares for :math:`\log s_i` as a linear function of :math:`\log i`, of :math:`\sqrt i` and of i, over the
    last three quarters of the values that stand ten times above their error bars; the best of the three wins.

    Parameters
    ----------
    values : array_like, shape (r,)
        Singular values, nonincreasing.
    errors, multiplicities : array_like, shape (r,), optional

    Returns
    -------
    PowerLaw
        With exponent NaN, error inf and ``fits=False`` where fewer than eight values can be used.

    Notes
    -----
    A finite spectrum cannot prove a law. A power with a logarithm, or one that sets in late, is taken for the nearest
    pure one, and the error grows by what the two halves of the values disagree.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.spectrum import power_law
    >>> law = power_law(np.arange(1.0, 101.0) ** -2)
    >>> round(law.exponent, 6), law.fits
    (2.0, True)
    """
    i, log_s = _reliable(checked(values, multiplicities, errors))
    if i.size < _FEWEST:
        return PowerLaw(math.nan, math.inf, False)
    power, root, exponential = (_fit(law, i, log_s) for law in (_POWER, _ROOT, _EXPONENTIAL))
    return PowerLaw(power.rate, power.error, power.misfit < min(root.misfit, exponential.misfit))


def _reliable(spectrum: Spectrum) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices i, from 1, and log s_i of the values to fit: those above their bars, less a first quarter."""
    s, bars = spectrum.values, spectrum.upper - spectrum.values
    good = int(np.argmin(np.append((s > 10.0 * bars) & (s > 0.0), False)))
    kept = slice(good // 4, good)
    return np.cumsum(spectrum.counts)[kept], np.log(s[kept])


def _fit(law: _Law, i: np.ndarray, log_s: np.ndarray) -> _Fit:
    t, half = law.f(i), i.size // 2
    slope, misfit, last = _line(t, log_s)
    halves = _line(t[:half], log_s[:half])[0] - _line(t[half:], log_s[half:])[0]
    noise = math.sqrt(misfit / (i.size - 2) / float(np.sum((t - t.mean()) ** 2)))
    # A law that sets in like 1 + O(1/i) leaves the whole fit about 1.5 times as far off as the halves are apart.
    return _Fit(-slope, 3.0 * abs(halves) + 2.0 * noise, misfit, last)


def _line(t: np.ndarray, log_s: np.ndarray) -> tuple[float, float, float]:
    """Return the slope of log_s against t, the sum of squared residuals, and the line's value at the last t."""
    centred = t - t.mean()
    slope = float(centred @ log_s) / float(centred @ centred)
    misfit = float(np.sum((log_s - log_s.mean() - slope * centred) ** 2))
    return slope, misfit, float(log_s.mean() + slope * centred[-1])


def nuclear_tail(values: Any, errors: Any, tail_hs: float, *, multiplicities: Any = None) -> Tail:
    r"""Estimate :math:`\sum_{i > r} s_i` from the decay of the values, and say where it diverges.

    1. If `tail_hs` is 0, nothing lies beyond.
    2. With fewer than eight reliable values no law can be fitted. If `tail_hs` is negligible, the rank is taken to be
       finite, and `tail_hs` is the error bar; if not, the error bar is infinite.
    3. Otherwise the law that fits best (see `power_law`) is continued beyond r. The error bar is at least the sum
       itself, and covers a decay slower by the uncertainty of the fit.
    4. Where a power fits, `tail_hs` is not negligible, and the exponent is at most 1, or not told from 1 although known
       to within 0.25, the sum is taken to diverge: infinite, with a note.
    5. Where `tail_hs` is not negligible, and three times what the continued law explains, the error bar is infinite.

    Negligible is below 1e-7 of the Hilbert-Schmidt norm: `tail_hs` is the root of a difference of nearly equal numbers,
    so that this much may be rounding.

    Parameters
    ----------
    values, errors : array_like, shape (r,)
    tail_hs : float
        :math:`(E h^2 - \sum_{i \le r} s_i^2)^{1/2}`.
    multiplicities : array_like, shape (r,), optional

    Returns
    -------
    Tail

    Notes
    -----
    The continuation is evidence and not proof: nothing computed can exclude that values beyond the rank decay more
    slowly than all those before.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.spectrum import effective_rank, nuclear_tail
    >>> s = 0.5 ** np.arange(30)
    >>> effective_rank(s, tail=nuclear_tail(s, None, s[-1] / np.sqrt(3.0)))
    3 ± 6e-09
    """
    spectrum, tail_hs = checked(values, multiplicities, errors), finite_float(tail_hs, "tail_hs")
    if tail_hs == 0.0:
        return Tail()
    negligible = tail_hs <= _NEGLIGIBLE * math.hypot(float(np.sqrt(spectrum.counts @ spectrum.values**2)), tail_hs)
    i, log_s = _reliable(spectrum)
    if i.size < _FEWEST:
        return _unexplained(spectrum, tail_hs, negligible)
    fits = {law: _fit(law, i, log_s) for law in (_POWER, _ROOT, _EXPONENTIAL)}
    law, fit = min(fits.items(), key=lambda pair: pair[1].misfit)
    slower = fit.rate - fit.error
    if law is _POWER and not negligible and (fit.rate <= 1.0 or (slower <= 1.0 and fit.error <= 0.25)):
        note = (f"the singular values fall like i^-p with p = {fit.rate:.3g} ± {rounded_up(fit.error)}, "
                f"so that their sum diverges")
        return Tail(tail_hs, math.inf, math.inf, math.inf, note)
    r = float(spectrum.counts.sum())
    at_r = math.exp(fit.last - fit.rate * float(law.f(np.array(r)) - law.f(i[-1:])[0]))
    if not negligible and tail_hs**2 > 9.0 * at_r**2 * law.reach(r, 2.0 * fit.rate):
        note = "more lies beyond the rank than the decay of the values explains"
        return Tail(tail_hs, at_r * law.reach(r, fit.rate), math.inf, math.inf, note)
    nuclear, most = at_r * law.reach(r, fit.rate), at_r * law.reach(r, slower)
    return Tail(tail_hs, nuclear, max(nuclear, most - nuclear), law.spread(r, slower))


def _unexplained(spectrum: Spectrum, tail_hs: float, negligible: bool) -> Tail:
    """Rule 2 of `nuclear_tail`: no law can be fitted."""
    if not negligible:
        return Tail(tail_hs, tail_hs, math.inf, math.inf, "too few values to tell how those beyond the rank decay")
    return Tail(tail_hs, 0.0, tail_hs, max(math.log(float(spectrum.values.min(initial=math.inf)) / tail_hs), 0.0))
