"""The operator of phi(xy) in log|x| and log|y|: Hankel matrices between half-densities, and how they fade."""

from collections.abc import Callable
from functools import cached_property

import numpy as np

from .._support.floats import TINY
from ..bases import LogarithmicBasis
from ..errors import diverges_towards
from ..measures import UNDERFLOW, LogarithmicLine
from ..operator.discretisation import Block
from ..operator.problem import Problem
from ..quadrature import SLOWEST_RATE
from .profile import Profile


class ProductPair:
    r"""The measures of phi(xy) in :math:`u = \log(|x| / s_x)` and :math:`v = \log(|y| / s_y)`.

    Attributes
    ----------
    lines : tuple of LogarithmicLine
    tops : ndarray, shape (2,)
        The largest u and v of the domain.
    strip, finest_step : float
        See `LogarithmicLine`; the smaller ones.
    length : float
        Over which half-densities change; one for Gaussians.
    profile : Profile
    """

    def __init__(self, problem: Problem) -> None:
        self.lines = LogarithmicLine(problem.lines[0]), LogarithmicLine(problem.lines[1])
        intervals = problem.domain.x, problem.domain.y
        self.tops = np.array([np.log(np.abs(line.measure.points(np.array(ends)) / line.unit).max())
                              for line, ends in zip(self.lines, intervals, strict=True)])
        self.strip = min(line.strip for line in self.lines)
        self.finest_step = min(line.finest_step for line in self.lines)
        self.length = min(1.0, 4.0 * self.strip)
        self.gaussian = problem.gaussian
        symmetric = [line.symmetric for line in self.lines]
        self.parities = all(symmetric)
        negative = "y" if symmetric[1] else "x" if symmetric[0] else None
        self.profile = Profile(problem.given, self.lines[0].unit, self.lines[1].unit, negative, self.parities)

    def step(self, error: float) -> float:
        """The step by which the trapezoid rule has an error in singular functions."""
        return self.strip * np.pi**2 / float(np.log(1.0 / error))

    @cached_property
    def importance(self) -> Callable[[np.ndarray], np.ndarray]:
        """How much phi matters where u + v = s: points (n,) -> (n,)."""
        return _largest_of_gaussians if self.gaussian else self._root_of_convolution()

    def _root_of_convolution(self) -> Callable[[np.ndarray], np.ndarray]:
        """The root of the density of u + v, smooth, from a spline through its logarithm."""
        step = 0.1 * self.length    # with which a spline of degree nine is good to 1e-12
        lows = [max(-344.0, lowest(line)) for line in self.lines]
        first, second = (line.weight(np.arange(low, top + 20.0, step)) ** 2 for line, low, top in
                         zip(self.lines, lows, self.tops, strict=True))
        density = np.convolve(first, second) * step
        s = sum(lows) + step * np.arange(len(density))
        seen = density > TINY
        begin, end = int(np.argmax(seen)), len(seen) - int(np.argmax(seen[::-1]))
        from scipy.interpolate import make_interp_spline  # importing opsvd would take a fifth longer
        spline = make_interp_spline(s[begin:end], 0.5 * np.log(np.maximum(density[begin:end], TINY)), 9)
        return lambda points: np.exp(spline(np.clip(points, s[begin], s[end - 1])))

    def blocks(self, step: float, counts: np.ndarray, samples: np.ndarray, parts: list[int]) -> list[Block]:
        """The matrices of so many nodes, (2, parts), from parts of phi at all sums of nodes, or more."""
        def basis(side: int, count: int, parity: int) -> LogarithmicBasis:
            return LogarithmicBasis(self.lines[side].measure, step, float(self.tops[side]), count, parity)

        if self.parities:    # the parts are the even one, then the odd one
            found = []
            for part in parts:
                left, right = (basis(side, int(counts[side, part]), (1, -1)[part]) for side in range(2))
                found.append(Block(left, right, self.hankel(step * samples[:, part], left.grid, right.grid)))
            return found
        left, right = (basis(side, int(counts[side].max()), 0) for side in range(2))
        quadrants = [self.hankel(step * part, left.grid, right.grid) for part in samples.T]
        if len(quadrants) == 1:
            return [Block(left, right, quadrants[0])]
        positive, negative = quadrants
        # Functions of one sign have a half of the mass.
        whole = (np.concatenate([negative[::-1], positive]) if self.lines[0].symmetric else
                 np.concatenate([negative[:, ::-1], positive], axis=1))
        return [Block(left, right, whole * np.sqrt(0.5))]

    def hankel(self, samples: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """The matrix k_(i + j) w(u_i) w(v_j) from samples of k, of which the last are at sums of points u and v."""
        last = samples[1 - len(u) - len(v):]
        # The weights go in one after the other: their product may underflow where k makes up for it.
        windows = np.lib.stride_tricks.sliding_window_view(last, len(v))
        return np.asarray(windows * self.lines[0].weight(u)[:, None] * self.lines[1].weight(v))


def lowest(line: LogarithmicLine) -> float:
    """The point u below which there is nothing to any float; minus infinity where there is."""
    if line.symmetric:
        return -np.inf
    with np.errstate(divide="ignore"):
        return float(np.log(line.measure.points(np.array(line.measure.box(UNDERFLOW)[0])) / line.unit))


def _largest_of_gaussians(s: np.ndarray) -> np.ndarray:
    r"""The largest w(u) w(v) with u + v = s under Gaussians, :math:`w(u) = \sqrt{2 \rho\, |dx/du|}`."""
    return np.asarray(np.sqrt(2.0 / np.pi) * np.exp(0.5 * s - 0.5 * np.exp(s)))


class Decay:
    """How the operator fades to the left: measured with a coarse step, and extrapolated by its last `measured` units.

    The energy of |x|^a falls like e^((2a + 1) u) under a density that is positive at zero; if it does not fall, E[h^2]
    diverges.

    Attributes
    ----------
    u : list of ndarray
        Points u, and v.
    to_the_left : list of ndarray, shape (n, parts)
        The norm of what is to the left of u, and of v, relative to the whole, for each part of phi.
    norms : ndarray, shape (parts,)
        Of each part, relative to the whole.
    """

    def __init__(self, pair: ProductPair, tol: float, *, measured: float = 20.0) -> None:
        self.pair, step = pair, 0.5 * pair.length
        # A bounded phi has the norm e^-32 = 1.3e-14 to the left of -64 under Gaussians: a longer way is for tolerances
        # near rounding, and for powers with a < 0. At -344 products xy = e^-688 are still normal numbers.
        for low in (-64.0, -344.0):
            self.u = [np.arange(top, max(low, lowest(line)), -step)[::-1] for line, top in
                      zip(pair.lines, pair.tops, strict=True)]
            u, v = self.u
            samples = pair.profile.finite(u[0] + v[0] + step * np.arange(len(u) + len(v) - 1))
            matrices = np.stack([pair.hankel(step * part, u, v) for part in samples.T])
            matrices /= np.linalg.norm(matrices) or 1.0
            energies = [np.einsum(f"pij,pij->{side}p", matrices, matrices.conj()).real for side in "ij"]
            self.to_the_left = [_to_the_left(energy, step, tol, name, round(measured / step)) for energy, name in
                                zip(energies, "xy", strict=True)]
            if all((norm[0] < tol).all() for norm in self.to_the_left):
                break
        self.norms = np.sqrt(energies[0].sum(axis=0))

    @property
    def parts(self) -> list[int]:
        """The indices of the parts that are not rounding; of the zero kernel, the first one."""
        return np.flatnonzero(self.norms > 1e-14 * self.norms.max()).tolist() or [0]

    def first(self, tol: float) -> np.ndarray:
        """For u and v, and for each part, the point to the left of which there is at most tol: shape (2, parts)."""
        index = [[np.searchsorted(norm, tol) for norm in norms.T] for norms in self.to_the_left]
        # An interval of seven steps at least is left, though there be nothing in it.
        return np.array([u[np.clip(np.array(some) - 1, 0, len(u) - 8)] for u, some in zip(self.u, index, strict=True)])

    def missing(self, points: np.ndarray) -> float:
        """The norm of what is to the left of the points, shape (2, parts), in x or in y."""
        return float(np.linalg.norm([[np.interp(point, u, norm) for point, norm in zip(some, norms.T, strict=True)]
                                     for u, norms, some in zip(self.u, self.to_the_left, points, strict=True)]))

    def grid(self, step: float, tol: float, max_nodes: int) -> tuple[float, np.ndarray]:
        """A step, and an odd number of nodes from the last point to where at most tol is missing, shape (2, parts).

        Where these would be too many, the step is larger, up to where the trapezoid rule errs by what is missing.
        """
        tops, most = self.pair.tops[:, None], (max_nodes - 1) | 1
        while True:
            counts = 2 * np.ceil(0.5 * (tops - self.first(tol)) / step).astype(int) + 1
            missing = self.missing(np.broadcast_to(tops - step * (most - 1), counts.shape))
            # Singular functions have transforms that decay like exp(-pi strip abs(kappa)).
            if counts.max() <= most or missing <= np.exp(-self.pair.strip * np.pi**2 / step):
                return step, np.minimum(counts, most)
            step *= 1.1


def _to_the_left(energy: np.ndarray, step: float, tol: float, name: str, count: int) -> np.ndarray:
    """The norms to the left of points from energies there, (n, parts), and from the rate of the first `count`."""
    count = min(count, len(energy) - 1)
    inner, outer = energy[0], energy[count]
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(inner > 0.0, np.log(outer / inner) / (count * step), np.inf)
    if ((rate <= SLOWEST_RATE) & (inner > 1e-3 * tol * tol)).any():
        raise diverges_towards(f"{name} = 0", "|xy|^a")
    extrapolated = inner / (step * np.maximum(rate, SLOWEST_RATE))
    return np.asarray(np.sqrt(np.cumsum(energy, axis=0) + extrapolated))
