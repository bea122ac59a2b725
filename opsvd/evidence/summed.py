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


class Way(NamedTuple):
    """What is known of a summand between functions of x, and of y, and what is not.

    The first function is the constant one, or what this is beside the others, of norm one; the q others are
    orthonormal.

    Attributes
    ----------
    turns : (ndarray, ndarray), shapes (1 + q, m)
        The constant one and orthonormal functions of mean zero, as sums of these functions.
    off : ndarray, shape (1 + q, 1 + q)
        Bounds of what the summand is off by between them.
    left : (ndarray, ndarray), shapes (1 + q,)
        The norms of what T, and its adjoint, leave of the images.
    """

    turns: tuple[np.ndarray, np.ndarray]
    off: np.ndarray
    left: tuple[np.ndarray, np.ndarray]

    @classmethod
    def of(cls, turns: tuple[np.ndarray, np.ndarray], first: Sequence[float], norms: tuple[np.ndarray, np.ndarray],
           off: np.ndarray) -> "Way":
        """From what is left of images of the first function, and of the others, and errors between the others.

        What is left of an image bounds its components.
        """
        (of_x, of_y), (right, left) = first, norms
        return cls(turns, np.block([[np.full((1, 1), min(of_x, of_y)), np.minimum(right, of_y)[None]],
                                    [np.minimum(left, of_x)[:, None], off]]),
                   (np.append(of_x, right), np.append(of_y, left)))

    def bounds(self, functions: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For sums of the functions, (m, n): what the summand is off by between them, and what images leave."""
        f, g = (np.abs(turn @ some) for turn, some in zip(self.turns, functions, strict=True))
        return f.T @ self.off @ g, self.left[0] @ g, self.left[1] @ f


class SummandBars(NamedTuple):
    """What is known of one summand.

    Attributes
    ----------
    ways : tuple of Way
        Each bounds what is not known of it.
    scale : float
        The summand is that of the ways times this.
    mean, mean_error : complex, float
        E[h_j], and how far it may be off.
    norm : Estimate
    tail, operator_norm : float
        Bounds of the norms of what the functions leave.
    """

    ways: tuple[Way, ...]
    mean: complex
    mean_error: float
    norm: Estimate
    tail: float
    operator_norm: float
    scale: float = 1.0

    def times(self, factor: float) -> "SummandBars":
        """Those of the kernel times a factor."""
        norm = Estimate(factor * self.norm.value, factor * self.norm.error, self.norm.note)
        return SummandBars(self.ways, factor * self.mean, factor * self.mean_error, norm, factor * self.tail,
                           factor * self.operator_norm, factor * self.scale)

    def bounds(self, functions: tuple[np.ndarray, ...]) -> list[np.ndarray]:
        """The smallest of the ways' bounds, for sums of functions: see `Way.bounds`."""
        x, y = functions
        return [self.scale * np.min(some, axis=0) for some in
                zip(*(way.bounds((x, y)) for way in self.ways), strict=True)]


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
        off, right, left = one.bounds((np.concatenate([u[:1], u[i:i + n]]), np.concatenate([v[:1], v[j:j + m]])))
        coupling, of_right, of_left = coupling + off, of_right + right, of_left + left
        i, j = i + n, j + m
    remainder = math.fsum(one.tail for one in summands)
    operator_norm = min(remainder, math.fsum(one.operator_norm for one in summands))
    corners = corner_norms(coupling)
    images = Images(np.sqrt(np.maximum(np.cumsum(of_right**2), np.cumsum(of_left**2))), corners)
    norm = _norm(summands, number)
    return SummedEvidence(
        values=system.values, size=norm.value, remainder=remainder, operator_norm=operator_norm,
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
