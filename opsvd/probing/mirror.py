"""Kernels of numbers that are their own mirror image: one half of the plane tells the other."""

import math
from typing import NamedTuple

import numpy as np

from .._support.floats import EPS
from ..kernels import Kernel
from ..measures import LineMeasure
from .domain import Domain


class Mirror(NamedTuple):
    """h at the mirrored pair is h, or -h. A variable t with the centre c is mirrored to 2c - t.

    centers: those of both variables.
    mirrored: which of the variables are mirrored, 1 for one that is.
    sign: of h there.
    """

    centers: np.ndarray
    mirrored: np.ndarray
    sign: float

    @property
    def axis(self) -> int:
        """The variable of which one half is left out."""
        return int(np.argmax(self.mirrored))

    def image(self, pairs: np.ndarray) -> np.ndarray:
        """The mirrored pairs, (2, n)."""
        return np.asarray(np.where(self.mirrored[:, None] > 0, 2.0 * self.centers[:, None] - pairs, pairs))

    def folded(self, t: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Pairs in the upper half, and the signs with which h is there what it is at the given ones."""
        pairs = np.stack([t, u])
        below = pairs[self.axis] < self.centers[self.axis]
        t, u = np.where(below, self.image(pairs), pairs)
        return t, u, np.where(below, self.sign, 1.0)

    def half(self, domain: Domain) -> Domain:
        """The upper half, of which the image is all of the rest."""
        center = float(self.centers[self.axis])
        low, high = (domain.x, domain.y)[self.axis]
        upper = center, center + max(high - center, center - low)
        x, y = (upper, domain.y) if self.axis == 0 else (domain.x, upper)
        return Domain(x, y, domain.missing, domain.norm / math.sqrt(2.0), widened=domain.widened)


def find_mirrors(kernel: Kernel, lines: tuple[LineMeasure, LineMeasure], domain: Domain) -> list[Mirror]:
    """How h is its own mirror image in x, and in y, under symmetric measures, as far as a hundred pairs tell.

    Half of the pairs are drawn from the measures, and half from the domain. One that is none elsewhere is seen at the
    pairs at which what stands for h is compared with it. Eight pairs of the measures missed corners, and answers that
    took one half for the other had wider bars.
    """
    if any(mu.symmetry is None for mu in lines):
        return []
    rng = np.random.default_rng(8)
    centers = np.array([float(mu.coordinate(np.array([mu.symmetry]))[0]) for mu in lines])
    pairs = np.stack([np.append(mu.coordinate(mu.sample(50, rng)), rng.uniform(low, high, 50)) for mu, (low, high) in
                      zip(lines, (domain.x, domain.y), strict=True)])
    values = kernel.finite_beside(*pairs)
    off = 64.0 * EPS * float(np.abs(values).max())
    if np.ptp(values) <= off:    # constants tell nothing
        return []
    found: list[Mirror] = []
    for mirrored in ((1, 0), (0, 1)):
        mirror = Mirror(centers, np.array(mirrored), 1.0)
        image = kernel.finite_beside(*mirror.image(pairs))
        found += [mirror._replace(sign=sign) for sign in (1.0, -1.0) if np.abs(image - sign * values).max() <= off]
    return found
