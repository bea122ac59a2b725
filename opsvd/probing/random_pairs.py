"""Random pairs of coordinates, with a kernel of numbers there: they stay, so that all answers are held against them."""

import math
from dataclasses import dataclass

import numpy as np

from .._support.floats import TINY
from ..kernels import Kernel
from ..measures import LineMeasure
from .domain import Domain, within


class RandomPairs:
    r"""Pairs that are drawn batch by batch, with the values of a kernel there.

    A pair of one batch may lie on a narrow feature which all pairs of the next one miss. So integrals are sums over all
    of them. If :math:`n_k` pairs are drawn with the density :math:`p_k`, weights :math:`1 / \sum_k n_k p_k` give
    integrals without bias (E. Veach and L. Guibas, Optimally combining sampling techniques for Monte Carlo rendering,
    SIGGRAPH 1995).

    Parameters
    ----------
    kernel : Kernel
        Of coordinates.
    lines : (LineMeasure, LineMeasure)
    """

    def __init__(self, kernel: Kernel, lines: tuple[LineMeasure, LineMeasure]) -> None:
        self.kernel, self.lines = kernel, lines
        # Coordinates, h times the roots of the densities, and the number of pairs to be expected on a unit of area.
        self._t, self._u, self._values, self._expected = np.empty((4, 0))
        self._laws: list[_Law | _LawAround] = []

    @property
    def drawn(self) -> bool:
        """Whether there are any."""
        return bool(self._laws)

    def draw(self, domain: Domain, masses: tuple[np.ndarray, np.ndarray], count: int) -> None:
        r"""Ask for h at about so many pairs of three kinds, a third each.

        They are drawn from the measures, spread over the domain, and drawn from the mean :math:`q` of products of
        densities, which are constant on equal parts of the sides of the domain. The first two are stratified: there is
        a random one in each cell of a square grid, of quantiles and of the domain.

        Parameters
        ----------
        domain : Domain
        masses : (ndarray, ndarray), shapes (n, r) and (m, r)
            The masses of the parts, for each of r products.
        count : int
        """
        self._add(_Law(self.lines, domain, masses, count))

    def draw_around(self, domain: Domain, centre: tuple[float, float], count: int) -> None:
        """Ask for h at about so many pairs around one of them, with as many distances of each order of magnitude."""
        self._add(_LawAround(domain, centre, count))

    def _add(self, law: "_Law | _LawAround") -> None:
        t, u = law.pairs(len(self._laws))
        left, right = self.lines
        values = self.kernel.finite_beside(t, u) * left.sqrt_density(t) * right.sqrt_density(u)
        self._laws.append(law)
        expected = np.sum([one.expected(t, u) for one in self._laws], axis=0)
        self._expected = np.append(self._expected + law.expected(self._t, self._u), expected)
        self._t, self._u, self._values = (
            np.append(known, new) for known, new in ((self._t, t), (self._u, u), (self._values, values)))

    def within(self, domain: Domain) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        r"""Both coordinates of all pairs in a domain, :math:`h \sqrt{\rho_x \rho_y}` there, and the weights, (n,)."""
        inside = within(self._t, domain.x) & within(self._u, domain.y)
        return self._t[inside], self._u[inside], self._values[inside], 1.0 / self._expected[inside]


