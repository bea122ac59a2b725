"""What lies beyond the values of a computed spectrum."""

import math
from dataclasses import dataclass, fields, replace

import numpy as np

from .._support.validation import require_fields

Interval = tuple[float, float]


@dataclass(frozen=True)
class Tail:
    r"""What lies beyond a computed spectrum :math:`s_1 \ge \dots \ge s_r`.

    Attributes
    ----------
    hilbert_schmidt : float
        :math:`\sqrt{\sum_{i > r} s_i^2}`, or a bound for it.
    nuclear : float
        An estimate of :math:`\sum_{i > r} s_i`; inf where the sum diverges.
    nuclear_error : float
        How far that sum may be from the estimate; inf where nothing is known.
    spread : float
        How thinly the sum is spread: a bound for the mean of :math:`\log(s_r / s_i)` over i > r with weights
        :math:`s_i`. Only the entropy needs it; inf where nothing is known.
    note : str
        A sentence, where words are needed.
    least : float
        A bound from below for :math:`\sqrt{\sum_{i > r} s_i^2}`, where the energy beyond is known to be there.
    extrapolated : bool
        Whether `nuclear` and `nuclear_error` continue what was seen: then nothing bounds the sum from above.
    total_least : float
        A bound from below for the sum of all values, :math:`\sum_{i \ge 1} s_i`. It does not depend on r, so that no
        truncation loses it.
    total_most : float
        A bound from above for that sum, if h is semidefinite as it seems to be; inf where it does not seem so.
    total_note : str
        How that bound was found, in words.
    """

    hilbert_schmidt: float = 0.0
    nuclear: float = 0.0
    nuclear_error: float = 0.0
    spread: float = math.inf
    note: str = ""
    least: float = 0.0
    extrapolated: bool = False
    total_least: float = 0.0
    total_most: float = math.inf
    total_note: str = ""

    def __repr__(self) -> str:
        """Name what lies beyond: the note is left out, and so is what is zero."""
        parts = [f"{field.name}={value:.6g}" for field in fields(self)
                 if isinstance(value := getattr(self, field.name), float) and value and value != field.default]
        return f"Tail({', '.join(parts + ['extrapolated'] * self.extrapolated)})"

    def __post_init__(self) -> None:
        """Refuse what is not a size: numbers may be infinite, and are not negative."""
        require_fields(self)

    @property
    def energy_bounds(self) -> Interval:
        """The interval that holds the sum of squares beyond the rank."""
        return self.least**2, self.hilbert_schmidt**2

    @property
    def nuclear_bounds(self) -> Interval:
        """The interval that holds the sum beyond the rank."""
        if math.isinf(self.nuclear):
            return 0.0, math.inf
        return max(self.nuclear - self.nuclear_error, 0.0), self.nuclear + self.nuclear_error

    def times(self, factor: float) -> "Tail":
        """The tail of the spectrum times a factor."""
        return replace(self, hilbert_schmidt=self.hilbert_schmidt * factor, nuclear=self.nuclear * factor,
                       nuclear_error=self.nuclear_error * factor, least=self.least * factor,
                       total_least=self.total_least * factor, total_most=self.total_most * factor)

    def moved(self, norm: float, dimension: float, last: float) -> "Tail":
        r"""The tail behind the value `last`, when the operator changes by one of this norm, of so many values.

        The sum of any of its values changes by no more than :math:`\sqrt d` times the norm, and the root of a sum of
        squares by no more than the norm. The bound `hilbert_schmidt` is taken to have the change already.
        """
        beside, high = math.sqrt(dimension) * norm, self.nuclear_bounds[1]
        spread = self.spread
        if beside > 0.0 and math.isfinite(high):
            known = high * spread if high > 0.0 else 0.0
            spread = (known + thinnest(beside, dimension, last)) / (high + beside)
        return replace(self, nuclear_error=self.nuclear_error + beside, spread=spread,
                       least=max(self.least - norm, 0.0), total_least=max(self.total_least - beside, 0.0))

    def preceded_by(self, values: np.ndarray, errors: np.ndarray, last: float,
                    multiplicities: np.ndarray | None = None) -> "Tail":
        """The tail after `last`, when the given values (r,) and what this tail says are both left out.

        Their share of the spread is bounded by s log(last / s), which rises with s as long as s < last / e.
        """
        counts = np.ones(len(values)) if multiplicities is None else multiplicities.astype(np.float64)
        low, high = np.maximum(values - errors, 0.0), np.minimum(values + errors, last)
        inner = self.nuclear_bounds
        smallest = float(values[values > 0.0].min(initial=last))
        deeper = inner[1] * (math.log(last / smallest) + self.spread) if inner[1] > 0.0 else 0.0
        total = float(counts @ low) + inner[0]
        thin = float(counts @ (np.minimum(high, last / math.e) * np.log(last / np.minimum(high, last / math.e))))
        spread = (thin + deeper) / total if total > 0.0 and math.isfinite(thin + deeper) else math.inf
        return replace(self, hilbert_schmidt=math.hypot(self.hilbert_schmidt, *(np.sqrt(counts) * (values + errors))),
                       nuclear=self.nuclear + float(counts @ values), spread=spread,
                       nuclear_error=self.nuclear_error + float(counts @ errors),
                       least=math.hypot(self.least, *(np.sqrt(counts) * low)))


def thinnest(total: float, count: float, last: float) -> float:
    """The most that the sum of s log(last / s) may be, of so many values s with this sum: that of equal ones."""
    return total * max(math.log(count * last / total), 0.0) if 0.0 < total < math.inf and last > 0.0 else 0.0
