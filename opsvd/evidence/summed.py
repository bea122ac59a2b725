"""Evidence for a sum of kernels of numbers: what the bars of their values, and their images of one, leave open."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .._support.floats import EPS
from .._support.linalg import corner_norms
from ..operator.singular_functions import SingularSystem
from ..spectrum import Estimate
from .images import Images
from .remainder import RemainderEvidence


class Residuals(NamedTuple):
    r"""What the images of a first function and of q others are beside what they are taken to be.

    Attributes
    ----------
    first : float
        The norm for the first.
    norms : ndarray, shape (q,)
        Those for the others.
    coupling : ndarray
        The sizes of their components along the q functions of the other variable, one column for each image.
    """

    first: float
    norms: np.ndarray
    coupling: np.ndarray

    def times(self, factor: float) -> "Residuals":
        """Those of the kernel times a factor."""
        return Residuals(factor * self.first, factor * self.norms, factor * self.coupling)


class Way(NamedTuple):
    """One way to say what functions of a summand are sums of.

    The first is the constant one, or what this is beside the others, of norm one. The others are orthonormal, of which
    the singular functions of the summand stand first.

    Attributes
    ----------
    turns : (ndarray, ndarray), shapes (1 + q, m)
        The coefficients of functions of x, and of y.
    left : (Residuals, Residuals)
        What T, and its adjoint, leave of the images.
    """

    turns: tuple[np.ndarray, np.ndarray]
    left: tuple[Residuals, Residuals]

    def times(self, factor: float) -> "Way":
        """That of the kernel times a factor."""
        return Way(self.turns, (self.left[0].times(factor), self.left[1].times(factor)))

    def off(self, bars: np.ndarray) -> np.ndarray:
        """Bounds of what the summand is off by between the functions of x and those of y: (1 + q, 1 + q)."""
        of_x, of_y = self.left
        r, inner = len(bars), np.maximum(of_x.coupling, of_y.coupling.T)
        inner[:r, :r] = np.maximum(inner[:r, :r], np.minimum(bars[:, None], bars))
        # What is left of an image bounds its components.
        return np.block([[np.full((1, 1), min(of_x.first, of_y.first)), np.minimum(of_x.norms, of_y.first)[None]],
                         [np.minimum(of_y.norms, of_x.first)[:, None], inner]])

    def bounds(self, bars: np.ndarray, functions: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, ...]:
        """For sums of the functions, (m, n): what the summand is off by between them, and what images leave."""
        f, g = (np.abs(turn @ some) for turn, some in zip(self.turns, functions, strict=True))
        return f.T @ self.off(bars) @ g, *(np.append(left.first, left.norms) @ some for left, some in
                                           zip(self.left, (g, f), strict=True))


class SummandBars(NamedTuple):
    """What is known of one summand.

    Attributes
    ----------
    values, bars : ndarray, shape (r,)
        Its singular values, and how far they may be off.
    tail : float
        The norm of what they leave.
    norm : Estimate
    mean, mean_error : complex, float
        E[h_j], and how far it may be off.
    ways : tuple of Way
        Each bounds what the summand is off by.
    """

    values: np.ndarray
    bars: np.ndarray
    tail: float
    norm: Estimate
    mean: complex
    mean_error: float
    ways: tuple[Way, ...]

    @property
    def operator_norm(self) -> float:
        """A bound of the operator norm of what the values leave."""
        beyond = min(self.tail, float((self.values + self.bars)[-1]))
        return beyond + float(max(self.bars.max(), *(side.norms.max() for side in self.ways[0].left)))


@dataclass(frozen=True, eq=False, kw_only=True)
class SummedEvidence(RemainderEvidence):
    """The same as of any remainder of a kernel that breaks, with a norm that is known from the summands."""

    known_norm: Estimate
    breaks: bool = True

    @property
    def norm(self) -> Estimate:
        """That of the summands."""
        return self.known_norm


def summed_evidence(summands: Sequence[SummandBars], number: complex, system: SingularSystem) -> SummedEvidence:
    """What is left of each summand, times what the singular functions are along it."""
    u, v = (side.parts[0].coefficients for side in (system.left, system.right))
    count, i, j = len(system.values), 1, 1
    coupling, of_right, of_left = np.zeros((count, count)), np.zeros(count), np.zeros(count)
    for one in summands:
        n, m = (turn.shape[1] - 1 for turn in one.ways[0].turns)
        own = np.concatenate([u[:1], u[i:i + n]]), np.concatenate([v[:1], v[j:j + m]])
        both = zip(*(way.bounds(one.bars, own) for way in one.ways), strict=True)
        coupling, of_right, of_left = (known + np.min(some, axis=0) for known, some in
                                       zip((coupling, of_right, of_left), both, strict=True))
        i, j = i + n, j + m
    remainder = math.fsum(one.tail for one in summands)
    left = min(remainder, math.fsum(one.operator_norm for one in summands))
    corners = corner_norms(coupling)
    images = Images(np.sqrt(np.maximum(np.cumsum(of_right**2), np.cumsum(of_left**2))), corners)
    norm = _norm(summands, number)
    return SummedEvidence(
        values=system.values, size=norm.value, remainder=remainder, operator_norm=left,
        coupling=min(float(corners[-1]), remainder), dimension=count, images=images, known_norm=norm)


def _norm(summands: Sequence[SummandBars], number: complex) -> Estimate:
    """The norm of a number and functions of unlike coordinates: their constants alone are not orthogonal."""
    means = [number, *(one.mean for one in summands)]
    whole, apart = abs(sum(means)) ** 2, math.fsum(abs(mean) ** 2 for mean in means)
    energies = abs(number) ** 2 + math.fsum(one.norm.value**2 for one in summands)
    norm = math.sqrt(max(energies + whole - apart, 0.0))
    unsure = math.fsum(2.0 * one.norm.value * one.norm.error + one.norm.error**2 for one in summands)
    unsure += 2.0 * math.fsum(one.mean_error for one in summands) * math.fsum(map(abs, means))
    unsure += 16.0 * EPS * len(summands) * energies
    return Estimate(norm, unsure / max(norm, math.sqrt(unsure)) if unsure > 0.0 else 0.0)
