"""Functions of log|x| in quadruple precision, on a grid that reaches zero in few nodes."""

import numpy as np

from .._support.quad import as_quad, product, quad_pi, rounded
from ..measures import LineMeasure
from ..quadrature import Rule, joined
from ..quadrature.quad_gauss import composite_quad_gauss
from .digits import SPARSE
from .quad_basis import QuadBasis


class QuadLogarithmicBasis(QuadBasis):
    r"""Cardinal functions on an equidistant grid in t, where :math:`|x - m| / s = e^u`, :math:`u = t - e^{-(t + 4)}`.

    The grid is that of `LogarithmicBasis` where :math:`|x - m|` is above :math:`e^{-4}` standard deviations. Below, u
    falls double-exponentially: an integrand that decays like :math:`e^{u / 2}` falls below rounding within some twenty
    more steps, and not within five thousand. The functions are, on either side of the mean m,

    .. math:: b_i(x) \sqrt{\rho(x)} = \Big(h \frac{dx}{dt}\Big)^{-1/2} D\Big(\frac{t - t_i}{h}\Big), \qquad
              D(\tau) = \frac{\sin \pi \tau}{N \sin(\pi \tau / N)} .

    Parameters
    ----------
    measure : Gaussian
    step : float
        The distance h of the nodes in t, a multiple of a small power of two, so that nodes are equidistant.
    last : float
        The largest node.
    count : int
        The number N of nodes on either side, odd.
    parity : int
        1 for even functions about the mean, -1 for odd ones, 0 for all.
    """

    arguments = ("step", "last", "count", "parity")

    def __init__(self, measure: LineMeasure, step: float, last: float, count: int, parity: int = 0) -> None:
        super().__init__(measure, parity)
        self.step, self.last, self.count = step, last, count
        self.grid = as_quad(last) - as_quad(step) * np.arange(count)[::-1]
        self.rule = self._rule(self.grid, as_quad(np.full(count, step)))

    def _rule(self, t: np.ndarray, lebesgue: np.ndarray) -> Rule:
        """Nodes on both sides, with weights in t."""
        z, slope = _mapped(t)
        side = Rule(z, np.asarray(np.sqrt(lebesgue * slope * self.law.scale)), self.law.sqrt_density_of_points(z))
        whole = joined(side.restricted(slice(None, None, -1)), side)
        signs = np.repeat([-1.0, 1.0], len(t))
        return Rule(self.law.points(signs * whole.nodes), whole.sqrt_lebesgue, whole.sqrt_density)

    @property
    def ends(self) -> list[int]:
        """The first and the last, and those next to the mean."""
        return [0, self.count - 1, self.count, -1]

    def with_parity(self, parity: int) -> "QuadLogarithmicBasis":
        """Those functions that are even or odd."""
        return QuadLogarithmicBasis(self.measure, self.step, self.last, self.count, parity)

    def between(self, places: np.ndarray, samples: np.ndarray) -> np.ndarray:
        """Interpolated in t, on each side by itself; zero beyond half a step from the ends of the grid."""
        t, slope = _unmapped(np.abs(places))
        inside = np.abs(rounded(2.0 * t - self.grid[0] - self.grid[-1])) <= self.count * self.step
        factor = np.where(inside, 1.0 / np.sqrt(self.step * slope * self.law.scale), 0.0)
        cardinal = self._cardinal(np.where(inside, t, self.grid[0]))
        found = as_quad(np.zeros((len(places), samples.shape[1])))
        for side, of_side in ((places < 0.0, samples[:self.count][::-1]), (places > 0.0, samples[self.count:])):
            if side.any():
                found[side] = factor[side][:, None] * product(cardinal[side], of_side)
        return found

    def _cardinal(self, t: np.ndarray) -> np.ndarray:
        """The functions D at numbers t, (n,): (n, N)."""
        angles = (t[:, None] - self.grid) * (quad_pi() / (self.step * self.count))
        sines = np.sin(angles)
        # At a node, where numerator and denominator vanish, the function is one.
        at_node = np.abs(rounded(sines)) < 1e-40
        waves = np.sin(self.count * angles)
        return np.asarray(np.where(at_node, 1.0, waves / np.where(at_node, 1.0, self.count * sines)))

    def reliable(self, x: np.ndarray) -> np.ndarray:
        """The same as elsewhere, and not where functions are divided by the root of a tiny slope of x."""
        slope = _unmapped(np.abs(self.law.places(x)))[1]
        return np.asarray(super().reliable(x) & (rounded(np.sqrt(slope)) > SPARSE**2))

    def check_rule(self) -> Rule:
        """Panels in t that end at every eighth node."""
        edges = np.concatenate([self.grid[::8], self.grid[-1:]])
        return self._rule(*composite_quad_gauss(edges[np.append(np.diff(rounded(edges)) > 0.0, True)], 12))


def _mapped(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The size |z| of numbers t, and its derivative."""
    bend = np.exp(-t - 4.0)
    size = np.exp(t - bend)
    return size, size * (1.0 + bend)


def _unmapped(size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The numbers t of sizes |z|, and the derivative there; of zero, minus infinity."""
    u = np.log(np.where(size > 0.0, size, 1.0))
    t = np.where(u > -4.0, u, -4.0 - np.log(np.maximum(-4.0 - u, 1.0)))
    for _ in range(9):    # Newton's steps: the function is concave and increasing, so that they converge from the left
        bend = np.exp(-t - 4.0)
        t = t - (t - bend - u) / (1.0 + bend)
    t = np.where(size > 0.0, t, -np.inf)
    return t, np.asarray(size * (1.0 + np.exp(-np.where(size > 0.0, t, 0.0) - 4.0)))
