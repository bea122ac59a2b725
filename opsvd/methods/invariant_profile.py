"""Kernels of Gaussian vectors that turn out to be functions of the lengths and the product <x, y> alone."""

import math
from dataclasses import dataclass, replace

import numpy as np

from ..measures import radial_half_density
from .length_profile import LengthProfile
from .radii import Radii
from .sections import LengthRule, Sections, grid_step


@dataclass(frozen=True, eq=False)
class InvariantProfile:
    r"""The functions c_l of a kernel h(|x|, |y|, <x, y>) between logarithms of lengths.

    Attributes
    ----------
    of_lengths : LengthProfile
    scales : (float, float)
        The standard deviations of x and y.
    """

    of_lengths: LengthProfile
    scales: tuple[float, float]

    # Nothing is known of singular points, kinks and jumps in the lengths.
    breaks = True

    @property
    def hidden(self) -> tuple[float, float]:
        """The energy that the rounding of <x, y> moves."""
        return 0.0, self.of_lengths.misplaced[1]

    @property
    def k(self) -> int:
        """The dimension."""
        return self.of_lengths.k

    def filtered(self, step: float) -> None:
        """None: kinks and jumps of h are not filtered."""

    def coarse(self) -> "InvariantProfile":
        """The same for energies at many lengths."""
        return replace(self, of_lengths=self.of_lengths.coarse())

    def with_panels(self, radii: Radii, survey: int = 12) -> "InvariantProfile":
        """The same, with panels that end where h breaks at most lengths, of which `survey` a side are looked at."""
        deltas = [low + (high - low) * (np.arange(survey) + 0.4) / survey for low, high in (radii.x, radii.y)]
        return replace(self, of_lengths=self.of_lengths.with_panels(*self._rules(deltas[0], deltas[1]), radii.norm))

    def sections(self, x: np.ndarray, y: np.ndarray, size: int, *, check: bool = False) -> Sections:
        """c_l for l < size between equidistant nodes; see `Profiles`."""
        return self.of_lengths.sections(*self._rules(x, y), size, check=check)

    def _rules(self, x: np.ndarray, y: np.ndarray) -> tuple[LengthRule, LengthRule]:
        """The trapezoid rules of equidistant nodes."""
        left, right = (LengthRule(std * math.sqrt(self.k) * np.exp(delta),
                                  math.sqrt(grid_step(delta)) * radial_half_density(delta, self.k))
                       for std, delta in zip(self.scales, (x, y), strict=True))
        return left, right
