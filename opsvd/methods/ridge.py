r"""Ridge functions phi(x + b y): a convolution, which between equal panels is a matrix of repeating blocks.

Let :math:`\xi, \eta` be x and y in units of their deviations from their means, and :math:`x + b y = m + s \zeta` with
:math:`\zeta = \xi \cos\theta + \eta \sin\theta` a standard Gaussian. On panels whose widths are
:math:`\delta / \cos\theta` in :math:`\xi` and :math:`\delta / |\sin\theta|` in :math:`\eta`, integrals of phi against
products of polynomials depend on the sum of the numbers of the two panels alone, and are integrals in one variable:

.. math:: \int\!\!\int P_k(s)\, \varphi\big(\zeta_r + \tfrac\delta2 (s + t)\big) P_l(t)\, ds\, dt
          = \int_{-2}^2 \varphi\big(\zeta_r + \tfrac\delta2 \tau\big)\, Q_{kl}(\tau)\, d\tau,
          \qquad Q_{kl}(\tau) = \int P_k(s) P_l(\tau - s)\, ds ,

with :math:`Q_{kl}` a polynomial on either side of zero. They are taken between the breaks of phi, so that it does not
matter to them whether phi is smooth. The densities, which are, go in at the nodes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from .._support.arrays import squares
from .._support.floats import TINY
from .._support.linalg import krylov_svd, leading_count
from .._support.validation import finite_float, positive_int
from ..bases import PanelBasis
from ..errors import too_singular
from ..evidence.comparison import KnownRemainder, compared
from ..evidence.ridge_norm import RidgeNorm
from ..kernels import Kernel
from ..measures import Gaussian
from ..operator.discretisation import Block, Discretisation, Triplets
from ..operator.problem import Problem
from ..probing.domain import Domain
from ..quadrature import Pieces, composite_gauss_legendre, find_pieces, hidden_energy, poles
from ..quadrature.legendre import TRUNCATED
from .base import GaussianMethod
from .convolution import convolution_blocks
from .panel_rules import ORDER, hidden_share, panel_tails
from .uniform import loose_checks

# Widths of the panels, in deviations: each makes a matrix of twice as many entries as the one before.
_WIDTHS = (1.0, 0.7, 0.5, 0.35, 0.25)
# Of zeta.
_STANDARD = Gaussian()


class Ridge(GaussianMethod):
    r"""Singular values of ridge functions :math:`\varphi(x + b y)` of Gaussian x and y, whatever :math:`\varphi` is.

    Kinks, jumps, roots and logarithms of phi are found by bisection of one function of one variable, and its integrals
    taken between them; the panels in x and y need only resolve the leading singular functions, which are smooth since
    they are T applied to something. Gives up, without a discretisation, on phi that is not smooth between two thousand
    points, and on b so large or small that it would take too many panels.

    Parameters
    ----------
    b : float
        The coefficient of y. Whether h is a function of x + b y is not looked at: h is evaluated along a line, and
        elsewhere only by the error bars.
    max_nodes : int, default 6400
        The most nodes a variable, or fewer: images of functions on more than 3200 are to take no more than a quarter of
        the evaluations that are left.

    Raises
    ------
    TypeError, ValueError
        If b is not a number other than zero, max_nodes not a positive integer, or a measure is not Gaussian.

    References
    ----------
    A. Pinkus, Ridge Functions, Cambridge (2015), for the name.

    Examples
    --------
    >>> import numpy as np
    >>> import opsvd
    >>> svd = opsvd.decompose(lambda x, y: x > y, method=opsvd.Ridge(-1.0))
    >>> print((svd.singular_values[:3] * np.pi / 2.0).round(8))    # 1 / (2i - 1)
    [1.         0.33333333 0.2       ]
    """

    _measures, _otherwise = "Gaussian for ridge functions", "product"

    def __init__(self, b: float, max_nodes: int = 6400) -> None:
        self.b = finite_float(b, "b")
        if self.b == 0.0:
            raise ValueError("b must not be zero, for which phi(x) alone is separable, got 0.0; leave method out")
        self.max_nodes = positive_int(max_nodes, "max_nodes")

    def discretisations(self, problem: Problem) -> Iterator[Discretisation]:
        """Yield when the leading functions are resolved, and with all functions near them on narrower panels."""
        found = _Convolution.of(problem, self.b)
        if found is None:
            return
        # Functions may end where they are that small.
        box = problem.at(100.0 * found.rough).domain
        widths, widest = [width for width in _WIDTHS if self._pays(found, box, width)], np.inf
        for width in widths:
            if widest < width != widths[-1]:
                continue
            block = found.block(box, width)
            # Twelve functions must be resolved. What is left in them of others, which are not smooth, would ask for
            # narrower panels than they do: blocks of forty columns leave nothing where values fall by a hundredth.
            columns = 40
            triplets = krylov_svd(block.matrix, columns)
            if len(triplets[1]) == 0:
                return
            # Of many kernels leading values come out well at the last, though twelve functions are not resolved there.
            unresolved = _unresolved(triplets, 12)
            widest = width * found.narrowed(unresolved)
            if unresolved <= found.rough or width == widths[-1]:
                yield from self._narrower(found, width, block, triplets, columns)
                return

    def _pays(self, found: "_Convolution", box: Domain, width: float) -> bool:
        """Whether panels of a width have no more nodes than are allowed, and images on them are paid for."""
        size, budget = found.size(box, width), found.problem.budget
        with budget.nothing_kept():    # as where the answer is judged
            affordable = 4 * found.values_of_images(size) <= budget.evaluations_left
        return size <= min(self.max_nodes, 3200) or (size <= self.max_nodes and affordable)

    def _narrower(self, found: "_Convolution", width: float, block: Block, triplets: Triplets, columns: int
                  ) -> Iterator[Discretisation]:
        """Resolve all functions of values near the first, on panels that reach no farther than these functions do.

        The triplets are those of a block, from so many columns. They are an answer of their own, unless functions of
        values near the first are not resolved there: the bars of all of these are divided by their gaps.
        """
        # With more than 96 functions the bars of benchmarks/problem_table.py are the same.
        count = min(leading_count(block.matrix), 96)
        first: Discretisation | None = found.discretisation(block, _leading(triplets, count))
        late = False    # and an answer was shown for that
        while True:
            s = triplets[1]
            many = int(np.clip(np.count_nonzero(s > 0.6 * s[min(5, len(s) - 1)]), 12, 120))
            shown = first is not None and _unresolved(triplets, many) <= found.rough
            if first is not None and shown:
                yield first
            if many + 40 > columns:    # values that differ by a thousandth each take more of them, and more passes
                triplets = krylov_svd(block.matrix, many + 40, 8)
            box, unresolved = found.reached(block, _leading(triplets, many)), _unresolved(triplets, many)
            widths = width * min(0.6, found.narrowed(unresolved)), 0.6 * width
            width = next((width for width in widths if self._pays(found, box, width)), 0.0)
            last = width == 0.0 or unresolved <= found.rough
            if not shown and (last or (found.problem.budget.is_late and not late)):
                late = True
                yield found.discretisation(block, triplets) if first is None else first
            if width == 0.0 or (last and first is None):
                return
            block, columns, first = found.block(box, width), 0, None


@dataclass(frozen=True, eq=False)
class _Convolution:
    """What is known of phi, and what makes discretisations of it.

    Attributes
    ----------
    problem : Problem
    profile : RidgeLine
    pieces : Pieces
        On which phi is smooth.
    hidden : float
        The norm nearer to singular points than pieces reach, relative to that of phi.
    """

    problem: Problem
    profile: "RidgeLine"
    pieces: Pieces
    hidden: float

    @classmethod
    def of(cls, problem: Problem, b: float) -> "_Convolution | None":
        """Find the pieces of phi; None if they are too many, or phi is not seen."""
        profile = RidgeLine(problem.kernel, *problem.gaussians, b)
        found = profile.resolved(problem.tolerances.pieces)
        return None if found is None else cls(problem, profile, *found)

    @property
    def rough(self) -> float:
        """What panels may leave of functions."""
        return self.problem.tolerances.convolutions

    def narrowed(self, unresolved: float) -> float:
        """By which factor panels are to be narrower, at least, for functions of which so much is not resolved.

        It falls like the power of the width that is the least of the degrees that it is made of, or less fast.
        """
        return float((self.rough / max(unresolved, TINY)) ** (1.0 / (ORDER - TRUNCATED)))

    def size(self, box: Domain, width: float) -> int:
        """The nodes on the longer side of a box."""
        return max(side.size for side in self.profile.bases(box, width))

    def values_of_images(self, size: int) -> int:
        """About how many values slices at check nodes take, on panels that have so many nodes and end at each break.

        There are 0.8 times as many slices, in both variables, and nodes of the order 20 and two more on each piece,
        of which some are halved: 2.4e8 values of floor(10(x + y)) on 5680 nodes.
        """
        return int(1.6 * size * (size / ORDER + len(self.pieces.breaks)) * 40)

    def block(self, box: Domain, width: float) -> Block:
        """The matrix between panels of a width over a box."""
        left, right = self.profile.bases(box, width)
        return Block(left, right, self.profile.matrix(self.pieces, left, right))

    def reached(self, block: Block, triplets: Triplets) -> Domain:
        """The box where the functions are larger than what panels may leave of them, and a panel on either side."""
        u, s, v = triplets
        intervals = []
        for basis, functions in ((block.left, u), (block.right, v)):
            edges = np.asarray(basis.state()["edges"])
            there = np.flatnonzero(_by_panel(functions * s) > self.rough * s[0])
            intervals.append((float(edges[max(there[0] - 1, 0)]), float(edges[min(there[-1] + 2, len(edges) - 1)])))
        return replace(self.problem.domain, x=intervals[0], y=intervals[1])

    def discretisation(self, block: Block, triplets: Triplets) -> Discretisation:
        """With a note and the evidence, and the leading triplets, which are known."""
        problem, b, pieces = self.problem, self.profile.b, self.pieces
        x, y = (np.asarray(basis.state()["edges"]) for basis in (block.left, block.right))
        note = (f"ridge function of x {'+' if b > 0 else '-'} {abs(b):.4g} y: phi integrated over "
                f"{len(pieces.edges) - 1} pieces between {len(pieces.breaks)} breaks; {len(x) - 1} equal panels in x, "
                f"{len(y) - 1} in y, {ORDER} Gauss-Legendre nodes each")
        # What is nearer to a singular line is missing from h, but hardly from its integrals against smooth functions.
        domain = replace(problem.domain, missing=float(np.hypot(problem.domain.missing, self.hidden)))
        # The panels end where functions are small, and the check rules where the domain does.
        mu_x, mu_y = problem.gaussians
        checks = loose_checks(mu_x, mu_y, _over(x, domain.x, mu_x.std), _over(y, domain.y, mu_y.std),
                              np.random.default_rng(0))
        norm = RidgeNorm(self.profile.finite, pieces.edges, pieces.breaks, self.profile.cos, self.profile.sin,
                         mu_x, mu_y)
        made = compared(problem, (block,), checks, note, KnownRemainder(leading=True, broken=True, ridge=norm),
                        domain=domain)
        return replace(made, factorise=partial(_known, triplets))


def _known(triplets: Triplets, _: np.ndarray) -> Triplets:
    """The SVD of a matrix that is known."""
    return triplets


def _leading(triplets: Triplets, count: int) -> Triplets:
    """The first of them."""
    u, s, v = triplets
    return u[:, :count], s[:count], v[:, :count]


def _unresolved(triplets: Triplets, count: int) -> float:
    """What panels leave unresolved of the leading functions, relative to the first value."""
    u, s, v = _leading(triplets, count)
    return float(max(panel_tails(side * s).max() for side in (u, v)) / s[0])


def _by_panel(functions: np.ndarray) -> np.ndarray:
    """The norms of functions on every panel, all together."""
    return np.asarray(np.sqrt(squares(functions).sum(axis=1).reshape(-1, ORDER).sum(axis=1)))


def _over(edges: np.ndarray, interval: tuple[float, float], scale: float) -> np.ndarray:
    """Edges over all of an interval: beyond those given, panels of about a deviation."""
    low, high = interval
    ends = [(low, float(edges[0])), (float(edges[-1]), high)]
    outer = [np.linspace(start, stop, max(1, round((stop - start) / scale)) + 1) for start, stop in ends
             if start < stop]
    return np.union1d(edges, np.concatenate([np.zeros(0), *outer]))


class RidgeLine:
    """phi as a function of zeta, seen along the line on which x and y share its variation as their measures say."""

    def __init__(self, kernel: Kernel, mu_x: Gaussian, mu_y: Gaussian, b: float) -> None:
        self.kernel, self.mu_x, self.mu_y, self.b = kernel, mu_x, mu_y, b
        slope = np.array([mu_x.std, b * mu_y.std])
        self.cos, self.sin = (slope / np.hypot(*slope)).tolist()

    def _points(self, zeta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return (self.mu_x.mean + self.mu_x.std * self.cos * zeta, self.mu_y.mean + self.mu_y.std * self.sin * zeta)

    def __call__(self, zeta: np.ndarray) -> np.ndarray:
        """Values at points (n,); they may be infinite."""
        return self.kernel(*self._points(zeta))

    def finite(self, zeta: np.ndarray) -> np.ndarray:
        """Values at points (n,), beside them where they are not finite."""
        return self.kernel.finite_beside(*self._points(zeta))

    def resolved(self, tol: float) -> tuple[Pieces, float] | None:
        """The pieces of phi, and what is nearer to singular points; None if they are too many, or phi is not seen."""
        # Rounding within phi, which may be any, may leave no pieces that are smooth to less than the last of these.
        tolerances = max(tol, 1e-14) * np.array([1.0, 1e2, 1e4])
        pieces = next((found for each in tolerances if (found := self.pieces(each)) is not None), None)
        return None if pieces is None or (hidden := self.hidden(pieces)) is None else (pieces, hidden)

    def zeta(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The variable of phi at points that broadcast."""
        return np.asarray((x - self.mu_x.mean) * (self.cos / self.mu_x.std)
                          + (y - self.mu_y.mean) * (self.sin / self.mu_y.std))

    def pieces(self, tol: float) -> Pieces | None:
        """Pieces on which phi is smooth, over all of the line that matters; None if there are too many."""
        # Beyond, densities times weights are zero to any float. Values in one variable are few, if they are not dear.
        step = 0.5 if self.kernel.dear else 2.0**-10
        grid = np.arange(-37.0, 37.5, step)
        with np.errstate(invalid="ignore"):
            sizes = np.abs(self(grid) * _STANDARD.sqrt_density(grid))
        there = np.flatnonzero(~(sizes <= 1e-17 * np.max(sizes[np.isfinite(sizes)], initial=0.0)))
        if len(there) == 0:
            return None
        low = max(np.ceil(2.0 * grid[there[0]]) / 2.0 - 0.5, -37.0)
        high = min(np.floor(2.0 * grid[there[-1]]) / 2.0 + 0.5, 37.0)
        # Breaks seldom fall on irregular numbers.
        count = int(np.ceil(high - low))
        first = np.linspace(low, high, count + 1)
        first[1:-1] += 0.0123 * (high - low) / count
        pieces = find_pieces(lambda zeta: self(zeta)[:, None], _STANDARD.sqrt_density, Pieces(first, np.zeros(0)), tol,
                             search_width=0.3, limit=2000, looks=12 if self.kernel.dear else 1000)
        if pieces is not None and (bad := poles(self, pieces.breaks)).any():
            x, y = self._points(pieces.breaks[bad][:1])
            sign = "-" if self.b < 0.0 else "+"
            raise too_singular(f"is not integrable across the line of constant x {sign} {abs(self.b):.6g} y through "
                               f"({x[0]:.6g}, {y[0]:.6g})")
        return pieces

    def hidden(self, pieces: Pieces) -> float | None:
        """The norm nearer to singular points than pieces reach, relative to that of phi; None if phi is not seen."""
        nodes, weights = composite_gauss_legendre(pieces.edges, ORDER)
        energies = squares(self.finite(nodes) * _STANDARD.sqrt_density(nodes)) * weights
        return hidden_share(pieces.edges, energies) if energies.any() else None

    def hidden_norm(self, pieces: Pieces) -> float:
        r"""The operator norm of what is nearer to singular points than pieces reach, at most.

        By Schur's test that of :math:`\delta(\zeta)` is at most
        :math:`(2 \pi \cos\theta\, |\sin\theta|)^{-1/2} \int |\delta|\, d\zeta`, which is far less than the norm.
        """
        nodes, weights = composite_gauss_legendre(pieces.edges, ORDER)
        masses = (np.abs(self.finite(nodes)) * weights).reshape(-1, ORDER).sum(axis=1)
        return hidden_energy(pieces.edges, masses) / float(np.sqrt(2.0 * np.pi * self.cos * abs(self.sin)))

    def bases(self, domain: Domain, width: float) -> tuple[PanelBasis, PanelBasis]:
        """Equal panels in x and y over the domain, of widths that give the same step in zeta, and at most `width`."""
        step = width * min(self.cos, abs(self.sin))
        bases = []
        # They begin at different places, so that no two nodes are equal, there or in the check rules.
        for mu, share, (low, high), shift in ((self.mu_x, self.cos, domain.x, 0.11),
                                              (self.mu_y, abs(self.sin), domain.y, 0.74)):
            panel = mu.std * step / share
            count = int(np.ceil((high - low) / panel + shift))
            start = low - shift * panel
            bases.append(PanelBasis(mu, start + panel * np.arange(count + 1), ORDER))
        return bases[0], bases[1]

    def matrix(self, pieces: Pieces, left: PanelBasis, right: PanelBasis) -> np.ndarray:
        """The matrix of the operator between the panels."""
        rows, columns = len(left.edges) - 1, len(right.edges) - 1
        # In y the panels are counted such that zeta rises with their number.
        turned = right.edges[::-1] if self.sin < 0.0 else right.edges
        start = (left.edges[0] - self.mu_x.mean) / self.mu_x.std * self.cos
        start += (turned[0] - self.mu_y.mean) / self.mu_y.std * self.sin
        step = np.diff(left.edges)[0] / self.mu_x.std * self.cos
        blocks = convolution_blocks(self.finite, pieces, start + step * np.arange(rows + columns + 1))
        widths = np.diff(left.edges)[0] * np.diff(right.edges)[0]
        hankel = blocks[np.arange(rows)[:, None] + np.arange(columns)] * (0.5 * np.sqrt(widths))
        matrix = hankel.transpose(0, 2, 1, 3).reshape(left.size, right.size)
        if self.sin < 0.0:
            matrix = matrix[:, ::-1]    # panels, and the nodes on them, which are symmetric
        return np.asarray((matrix * left.rule.sqrt_density[:, None]) * right.rule.sqrt_density)
