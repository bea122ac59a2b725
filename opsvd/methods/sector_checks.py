"""Grids of lengths on which bases of a rotation-invariant kernel are checked."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .._support.floats import EPS
from ..bases import RadialBasis, RadialFunctions
from ..measures import radial_half_density
from .sections import Profiles

# The step for checks, relative to the one of the bases. benchmarks/check_rules.py, "trapezoid in log|x|", shows what
# this and the numbers below see of errors: no bar there is too small.
CHECK_STEP = 0.8
# Shifts of the first check grid in x and y, in steps of the bases: unequal, and no simple fractions.
SHIFTS = (0.31, 0.17)
# Check grids, which form a lattice rule: with the first alone, bars are too small at one place in six
# (docs/choices.md).
_LATTICE = 5
# The shift in y is this many times that in x: then the shifts are equally spaced in x, in y, along x + y and along
# x - y, so that the mean over the grids is a rule with a fifth of the step.
_GENERATOR = 2


class CheckGrid:
    """The functions c_l on a grid of lengths that no basis has, at shifts against two of them, in their steps.

    Attributes
    ----------
    x, y : ndarray
        Nodes in delta.
    step : float
        Their distance.
    values : ndarray, shape (degrees, len(x), len(y))
        c_l there, with other angular nodes.
    images : ndarray of the same shape
        The same, filtered where c_l is not smooth enough for the trapezoid rule.
    beyond : float
        The norm of what all degrees beyond hold, as seen here.
    truncation : float
        See `Sections`.
    """

    def __init__(self, grids: "CheckGrids", *shifts: float) -> None:
        h, k = grids.left.step, grids.left.k
        self.step = step = CHECK_STEP * h
        self.x, self.y = (basis.last + shift * h - step * np.arange(int(basis.count * h / step))[::-1]
                          for basis, shift in zip((grids.left, grids.right), shifts, strict=True))
        self._weights = radial_half_density(self.x, k), radial_half_density(self.y, k)
        seen, smooth = grids.profiles.sections(self.x, self.y, grids.size, check=True), grids.smooth
        images = seen if smooth is None else smooth.sections(self.x, self.y, grids.size, check=True)
        self.values, self.images = seen.values, images.values
        self.beyond, self.truncation = seen.norm_beyond(self.x, self.y, k), seen.truncation

    def matrix(self, degree: int, *, images: bool = False) -> np.ndarray:
        """The values of c_l, times the square roots of the weights.

        For `images` they are filtered where they must be: applied to smooth functions the matrix gives what T does.
        """
        left, right = self._weights
        values = self.images[degree] if images else self.values[degree]
        return np.asarray(self.step * values * left[:, None] * right)

    def rounding(self, degree: int) -> float:
        """What a relative error of eps in the lengths changes on a degree, as a norm: steep kernels round more."""
        steps = (self.values[degree][1:] - self.values[degree][:-1]) / self.step
        left, right = self._weights
        return float(EPS * self.step * np.linalg.norm(steps * left[1:, None] * right))

    def functions(self, left: RadialFunctions, right: RadialFunctions) -> tuple[np.ndarray, np.ndarray]:
        """The functions of two bases at the nodes, times the square roots of the weights."""
        root = math.sqrt(self.step)
        return root * left.half_density(self.x), root * right.half_density(self.y)


@dataclass(frozen=True, eq=False)
class CheckGrids:
    """The check grids of two bases.

    Attributes
    ----------
    profiles : Profiles
    smooth : Profiles or None
        What stands for them in images: the same, filtered for the step of the grids; None if they are as they are.
    left, right : RadialBasis
    size : int
        The number of degrees.
    """

    profiles: Profiles
    smooth: Profiles | None
    left: RadialBasis
    right: RadialBasis
    size: int

    @cached_property
    def first(self) -> CheckGrid:
        """The grid that is always looked at."""
        return CheckGrid(self, *SHIFTS)

    @cached_property
    def others(self) -> tuple[CheckGrid, ...]:
        """The other grids of the lattice, for kernels that are not smooth in the lengths.

        The error of one grid may be that of the bases by chance, at some places of a kink. The mean of grids at equally
        spaced shifts has hardly any error, so that one of them at least shows that of the bases.
        """
        # Inwards, since h may overflow farther out.
        steps = CHECK_STEP / _LATTICE * np.arange(1, _LATTICE)
        return tuple(CheckGrid(self, SHIFTS[0] - step, SHIFTS[1] - _GENERATOR * step % CHECK_STEP) for step in steps)
