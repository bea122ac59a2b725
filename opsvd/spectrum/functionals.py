"""Norms and effective ranks of a spectrum, with error bars that are bounds."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .._support.floats import EPS
from .._support.quad import EPS_QUAD, is_quad
from .._support.validation import counts as counted
from .._support.validation import described, instance, one_of, real_array
from ..kernels import power_of_two
from .estimate import Estimate
from .tail import Interval, Tail


@dataclass(frozen=True)
class Spectrum:
    """Checked input: values, multiplicities and the interval that holds each value.

    It is exact if no value has a bar and nothing lies beyond them, however little: then intervals are points. No bar is
    below `rounding` times the largest value, which is that of the numbers that were given.
    """

    values: np.ndarray
    counts: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    tail: Tail
    exact: bool
    rounding: float = EPS

    def at_unit_size(self) -> "tuple[Spectrum, float]":
        """The same over a power of two, and that: squares of values far from one may be no numbers."""
        unit = power_of_two(max(float(self.values.max(initial=0.0)), self.tail.hilbert_schmidt))
        if unit == 1.0:
            return self, unit
        return replace(self, values=self.values / unit, lower=self.lower / unit, upper=self.upper / unit,
                       tail=self.tail.times(1.0 / unit)), unit

    @property
    def total(self) -> float:
        """The sum of all values."""
        return float(self.counts @ self.values) + self.tail.nuclear

    @property
    def energy(self) -> float:
        """The sum of squares of all values."""
        return float(self.counts @ self.values**2) + self.tail.hilbert_schmidt**2

    def sums(self, power: int, beyond: Interval) -> Interval:
        """Bounds of sum s_i^power, with `beyond` for the values beyond the rank."""
        return (float(self.counts @ self.lower**power) + beyond[0], float(self.counts @ self.upper**power) + beyond[1])

    @property
    def least_beyond(self) -> float:
        """What the values beyond the rank add up to at least: their energy over the largest that one of them may be.

        None is larger than those listed, nor than all beyond together.
        """
        largest = min(float(self.upper.min(initial=math.inf)), self.tail.hilbert_schmidt)
        return self.tail.least**2 / largest if self.tail.least > 0.0 else 0.0

    @property
    def sure_sum(self) -> Interval:
        """The interval that holds the sum of all values whatever the tail is continued to; see `Tail.total_most`."""
        tail = self.tail
        low, high = self.sums(1, (self.least_beyond, math.inf) if tail.extrapolated else tail.nuclear_bounds)
        return max(low, tail.total_least), min(high, tail.total_most)


def checked(values: Any, multiplicities: Any, errors: Any, tail: Tail | None = None) -> Spectrum:
    """Check the arguments that all functionals share."""
    s = real_array(values, "values")
    if s.ndim != 1 or not np.isfinite(s).all() or (s < 0.0).any():
        raise ValueError(f"values must be one spectrum of finite nonnegative numbers, shape (r,), got "
                         f"{described(values)} of shape {s.shape}; for many spectra at once use "
                         f"effective_ranks")
    counts = np.ones_like(s) if multiplicities is None else counted(multiplicities, "multiplicities", s, 0.0)
    bars = np.zeros_like(s) if errors is None else real_array(errors, "errors")
    if bars.shape != s.shape or not (bars >= 0.0).all():
        raise ValueError(f"errors must be nonnegative numbers, one for each of the {s.size} values, got "
                         f"{described(errors)}; pass an array of shape {s.shape}")
    tail = Tail() if tail is None else instance(tail, "tail", Tail, "pass what nuclear_tail returns")
    return Spectrum(s, counts, np.maximum(s - bars, 0.0), s + bars, tail,
                    exact=not bars.any() and tail.hilbert_schmidt == 0.0,
                    rounding=EPS_QUAD if is_quad(values) else EPS)


def _estimate(spectrum: Spectrum, value: float, bounds: Interval, note: str = "",
              sure: Interval | None = None) -> Estimate:
    """Turn a value and the interval that holds the truth into a symmetric error bar, with room for rounding.

    Where the tail is continued, `sure` is the interval that holds whatever it is continued to; its upper end, if it is
    finite, if h is semidefinite as it seems to be. No value is below it.
    """
    rounding = 8.0 * EPS * abs(value) if bounds[1] > bounds[0] or not spectrum.exact else 0.0
    if sure is not None and spectrum.tail.extrapolated and sure[1] - sure[0] < _reach(value, bounds):
        # Of semidefinite h the truth is near the lower end: eigenvalues of the other sign, if some hide, add to it.
        return Estimate(sure[0], sure[1] - sure[0] + 8.0 * EPS * sure[0], spectrum.tail.total_note,
                        lower=sure[0] * (1.0 - 8.0 * EPS), upper=math.inf, extrapolated=True)
    if sure is None or not spectrum.tail.extrapolated:
        if math.isinf(value):
            return Estimate(math.inf, 0.0, note)
        error = max(bounds[1] - value, value - bounds[0], 0.0) + rounding
        least = max(bounds[0], 0.0) * (1.0 - 8.0 * EPS) if math.isinf(error) else None
        return Estimate(value, error, note, lower=least, upper=None if least is None else bounds[1])
    low = sure[0] * (1.0 - 8.0 * EPS)
    value = min(max(value, low), sure[1])
    error = 0.0 if math.isinf(value) else max(bounds[1] - value, value - max(bounds[0], low), 0.0) + rounding
    return Estimate(value, error, note, lower=low, upper=math.inf, extrapolated=math.isfinite(error))


def _reach(value: float, bounds: Interval) -> float:
    """How far the truth may be from a value: inf where the value is."""
    return math.inf if math.isinf(value) else max(bounds[1] - value, value - bounds[0])


def nuclear_norm(values: Any, *, multiplicities: Any = None, errors: Any = None, tail: Tail | None = None) -> Estimate:
    r"""The nuclear norm :math:`\sum_i s_i`.

    Parameters
    ----------
    values : array_like, shape (r,)
        Singular values, nonincreasing.
    multiplicities : array_like, shape (r,), optional
        How often each value stands; by default once.
    errors : array_like, shape (r,), optional
        Absolute error bars of the values; by default they are exact.
    tail : Tail, optional
        What lies beyond the r values; by default nothing.

    Returns
    -------
    Estimate
        Its error bar is a bound: if each value is within its bar, and what lies beyond them is as `tail` says, then the
        truth is within it. Infinite, with a note, where `tail` says that the sum diverges. Where the tail is
        extrapolated so is the bar, and `lower` is the bound that holds without: no value is ever below it.

    Examples
    --------
    >>> from opsvd.spectrum import nuclear_norm
    >>> nuclear_norm([2.0, 1.0], errors=[1e-9, 1e-9])
    3 ± 3e-09
    """
    spectrum, unit = checked(values, multiplicities, errors, tail).at_unit_size()
    return _estimate(spectrum, spectrum.total, spectrum.sums(1, spectrum.tail.nuclear_bounds), spectrum.tail.note,
                     spectrum.sure_sum).times(unit)


def hilbert_schmidt_norm(
    values: Any, *, multiplicities: Any = None, errors: Any = None, tail: Tail | None = None
) -> Estimate:
    r"""The Hilbert-Schmidt norm :math:`(\sum_i s_i^2)^{1/2}`, which is :math:`(E h^2)^{1/2}` for an operator.

    Parameters and the meaning of the error bar are those of `nuclear_norm`.
    """
    spectrum, unit = checked(values, multiplicities, errors, tail).at_unit_size()
    low, high = spectrum.sums(2, spectrum.tail.energy_bounds)
    return _estimate(spectrum, math.sqrt(spectrum.energy), (math.sqrt(low), math.sqrt(high))).times(unit)


def effective_rank(
    values: Any, *, kind: str = "nuclear", multiplicities: Any = None, errors: Any = None, tail: Tail | None = None
) -> Estimate:
    r"""How many singular values matter, in one number.

    With ``kind="nuclear"`` it is :math:`(\sum_i s_i)^2 / \sum_i s_i^2`; with ``"entropy"`` the exponential of the
    Shannon entropy of :math:`p_i = s_i / \sum_j s_j`; with ``"stable"`` :math:`\sum_i s_i^2 / s_1^2`. All three are k
    for k equal values, do not change when h is scaled, and are 0 for the zero spectrum.

    Parameters
    ----------
    values, multiplicities, errors, tail
        As in `nuclear_norm`.
    kind : {"nuclear", "entropy", "stable"}

    Returns
    -------
    Estimate
        With an error bar that is a bound, or extrapolated, as in `nuclear_norm`. Infinite, with a note, where `tail`
        says that :math:`\sum_i s_i` diverges; the stable rank is always finite, and never extrapolated.

    Raises
    ------
    ValueError
        If `kind` is unknown, or the arrays do not match.

    References
    ----------
    O. Roy and M. Vetterli, The effective rank: a measure of effective dimensionality, EUSIPCO 2007.

    Examples
    --------
    >>> from opsvd.spectrum import effective_rank
    >>> effective_rank([1.0, 1.0, 1.0])
    3.0
    >>> effective_rank([2.0, 1.0], kind="stable", errors=[1e-9, 0.0])
    1.25 ± 3e-09
    """
    functional = _kind(kind)[1]
    spectrum, _ = checked(values, multiplicities, errors, tail).at_unit_size()
    if not spectrum.values.any():
        certain = not spectrum.upper.any() and spectrum.tail.hilbert_schmidt == 0.0
        return Estimate(0.0, 0.0 if certain else math.inf, lower=0.0)
    return functional(spectrum)


def effective_ranks(values: Any, *, kind: str = "nuclear") -> np.ndarray:
    """Return the effective rank of many complete spectra at once: values (..., r) give shape (...)."""
    batched = _kind(kind)[0]
    s = real_array(values, "values")
    if s.ndim == 0 or not (np.isfinite(s) & (s >= 0.0)).all():
        raise ValueError(f"values must be spectra of finite nonnegative numbers, shape (..., r), got "
                         f"{described(values)}; pass a list of singular values, or a list of such lists")
    largest = s.max(axis=-1, keepdims=True, initial=0.0)
    relative = s / np.where(largest > 0.0, largest, 1.0)
    return np.asarray(np.where(largest[..., 0] > 0.0, batched(relative), 0.0))


def _divided(top: Interval, bottom: Interval) -> Interval:
    """Bounds of a quotient whose denominator is positive."""
    if bottom[0] <= 0.0:
        return (-math.inf if top[0] < 0.0 else 0.0), math.inf
    quotients = [a / b for a in top for b in bottom]
    return min(quotients), max(quotients)


def _nuclear_rank(spectrum: Spectrum) -> Estimate:
    tail = spectrum.tail
    low, high = spectrum.sums(1, tail.nuclear_bounds)
    bounds = _divided((low**2, high**2), spectrum.sums(2, tail.energy_bounds))
    return _estimate(spectrum, spectrum.total**2 / spectrum.energy, bounds, tail.note, _sure_rank(spectrum))


def _sure_rank(spectrum: Spectrum) -> Interval:
    r"""The interval of :math:`(\sum s)^2 / \sum s^2` whatever the tail is continued to.

    Neither a value that is no larger than all before it, nor more energy at the largest value that there may be,
    lowers the rank; so the listed values bound it from below, with the least energy beyond. Nor is it below the stable
    rank, as no value is above the first.
    """
    low, energy = spectrum.sums(1, (spectrum.least_beyond, 0.0))[0], spectrum.sums(2, spectrum.tail.energy_bounds)[1]
    seen = spectrum.sums(2, (0.0, spectrum.tail.least**2))[1]
    total, least = spectrum.sure_sum, spectrum.sums(2, spectrum.tail.energy_bounds)[0]
    most = total[1] ** 2 / least if least > 0.0 else math.inf
    return max(low**2 / seen, total[0] ** 2 / energy, _stable_bounds(spectrum)[0]), most


def _stable_rank(spectrum: Spectrum) -> Estimate:
    return _estimate(spectrum, spectrum.energy / float(spectrum.values.max()) ** 2, _stable_bounds(spectrum))


def _stable_bounds(spectrum: Spectrum) -> Interval:
    top = (float(spectrum.lower.max()) ** 2, float(spectrum.upper.max()) ** 2)
    return _divided(spectrum.sums(2, spectrum.tail.energy_bounds), top)


def _entropy_rank(spectrum: Spectrum) -> Estimate:
    r"""With q_i = s_i / c for any c > 0, the entropy is log(sum q) + sum q log(1/q) / sum q; c is the computed sum."""
    tail, scale = spectrum.tail, spectrum.total
    # A value that is no larger than all before it never lowers the entropy, and Renyi's of order two is below it.
    sure = (max(_entropy_bounds(replace(spectrum, tail=Tail()))[0], _sure_rank(spectrum)[0]), math.inf)
    if math.isinf(tail.nuclear):
        return _estimate(spectrum, math.inf, (math.inf, math.inf), tail.note, sure)
    q = spectrum.values / scale
    beyond = 0.0 if tail.nuclear == 0.0 else tail.nuclear / scale * _thinness(q, tail)
    value = math.exp(float(spectrum.counts @ _surprise(q)) + (beyond if math.isfinite(beyond) else 0.0))
    return _estimate(spectrum, value, _entropy_bounds(spectrum), tail.note, sure)


def _entropy_bounds(spectrum: Spectrum) -> Interval:
    """The interval of the exponential of the entropy."""
    counts, scale, beyond = spectrum.counts, spectrum.total, spectrum.tail.nuclear_bounds
    q, low, high = spectrum.values / scale, spectrum.lower / scale, spectrum.upper / scale
    most_beyond = 0.0 if beyond[1] == 0.0 else beyond[1] / scale * _thinness(q, spectrum.tail)
    totals = tuple(bound / scale for bound in spectrum.sums(1, beyond))
    if math.isinf(most_beyond) or totals[0] == 0.0 or high.min() > 1.0:
        return 0.0, math.inf
    ends = np.stack([_surprise(low), _surprise(high)])
    peak = np.where((low < np.exp(-1.0)) & (high > np.exp(-1.0)), np.exp(-1.0), ends.max(axis=0))
    mean = _divided((float(counts @ ends.min(axis=0)), float(counts @ peak) + most_beyond), (totals[0], totals[1]))
    exponents = (max(mean[0] + math.log(totals[0]), 0.0), mean[1] + math.log(totals[1]))
    # Logarithms and exponentials are rounded even where nothing else is.
    return math.exp(exponents[0]) * (1.0 - EPS), math.exp(min(exponents[1], 700.0)) * (1.0 + EPS)


def _thinness(q: np.ndarray, tail: Tail) -> float:
    """Beyond the rank, sum q log(1/q) is sum q times the sum of log(1/q_r) and the mean of log(q_r/q), if positive."""
    return max(-math.log(q[q > 0.0].min()), 0.0) + tail.spread


def _surprise(q: np.ndarray) -> np.ndarray:
    """Return q log(1/q), with its limit 0 at 0."""
    return np.asarray(-q * np.log(np.where(q > 0.0, q, 1.0)))


def _batched_entropy(s: np.ndarray) -> np.ndarray:
    total = s.sum(axis=-1, keepdims=True)
    return np.asarray(np.exp(_surprise(s / np.where(total > 0.0, total, 1.0)).sum(axis=-1)))


def _batched_nuclear(s: np.ndarray) -> np.ndarray:
    energy = (s**2).sum(axis=-1)
    return np.asarray(s.sum(axis=-1) ** 2 / np.where(energy > 0.0, energy, 1.0))


# kind: (of many complete spectra whose largest value is 1, of one spectrum with error bars)
_KINDS: dict[str, tuple[Callable[[np.ndarray], np.ndarray], Callable[[Spectrum], Estimate]]] = {
    "nuclear": (_batched_nuclear, _nuclear_rank),
    "entropy": (_batched_entropy, _entropy_rank),
    "stable": (lambda s: np.asarray((s**2).sum(axis=-1)), _stable_rank),
}


def _kind(kind: str) -> tuple[Callable[[np.ndarray], np.ndarray], Callable[[Spectrum], Estimate]]:
    return _KINDS[one_of(kind, "kind", _KINDS, "leave it out for 'nuclear', (sum s)^2 / sum s^2")]
