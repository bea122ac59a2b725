r"""The nuclear norm of a semidefinite kernel: the mean of its diagonal.

If h is Hermitian, :math:`\mu_x = \mu_y`, and no eigenvalue is negative, the singular values are the eigenvalues, and
their sum is the trace. It is :math:`E[d(x)]`, where d(x) is the limit of h near the point (x, x), if there is one for
almost all x. What h is at (x, x) itself does not matter, unless x is an atom: the operator of ``(x == y)`` is zero.

References
----------
C. Brislawn, Traceable integral kernels on countably generated measure spaces, Pacific J. Math. 150, 1991.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from scipy.linalg import cho_solve, cholesky
from scipy.special import ndtri

from .._support.budget import BudgetExhaustedError
from .._support.floats import CHUNK, EPS, TINY
from ..errors import KernelError
from ..evidence.scatter import scatter_bars
from ..kernels import BlockKernel, MatrixKernel
from ..measures import Discrete, LineMeasure
from ..measures.line import UNDERFLOW, lengths_of
from ..methods.panel_rules import with_edges_of
from ..methods.quasi_random import quasi_random_points
from ..operator.problem import Problem
from ..quadrature import Pieces, composite_gauss_legendre, find_pieces
from ..spectrum import Estimate
from .result import OperatorSVD

Function: TypeAlias = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Trace:
    """The trace of a semidefinite kernel in absolute value, the sign of its eigenvalues, and how large one may hide.

    No eigenvalue of the other sign is larger than `hidden`, as far as the points show that were tried.
    """

    total: Estimate
    sign: float
    hidden: float

    def given_to(self, svd: OperatorSVD, unit: float) -> OperatorSVD:
        """The decomposition with this sum, times a unit, if its values do not contradict it; else as it is.

        An eigenvalue of the other sign adds twice its size to the sum. Two of them are in the bound from above, as
        large as the smallest listed value, or as may hide from the points that were tried.
        """
        total = self.total.times(unit)
        if total.upper < svd.nuclear_norm().lower:
            return svd
        try:
            eigenvalues = self.sign * svd.eigenvalues
        except ValueError:
            return svd
        known = np.isfinite(eigenvalues)
        if (eigenvalues < -svd.errors)[known].any():
            return svd
        tail = replace(svd.spectrum_tail, total_least=max(svd.spectrum_tail.total_least, total.lower),
                       total_most=total.upper + 4.0 * min(self.hidden * unit, float(svd.values.min(initial=np.inf))),
                       total_note=total.note)
        return replace(svd, spectrum_tail=tail)


def find_trace(svd: OperatorSVD, problem: Problem) -> Trace | None:
    """The trace, if h is found to be semidefinite.

    It is not looked for where the sum of the values is known to the tolerance, or values are dear; nor under discrete
    measures, where all values are computed; nor where fewer than twenty points, with all of their pairs, fit memory.
    """
    total, budget, plain = svd.nuclear_norm(), problem.budget, not isinstance(problem.given, BlockKernel | MatrixKernel)
    wanted = svd.spectrum_tail.extrapolated and total.error > problem.rtol * total.value
    same = problem.mu_x == problem.mu_y and problem.given.dims[0] == problem.given.dims[1]
    if not (wanted and plain and same) or isinstance(problem.mu_x, Discrete) or budget.dear or (
            20**2 * problem.mu_x.rank > CHUNK):
        return None
    with budget.overtime(), suppress(BudgetExhaustedError, KernelError):
        return Diagonal(problem).trace()
    return None


@dataclass(frozen=True)
class _Limit:
    """How near to the diagonal h is looked at, in scales of the measure, and how far its mean may be from the limit.

    The step before was eight times as long, and what h changes by falls by a factor with each.
    """

    before: float
    step: float
    fall: float
    error: float


class Diagonal:
    """A kernel near its diagonal, and what it shows of being semidefinite."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.kernel, self.measure = problem, problem.given, problem.mu_x
        self.coordinates = len(self.measure.lines) or self.measure.rank
        self.rng = np.random.default_rng(0)

    def trace(self) -> Trace | None:
        """The mean of the diagonal, if h is Hermitian, continuous at the diagonal, and semidefinite."""
        if not self._hermitian() or (limit := self._limit()) is None:
            return None
        # Most kernels fail at few points. On the line some hundred are near enough to each other for short lengths.
        if self._gram(limit, 20, 3).smallest is None:
            return None
        # Lines are four times as long as the next: ten points on each leave no scale between them out.
        gram = self._gram(limit, 500 if self.coordinates == 1 else 250, 10)
        if (smallest := gram.smallest) is None:
            return None
        mean, bar = self._mean(limit.step)
        if not np.isfinite(bar):    # beside a point where h is infinite
            return None
        count, sign = len(gram.diagonal), "positive" if gram.sign > 0.0 else "negative"
        # The Gram matrix is semidefinite to the rounding of so many values.
        bar += limit.error + count * self.kernel.eps * abs(mean)
        note = f"by E[h(x, x)], as h is {sign} semidefinite at all {count} points tried"
        return Trace(Estimate(abs(mean), bar, note), gram.sign, smallest * abs(mean))

    def _points(self, z: np.ndarray, steps: np.ndarray | float = 0.0) -> np.ndarray:
        """The points of standard coordinates z, (..., d), moved by steps in scales of the measure."""
        if not self.measure.lines:
            return self.measure.unwhiten(z + steps)
        scales = np.array([line.scale for line in self.measure.lines])
        return self.measure.placed(self.measure.coordinates_of_normal(z) + steps * scales)

    def _directions(self, count: int) -> np.ndarray:
        """Random unit vectors, (count, d)."""
        z = self.rng.standard_normal((count, self.coordinates))
        return np.asarray(z / np.linalg.norm(z, axis=-1, keepdims=True))

    def _hermitian(self) -> bool:
        """Whether h(y, x) is the conjugate of h(x, y) at random pairs, to rounding."""
        x, y = (self._points(self.rng.standard_normal((40, self.coordinates))) for _ in range(2))
        there, back = self.kernel.at_points(x, y), self.kernel.at_points(y, x).conj()
        return bool(np.abs(there - back).max() <= 100.0 * self.kernel.eps * np.abs(there).max())

    def _values_at_steps(self, z: np.ndarray, steps: np.ndarray | float, step: np.ndarray | float) -> np.ndarray:
        """The real part of h at points and those a step away in some direction; of Hermitian h the other is small."""
        across = step * self._directions(len(z))
        return self.kernel.at_points(self._points(z, steps), self._points(z, steps + across)).real

    def _limit(self) -> _Limit | None:
        """Where h near the diagonal is nearest to its limit; None if it does not tend to one.

        Steps become an eighth each, down to where a thousand roundings lie between two points. Below some step rounding
        is all that h changes by.
        """
        z, steps = self.rng.standard_normal((64, self.coordinates)), 0.125 ** np.arange(2.0, 14.0)
        values = self._values_at_steps(np.tile(z, (len(steps), 1)), 0.0, np.repeat(steps, len(z))[:, None])
        values = values.reshape(len(steps), len(z))
        if not np.isfinite(values).all():
            return None
        size, noise = float(np.abs(values).mean()), 8.0 * self.kernel.eps
        changes = np.abs(np.diff(values, axis=0)).mean(axis=1) / max(size, TINY)
        last = int(np.argmin(changes))
        fall = 0.0 if changes[0] <= noise else float((max(changes[last], noise) / changes[0]) ** (1.0 / max(last, 1)))
        if fall > 0.8:    # |x - y|^0.1 falls like this in each step, and shows no limit
            return None
        # All changes nearer to the diagonal count, rounding or not, and those that would follow.
        still = float(changes[last:].sum() + changes[last] * fall / (1.0 - fall))
        return _Limit(float(steps[last]), float(steps[last + 1]), fall, 2.0 * still * size)

    def _gram(self, limit: _Limit, spread: int, along: int) -> "_Gram":
        """The values of h between some points, fewer in many dimensions.

        So many are spread over the measure. Others lie side by side on short lines, of which each is a quarter as long
        as the one before: what h is at every scale decides over its small eigenvalues.
        """
        spread, lengths = min(spread, int((CHUNK / self.coordinates) ** 0.5)), 2.0 * 0.25 ** np.arange(13.0)
        lengths = lengths[lengths > 0.5 * along * limit.step]
        # Spacings are no shorter than the step beside the diagonal.
        z = self.rng.standard_normal((spread, self.coordinates))
        if self.coordinates == 1:    # one in the middle of each part of the same mass, or nearly so
            z = ndtri((np.arange(spread) + self.rng.uniform(0.4, 0.6, spread)) / spread)[:, None]
        shape = (len(lengths), along, self.coordinates)
        directions = lengths[:, None] * self._directions(len(lengths))
        z = np.concatenate([z, np.repeat(self.rng.standard_normal((len(lengths), self.coordinates)), along, axis=0)])
        steps = np.concatenate([np.zeros((spread, self.coordinates)),
                                (np.linspace(-1.0, 1.0, along)[:, None] * directions[:, None]).reshape(-1, shape[-1])])
        points = self._points(z, steps)
        kept = np.sort(np.unique(points, axis=0, return_index=True)[1])
        points = points[kept]
        farther, diagonal = (self._values_at_steps(z[kept], steps[kept], step) for step in (limit.before, limit.step))
        known = np.isfinite(diagonal)    # at an end of the support there may be no point beside
        points, farther, diagonal = points[known], farther[known], diagonal[known]
        matrix, step = np.zeros((len(points), len(points)), self.kernel.dtype), 64    # a tenth more than are below
        for start in range(0, len(points), step):
            some, stop = slice(start, start + step), min(start + step, len(points))
            matrix[some, :stop] = self.kernel.at_points(points[some, None], points[None, :stop])
            matrix[some, start:stop] = np.tril(matrix[some, start:stop], -1)    # h may be infinite on the diagonal
        return _Gram(matrix, diagonal, np.abs(diagonal - farther) / (1.0 - limit.fall), self.kernel.eps,
                     int(np.sum(kept[known] < spread)))

    def _mean(self, step: float) -> tuple[float, float]:
        """The mean of h beside the diagonal, and an error bar."""
        if isinstance(self.measure, LineMeasure):
            found = _mean_on_line(self.measure, self._beside_coordinates(step), self.problem.tolerances.pieces)
        elif self.problem.round and self.problem.invariant:
            found = _mean_on_line(lengths_of(self.measure), self._beside_lengths(step), self.problem.tolerances.pieces)
        else:
            found = None
        return found or self._mean_at_points(step)

    def _beside_coordinates(self, step: float) -> Function:
        """What h is a step from the diagonal, towards the centre of the measure, at coordinates (n,)."""
        def values(t: np.ndarray) -> np.ndarray:
            inwards = np.where(t > line.center, -step, step) * line.scale
            return self.kernel.at_points(line.points(t), line.points(t + inwards)).real

        line = self.problem.lines[0]
        return values

    def _beside_lengths(self, step: float) -> Function:
        """What h is at vectors of one length, a small angle apart, at coordinates of the length (n,)."""
        def values(t: np.ndarray) -> np.ndarray:
            x, y = np.zeros((2, len(t), self.measure.dim))
            x[:, 0] = r = lengths.points(t)
            y[:, 0], y[:, 1] = np.cos(step) * r, np.sin(step) * r
            return self.kernel.at_points(x, y).real

        lengths = lengths_of(self.measure)
        return values

    def _mean_at_points(self, step: float) -> tuple[float, float]:
        """By quasi-random points, in eight scramblings."""
        samples = np.array([self._values_at_steps(quasi_random_points(self.coordinates, 4096, seed), 0.0, step)
                            for seed in range(8)])
        means, bars = scatter_bars(*(samples[:, :n].mean(axis=1)[:, None] for n in (512, 1024, 2048, 4096)))
        return float(means[0]), float(bars[0])


