r"""The matrix of phi(<a, b>) between rows a_n, and harmonics of b times half-densities of its length.

By Funk and Hecke :math:`\varphi(\langle a, b \rangle)` is :math:`\sum_Y N(k, l)^{-1/2} c_l(|a| |b|) Y(a) Y(b)`, over
all harmonics with their degrees l. In b the functions are orthonormal exactly, and only a needs a rule.
"""

import math
from functools import cached_property

import numpy as np

from .._support.floats import EPS
from ..bases import Polyspherical
from ..measures import radial_half_density
from ..quadrature import harmonics
from .angular_profile import ProductProfile
from .sections import grid_step
from .zonal_planes import Rows


class ZonalGrid:
    """T between some rows and equidistant lengths of b, in the logarithm.

    Parameters
    ----------
    profile : ProductProfile
    rows : Rows
    delta : ndarray, shape (m,)
        The logarithms of the lengths over the root of k.
    top : int
        The highest degree of harmonics.
    check : bool
        Whether angular integrals are to have the nodes for checks.

    Attributes
    ----------
    span : ndarray, shape (m, q)
        An orthonormal basis of half-densities, that holds all functions of the length of b.
    values : ndarray, shape (top + 1, n, q)
        c_l between the rows, with the roots of their weights, and the span, over the root of N(k, l).
    """

    def __init__(self, profile: ProductProfile, rows: Rows, delta: np.ndarray, top: int, *, check: bool) -> None:
        self.profile, self.rows, self.delta, self.top, self.check = profile, rows, delta, top, check
        self.step = grid_step(delta)
        filtered = profile.filtered(self.step)
        self.smooth, self._square = (profile, profile.squared) if filtered is None else filtered
        self.half = math.sqrt(self.step) * radial_half_density(delta, profile.k)
        self._lengths = np.log(np.linalg.norm(rows.points, axis=1) / math.sqrt(profile.k))
        values = self._of_degrees(self.smooth, top) * self.half
        roots = [math.exp(-0.5 * math.log(harmonics(profile.k, degree))) for degree in range(top + 1)]
        values *= np.array(roots)[:, None, None] * rows.roots[:, None]
        # As functions of the length these are alike, and some thirty of them span all to rounding.
        _, s, vt = np.linalg.svd(np.linalg.qr(values.reshape(-1, len(delta)), mode="r"))
        self.span = vt[s > EPS * s.max(initial=0.0)].T
        self.values = values @ self.span

    def _of_degrees(self, profile: ProductProfile, top: int) -> np.ndarray:
        """c_l between the lengths of the rows and those of b, (top + 1, n, m)."""
        # At six points a step splines of degree nine have the highest frequencies of the grid right to 1e-5, of which
        # functions hold the aim.
        step = grid_step(self.delta) / 6.0
        low = float(self._lengths.min() + self.delta[0]) - 6.0 * step
        count = math.ceil((float(self._lengths.max() + self.delta[-1]) + 6.0 * step - low) / step) + 1
        places = low + step * np.arange(count)
        c, _ = profile.of_products(places + math.log(profile.k), top + 1, check=self.check)
        from scipy.interpolate import make_interp_spline  # importing opsvd would take a fifth longer
        values = make_interp_spline(places, c.T, k=9)(np.add.outer(self._lengths, self.delta))
        return np.moveaxis(values, -1, 0)

    def angular(self, degrees: tuple[int, ...], sizes: tuple[int, ...]) -> Polyspherical:
        """All harmonics of a class."""
        return Polyspherical(sizes, degrees, (self.top,) * (len(sizes) - 1))

    def matrix(self, angular: Polyspherical) -> np.ndarray:
        """T on a class of harmonics and on the span, with the roots of the weights of the rows: (n, harmonics * q)."""
        at_rows = angular.at(self.rows.points)
        values = np.moveaxis(self.values[angular.chain[-1]], 0, 1)    # (n, degrees, q)
        spread = values.reshape(len(values), *(1,) * (len(angular.shape) - 1), *values.shape[1:])
        product = at_rows[..., None] * spread
        return np.asarray(product.reshape(len(values), math.prod(angular.shape) * self.span.shape[1]))

    @cached_property
    def norm(self) -> float:
        """The norm of h, from the mean of phi^2."""
        squares = self._of_degrees(self._square, 0)[0]
        return math.sqrt(max(float(self.rows.masses @ squares @ self.half**2), 0.0))

    def energies(self) -> np.ndarray:
        """The energy of each degree over its number of harmonics, shape (top + 1,)."""
        return np.asarray(np.sum(self.values**2, axis=2) @ (self.rows.masses / self.rows.roots**2))
