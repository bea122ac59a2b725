"""Evidence for a product of kernels of numbers: all products of their values, with products of their bars."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from .._support.floats import EPS
from ..operator.evidence import Evidence, Listed
from ..spectrum import DecayLaw, Estimate, Tail, Unlisted


class FactorSpectrum(NamedTuple):
    """What is known of the spectrum of one factor: values with bars, norms with theirs, and what the values leave."""

    values: np.ndarray
    bars: np.ndarray
    norm: Estimate
    nuclear: Estimate
    tail: float


class ChosenProducts(NamedTuple):
    """The largest products of values of all factors: these, nonincreasing, and the numbers of their factors, (r, d)."""

    values: np.ndarray
    numbers: np.ndarray


def largest_products(factors: Sequence[np.ndarray], most: int) -> ChosenProducts:
    """The largest products of one number of each array, none negative; no more than `most`.

    A product is among the largest only if that of its first factors is among theirs: they are taken one by one.
    """
    values, numbers = np.ones(1), np.zeros((1, 0), dtype=int)
    for factor in factors:
        products = np.multiply.outer(values, factor)
        order = np.argsort(-products, axis=None, kind="stable")[:most]
        before, number = np.unravel_index(order, products.shape)
        values, numbers = products[before, number], np.column_stack([numbers[before], number])
    return ChosenProducts(values, numbers)


@dataclass(frozen=True, eq=False)
class FactoredEvidence(Evidence):
    r"""What the factors' bars say of the products of their values.

    The values of the product of kernels are all products of values of the factors. Where :math:`\sigma_j` is within
    :math:`e_j` of :math:`s_j`, the product is between those of :math:`\max(s_j - e_j, 0)` and of :math:`s_j + e_j`. So
    the i-th largest of all is between the i-th largest of the lower ends and that of the upper ends, if it is above all
    products that may be missing.

    Attributes
    ----------
    values : ndarray, shape (r,)
        The largest products, nonincreasing.
    numbers : ndarray of int, shape (r, d)
        Which values of the factors they are made of.
    factors : tuple of FactorSpectrum
    breaks : bool
    ordered : bool
        If not, as where rotations leave h as it is, each bar is about its own product, and equal ones are a multiplet.
    """

    values: np.ndarray
    numbers: np.ndarray
    factors: tuple[FactorSpectrum, ...]
    breaks: bool = False
    ordered: bool = True

    def bars(self) -> np.ndarray:
        """How far the i-th largest of the ends are from the i-th value, and roundings of products."""
        low, high = (np.prod([np.maximum(f.values + sign * f.bars, 0.0)[number] for f, number in zip(
            self.factors, self.numbers.T, strict=True)], axis=0) for sign in (-1.0, 1.0))
        if self.ordered:
            low, high = np.sort(low)[::-1], np.sort(high)[::-1]
        rounding = 4.0 * EPS * len(self.factors) * self.values.max(initial=0.0)
        return np.asarray(np.maximum(high - self.values, self.values - low) + rounding)

    @property
    def floor(self) -> float:    # type: ignore[override]
        """The largest product that may be missing: one of these, or one with a value that a factor does not list."""
        largest = [float((f.values + f.bars)[0]) for f in self.factors]
        whole = math.prod(largest)
        unlisted = max(min(f.tail, float((f.values + f.bars)[-1])) / first for f, first in zip(
            self.factors, largest, strict=True))
        dropped = float((self.values + self.bars())[-1]) if len(self.values) < self._count else 0.0
        return max(whole * unlisted, dropped)

    @property
    def unfound(self) -> float:    # type: ignore[override]
        """No more than the floor."""
        return self.floor

    @property
    def remainder(self) -> float:    # type: ignore[override]
        """What all products that are here leave."""
        return math.sqrt(self._dropped + self._beyond_factors)

    @property
    def _count(self) -> int:
        """How many products of listed values there are."""
        return math.prod(len(f.values) for f in self.factors)

    @property
    def _dropped(self) -> float:
        """The energy of products of listed values that are not among these."""
        missing = self._count - len(self.values)
        energy = math.prod(float(f.values @ f.values) for f in self.factors)
        left = max(energy - float(self.values @ self.values), 0.0) + 16.0 * EPS * len(self.factors) * energy
        return min(left, missing * float(self.values[-1]) ** 2)

    @property
    def _beyond_factors(self) -> float:
        """The energy of products with what the listed values of a factor leave of it."""
        listed, beyond = 1.0, 0.0
        for f in self.factors:
            own = float(f.values @ f.values)
            listed, beyond = listed * own, beyond * (own + f.tail**2) + listed * f.tail**2
        return beyond

    @property
    def norm(self) -> Estimate:
        """The product of the norms."""
        return _product([f.norm for f in self.factors])

    def left_out(self, rank: int) -> float:
        """The products beyond, and what all leave."""
        return math.hypot(float(np.linalg.norm((self.values + self.bars())[rank:])), self.remainder)

    def beyond(self, rank: int) -> Unlisted:
        """The products beyond; `spectrum` knows the sum of all."""
        sure = np.maximum(self.values - self.bars(), 0.0)
        return Unlisted(float(self.values[rank:].sum()), self.remainder, float(self._count),
                        float(np.linalg.norm(sure[rank:])), float(sure.sum()), broken=self.breaks)

    def spectrum(self, listed: Listed, rank: int, tail: float) -> tuple[DecayLaw, Tail]:
        """The law of the listed values; all of them add up to the product of the factors' sums."""
        law, continued = super().spectrum(listed, rank, tail)
        total = _product([f.nuclear for f in self.factors])
        if not math.isfinite(total.value):
            return law, replace(continued, nuclear=math.inf, nuclear_error=math.inf,
                                note=next(f.nuclear.note for f in self.factors if not math.isfinite(f.nuclear.value)))
        given = float(listed.counts @ listed.values)
        error = total.error + float(listed.counts @ listed.bars)
        if tail == 0.0 or not error < continued.nuclear_error:
            return law, continued
        return law, replace(continued, nuclear=max(total.value - given, 0.0), nuclear_error=error, note="")


def _product(numbers: Sequence[Estimate]) -> Estimate:
    """The product of positive numbers, with what their bars make of it."""
    value = math.prod(number.value for number in numbers)
    return Estimate(value, math.prod(number.value + number.error for number in numbers) - value
                    + 4.0 * EPS * len(numbers) * value)