class _Law:
    """How the pairs of a batch are drawn."""

    def __init__(self, lines: tuple[LineMeasure, LineMeasure], domain: Domain, masses: tuple[np.ndarray, np.ndarray],
                 count: int) -> None:
        self.lines, self.domain, self.masses, self.cells = lines, domain, masses, math.isqrt(count // 3 - 1) + 1
        self.edges = [np.linspace(*interval, len(mass) + 1) for interval, mass in
                      zip((domain.x, domain.y), masses, strict=True)]

    def pairs(self, batch: int) -> tuple[np.ndarray, np.ndarray]:
        """Those in the domain; each batch has others."""
        rngs = [np.random.default_rng([count, batch] if batch else count) for count in (self.cells, self.cells**2)]
        t, u = map(np.append, self._spread(rngs[0]), self._of_products(rngs[1]))
        inside = self._inside(t, u)
        return t[inside], u[inside]

    def expected(self, t: np.ndarray, u: np.ndarray) -> np.ndarray:
        """The number of pairs to be expected on a unit of area, at pairs of coordinates."""
        inside, expected = self._inside(t, u), np.zeros(len(t))
        t, u = t[inside], u[inside]
        (x0, x1), (y0, y1) = self.domain.x, self.domain.y
        f, g = (mass[np.clip(np.searchsorted(edges, x) - 1, 0, len(mass) - 1)] / (edges[1] - edges[0])
                for edges, mass, x in zip(self.edges, self.masses, (t, u), strict=True))
        products = np.einsum("ni,ni->n", f, g) / f.shape[1]
        left, right = self.lines
        expected[inside] = self.cells**2 * (
            np.square(left.sqrt_density(t) * right.sqrt_density(u)) + 1.0 / ((x1 - x0) * (y1 - y0)) + products)
        return expected

    def _inside(self, t: np.ndarray, u: np.ndarray) -> np.ndarray:
        return np.asarray(within(t, self.domain.x) & within(u, self.domain.y))

    def _spread(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """One in each of cells^2 cells of quantiles, and one in each of as many of the domain.

        Each coordinate by itself has one in each of cells^2 parts as well (K. Chiu, P. Shirley and C. Wang,
        Multi-jittered sampling, Graphics Gems IV, 1994): so strips are seen that are as narrow as these.
        """
        cells = self.cells
        i, j = np.indices((cells, cells))

        def places() -> np.ndarray:
            part = np.array([rng.permuted(j, axis=1), rng.permuted(i, axis=0)])
            return ((np.array([i, j]) + (part + rng.random(part.shape)) / cells) / cells).reshape(2, -1)

        of_mass, of_domain = places(), places()
        (left, right), (x0, x1), (y0, y1) = self.lines, self.domain.x, self.domain.y
        return (np.append(left.quantile(of_mass[0]), x0 + (x1 - x0) * of_domain[0]),
                np.append(right.quantile(of_mass[1]), y0 + (y1 - y0) * of_domain[1]))

    def _of_products(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """As many from each product."""
        rank = self.masses[0].shape[1]
        t, u = (np.concatenate([
            np.interp(rng.random(len(some)), np.append(0.0, np.cumsum(mass[:, i])) / max(mass[:, i].sum(), TINY), edges)
            for i, some in enumerate(np.array_split(np.arange(self.cells**2), rank))])
            for edges, mass in zip(self.edges, self.masses, strict=True))
        return t, u


@dataclass(frozen=True)
class _LawAround:
    """How the pairs of a batch around one pair are drawn: the logarithms of the distances of either side are uniform.

    So a feature beside the centre has some of them whatever its width is, in x as in y.
    """

    domain: Domain
    centre: tuple[float, float]
    count: int

    _ORDERS = math.log(1e4)    # of distances: the shortest are a thousandth of the deviation of a Gaussian

    def pairs(self, batch: int) -> tuple[np.ndarray, np.ndarray]:
        """Those in the domain; each batch has others."""
        rng = np.random.default_rng([self.count, batch])
        place = (1.0 + self._ORDERS) * rng.random((2, self.count)) - 1.0
        apart = np.where(place < 0.0, 1.0 + place, np.exp(place)) * rng.choice([-1.0, 1.0], place.shape)
        t, u = (middle + some * math.exp(-self._ORDERS) * (high - low) for middle, some, (low, high) in
                zip(self.centre, apart, (self.domain.x, self.domain.y), strict=True))
        inside = within(t, self.domain.x) & within(u, self.domain.y)
        return t[inside], u[inside]

    def expected(self, t: np.ndarray, u: np.ndarray) -> np.ndarray:
        """The number of pairs to be expected on a unit of area, at pairs of coordinates."""
        density = np.full(len(t), float(self.count))
        for x, middle, (low, high) in zip((t, u), self.centre, (self.domain.x, self.domain.y), strict=True):
            apart = np.abs(x - middle)
            shortest = math.exp(-self._ORDERS) * (high - low)
            density *= (within(x, (low, high)) & (apart <= high - low)) / (
                2.0 * (1.0 + self._ORDERS) * np.maximum(apart, shortest))
        return density
