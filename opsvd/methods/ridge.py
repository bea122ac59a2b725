r"""Ridge functions phi(x + b y): one integral a degree gives the whole matrix between Hermite polynomials.

Let :math:`\xi, \eta` be x and y in units of their deviations from their means, and :math:`x + b y = m + s \zeta` with
:math:`\zeta = \xi \cos\theta + \eta \sin\theta` a standard Gaussian. Then (Hermite's addition theorem)

.. math:: \psi_k(\zeta) = \sum_{m + n = k} \binom{k}{m}^{1/2} \cos^m\theta \sin^n\theta\; \psi_m(\xi) \psi_n(\eta),

so that with :math:`c_k = E[\varphi(m + s \zeta) \psi_k(\zeta)]`

.. math:: E[\varphi\, \psi_m(\xi) \psi_n(\eta)] = c_{m + n} \binom{m + n}{m}^{1/2} \cos^m\theta \sin^n\theta .

Only the :math:`c_k` are integrals, of one variable and between the breaks of phi; and whatever phi does, the leading
singular functions are entire, being T applied to something: a few hundred degrees hold them.
"""

from collections.abc import Iterator

import numpy as np
from scipy.special import gammaln

from .._validation import finite_float
from ..bases import PanelBasis
from ..discretisation import Block, Discretisation
from ..domain import Domain, find_domain
from ..errors import NotSquareIntegrableError
from ..kernels import Kernel
from ..linalg import compact_svd
from ..measures import Gaussian, Measure
from ..quadrature import Pieces, composite_gauss_legendre, find_pieces, hermite_functions, poles
from .base import Method
from .refinement import FIRST_PANELS, ORDER, first_edges, panel_tails, split
from .uniform import loose_checks

__all__ = ["Ridge"]

_SIZES = (128, 256, 384, 640)
# Values converge faster than geometrically with the size: a step that moved them by d leaves less than d^2.
_STILL, _LEADING = 1e-3, 12
_NODES, _RADIANS = 24, 8.0
_LAST, _FAINT, _GRID = 37.0, 1e-17, 0.5
_SEARCH_WIDTH, _MOST_PIECES = 0.3, 1000
_ROUNDS = 4


class Ridge(Method):
    r"""Singular values of ridge functions :math:`\varphi(x + b y)` of Gaussian x and y, whatever :math:`\varphi` is.

    Kinks, jumps, roots and logarithms of phi are found by bisection of one function of one variable. The matrix between
    Hermite polynomials, of up to 640 degrees, is exact but for that integral; it is handed on in panels, in which the
    leading singular functions are resolved. Gives up, without a discretisation, on phi that is not smooth between a
    thousand points, and where the leading values still move at the last degree, as for b far from 1.

    Parameters
    ----------
    b : float
        The coefficient of y. Whether h is a function of x + b y is not looked at: h is evaluated along a line, and
        elsewhere only by the error bars.
    modes : int, default 24
        How many of the leading singular functions the panels are to resolve.
    max_nodes : int, default 1600
        The most nodes a variable.

    Raises
    ------
    TypeError, ValueError
        If b is not a number other than zero, or a measure is not Gaussian.

    References
    ----------
    A. Pinkus, Ridge Functions, Cambridge (2015), for the name; NIST DLMF 18.18.13 for the addition theorem.

    Examples
    --------
    >>> import numpy as np
    >>> import opsvd
    >>> svd = opsvd.decompose(lambda x, y: x > y, method=opsvd.Ridge(-1.0))
    >>> print((svd.singular_values[:3] * np.pi / 2.0).round(9))    # 1 / (2i - 1)
    [1.         0.333333333 0.2       ]
    """

    def __init__(self, b: float, modes: int = 24, max_nodes: int = 1600) -> None:
        self.b = finite_float(b, "b")
        if self.b == 0.0:
            raise ValueError("b must not be zero: phi(x) alone is separable; leave method out")
        self.modes, self.max_nodes = modes, max_nodes

    def __repr__(self) -> str:
        """The call that makes it."""
        return f"Ridge({self.b!r}, modes={self.modes}, max_nodes={self.max_nodes})"

    def discretisations(self, kernel: Kernel, mu_x: Measure, mu_y: Measure, rtol: float) -> Iterator[Discretisation]:
        """Yield when the leading values stand still, and with finer panels."""
        yield from self.within(kernel, find_domain(kernel, mu_x, mu_y, rtol), mu_x, mu_y, rtol)

    def within(self, kernel: Kernel, domain: Domain, mu_x: Measure, mu_y: Measure,
               rtol: float) -> Iterator[Discretisation]:
        """Discretise within a domain that is known already."""
        if not (isinstance(mu_x, Gaussian) and isinstance(mu_y, Gaussian)):
            raise ValueError(f"mu_x and mu_y must be Gaussian for ridge functions, got {mu_x!r} and {mu_y!r}; "
                             f"use method='product'")
        profile = _Profile(kernel, mu_x, mu_y, self.b)
        pieces = profile.pieces(max(1e-2 * rtol, 1e-14))
        if pieces is None:
            return
        matrix = _converged(profile, pieces, rtol)
        if matrix is None:
            return
        limit, rough = self.max_nodes // ORDER, max(3e-3 * np.sqrt(rtol), 1e-8)
        x, y = (first_edges(*sides) for sides in zip((domain.x, domain.y), FIRST_PANELS, strict=True))
        rng = np.random.default_rng(0)
        for _ in range(_ROUNDS):
            block = _on_panels(matrix, PanelBasis(mu_x, x, ORDER), PanelBasis(mu_y, y, ORDER))
            u, s, v = (part[..., :self.modes] for part in compact_svd(block.matrix))
            if len(s) == 0:
                return
            finer_x = split(x, mu_x, panel_tails(u * s), rough * s[0], limit=limit, broad=limit)
            finer_y = split(y, mu_y, panel_tails(v * s), rough * s[0], limit=limit, broad=limit)
            if len(finer_x) == len(x) and len(finer_y) == len(y):
                break
            x, y = finer_x, finer_y
        note = (f"ridge function of x {'+' if self.b > 0 else '-'} {abs(self.b):.4g} y: Hermite polynomials of degree "
                f"below {len(matrix)}, phi integrated between {len(pieces.breaks)} breaks; on {len(x) - 1} panels in "
                f"x, {len(y) - 1} in y")
        yield Discretisation((block,), domain, loose_checks(mu_x, mu_y, x, y, rng), note, leading=True)