@dataclass(frozen=True, eq=False)
class _Gram:
    """Values between points: those below the diagonal, the diagonal, how far it may be off, and the rounding.

    The first points, so many, are spread over the measure.
    """

    below: np.ndarray
    diagonal: np.ndarray
    errors: np.ndarray
    eps: float
    spread: int

    @property
    def sign(self) -> float:
        """The sign of the eigenvalues, if they have one."""
        return 1.0 if self.diagonal.sum() > 0.0 else -1.0

    @property
    def smallest(self) -> float | None:
        """The smallest eigenvalue for points that are spread, over their number; None if some eigenvalue is negative.

        Rows and columns are scaled so that the diagonal is one: then small values count as much as large ones. Negative
        means by more than errors and rounding.
        """
        count, diagonal = len(self.diagonal), self.sign * self.diagonal
        if not (diagonal >= -self.errors).all() or not diagonal.max() > 0.0 or not np.isfinite(self.below).all():
            return None
        roots = np.sqrt(np.maximum(diagonal, max(EPS**2 * diagonal.max(), TINY)))
        tolerance = 8.0 * count * self.eps + 4.0 * float((self.errors / roots**2).max())
        if tolerance > 0.01:    # that shows nothing
            return None
        # Arrays of some megabytes take longer to make than to pass over.
        matrix = self.below * (self.sign / roots)
        matrix /= roots[:, None]
        matrix[np.diag_indices(count)] = 1.0 + tolerance
        try:
            # What is below the diagonal is above that of the transpose, which LAPACK works on where it is.
            factor = cholesky(matrix.T, overwrite_a=True, check_finite=False)
        except np.linalg.LinAlgError:
            return None
        # Inverse iteration from a random vector: each step divides what is left of an eigenvalue twice as large by two.
        vector, size = np.random.default_rng(0).standard_normal(self.spread), 1.0
        corner = np.asfortranarray(factor[:self.spread, :self.spread])    # of which every solution would make a copy
        for _ in range(12):
            vector = cho_solve((corner, False), vector, check_finite=False)
            size = float(np.linalg.norm(vector))
            vector /= size
        return 1.0 / (size * self.spread)


def _mean_on_line(line: LineMeasure, function: Function, tol: float) -> tuple[float, float] | None:
    """The mean of a function of the coordinate, from pieces on which it is smooth; None if these are too many."""
    def weight(t: np.ndarray) -> np.ndarray:
        return line.sqrt_density(t) ** 2

    # At the centre the function turns to the other side of the diagonal, which takes a search to be found.
    edges = np.union1d(with_edges_of(line, np.linspace(*line.box(UNDERFLOW), 18)), line.center)
    if len(edges) > 100:
        return None
    pieces = find_pieces(lambda t: function(t)[:, None], weight, Pieces(edges, np.intersect1d(edges, line.edges)), tol,
                         search_width=0.1 * line.scale, limit=1000, unit=1e-3 * line.scale)
    if pieces is None:
        return None
    rules = [composite_gauss_legendre(pieces.edges, order) for order in (16, 24)]
    coarse, fine = (float((weights * weight(t)) @ function(t)) for t, weights in rules)
    size = float((rules[1][1] * weight(rules[1][0])) @ np.abs(function(rules[1][0])))
    return fine, 2.0 * abs(fine - coarse) + 64.0 * EPS * size