class _Profile:
    """phi as a function of zeta, seen along the line on which x and y share its variation as their measures say."""

    def __init__(self, kernel: Kernel, mu_x: Gaussian, mu_y: Gaussian, b: float) -> None:
        self.kernel, self.mu_x, self.mu_y = kernel, mu_x, mu_y
        slope = np.array([mu_x.std, b * mu_y.std])
        self.cos, self.sin = (slope / np.hypot(*slope)).tolist()

    def __call__(self, zeta: np.ndarray) -> np.ndarray:
        """Values at points (n,); they may be infinite."""
        return self.kernel(self.mu_x.mean + self.mu_x.std * self.cos * zeta,
                           self.mu_y.mean + self.mu_y.std * self.sin * zeta)

    def pieces(self, tol: float) -> Pieces | None:
        """Pieces on which phi is smooth, over all of the line that matters; None if there are too many."""
        grid = np.arange(-_LAST, _LAST + _GRID, _GRID)
        sizes = np.abs(self(grid) * _half_density(grid))
        there = np.flatnonzero(~(sizes <= _FAINT * np.max(sizes[np.isfinite(sizes)], initial=0.0)))
        if len(there) == 0:
            return None
        low, high = grid[max(there[0] - 1, 0)], grid[min(there[-1] + 1, len(grid) - 1)]
        # No break is likely to fall on an edge with an irregular number of them.
        first = np.linspace(low, high, int(np.ceil(high - low)) + 1) + 0.0123 * (high - low) / np.ceil(high - low)
        first[[0, -1]] = low, high
        pieces = find_pieces(lambda zeta: self(zeta)[:, None], _half_density, Pieces(first, np.zeros(0)), tol,
                             search_width=_SEARCH_WIDTH, limit=_MOST_PIECES)
        if pieces is not None and (bad := poles(self, pieces.breaks)).any():
            raise NotSquareIntegrableError(
                f"h must be square-integrable, but as a function of one linear form of x and y its square is not "
                f"integrable at {np.count_nonzero(bad)} of its breaks: E[h^2] is infinite. Decompose a kernel with a "
                f"weaker singularity")
        return pieces

    def coefficients(self, pieces: Pieces, count: int) -> np.ndarray:
        """The c_k for k below count."""
        width = _RADIANS / np.sqrt(count)
        parts = [np.linspace(a, b, max(int(np.ceil((b - a) / width)), 1), endpoint=False)
                 for a, b in zip(pieces.edges[:-1], pieces.edges[1:], strict=True)]
        nodes, weights = composite_gauss_legendre(np.append(np.concatenate(parts), pieces.edges[-1]), _NODES)
        values = self.kernel.finite_beside(self.mu_x.mean + self.mu_x.std * self.cos * nodes,
                                           self.mu_y.mean + self.mu_y.std * self.sin * nodes)
        return np.asarray((values * _half_density(nodes) * weights) @ hermite_functions(nodes, count))

    def matrix(self, c: np.ndarray, size: int) -> np.ndarray:
        """The matrix between Hermite polynomials of degrees below size."""
        degree = np.arange(2 * size - 1)
        log_factorial = gammaln(degree + 1.0)
        total = degree[:size, None] + degree[:size]
        logs = 0.5 * (log_factorial[total] - log_factorial[:size, None] - log_factorial[:size])
        logs += degree[:size, None] * np.log(np.abs(self.cos)) + degree[:size] * np.log(np.abs(self.sin))
        signs = np.sign(self.cos) ** degree[:size, None] * np.sign(self.sin) ** degree[:size]
        return np.asarray(c[total] * signs * np.exp(logs))


def _half_density(zeta: np.ndarray) -> np.ndarray:
    return np.asarray(np.exp(-0.25 * zeta * zeta) / (2.0 * np.pi) ** 0.25)


def _converged(profile: _Profile, pieces: Pieces, rtol: float) -> np.ndarray | None:
    """The matrix between Hermite polynomials at which the leading values stand still; None if they do not."""
    before = np.full(_LEADING, np.inf)
    c = np.zeros(0)
    for size in _SIZES:
        if len(c) < 2 * size - 1:
            c = profile.coefficients(pieces, 2 * size if size <= _SIZES[1] else 2 * _SIZES[-1])
        matrix = profile.matrix(c, size)
        leading = np.linalg.svd(matrix, compute_uv=False)[:_LEADING]
        if np.abs(leading - before).max() ** 2 <= _STILL * rtol * leading[0] ** 2:
            return matrix
        before = leading
    return None


def _on_panels(matrix: np.ndarray, left: PanelBasis, right: PanelBasis) -> Block:
    """The operator whose matrix between Hermite polynomials is given, between panels."""
    on_left, on_right = (hermite_functions((basis.rule.nodes - mean) / std, len(matrix))
                         * (basis.rule.sqrt_lebesgue / np.sqrt(std))[:, None]
                         for basis, mean, std in ((basis, basis.measure.center, basis.measure.scale)
                                                  for basis in (left, right)))
    return Block(left, right, on_left @ matrix @ on_right.T)
