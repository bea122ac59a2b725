r"""What phi(<x, y>) is on spherical harmonics of each degree, as a function of :math:`z = |x| |y|`.

With t the cosine of the angle between x and y, and :math:`p_l` the polynomials orthonormal under its density,

.. math:: c_l(z) = E_t[\varphi(z t)\, p_l(t)], \qquad \sum_l |c_l(z)|^2 = M(z) = E_t[|\varphi(z t)|^2] .

On harmonics of degree l the kernel is :math:`c_l(|x| |y|) / \sqrt{N(k, l)}` (Funk and Hecke). The integrals are taken
over panels in log t, and in the angle where t is not small, that end where phi breaks and are no wider than the
density and the polynomials allow.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .._support.arrays import squares
from .._support.budget import check_time
from .._support.floats import EPS, TINY, chunks
from ..errors import KernelError, diverges_towards
from ..kernels import Elementwise, elementwise
from ..measures import radial_half_density
from ..operator.problem import Problem
from ..quadrature import SLOWEST_RATE, Pieces, angle_density, gauss_legendre, gegenbauer, hidden_energy, on_panels
from .angular_slices import CHECK_CUT, CHECK_ORDER, ORDER, PHASE
from .filtered_profile import FilteredProfile, filtered_profile
from .known_phi import on_pieces, remembered_line
from .profile import MOST_PIECES, Profile, finite_values, smooth_pieces
from .sections import Sections, grid_step

# Panels in log t must end here: on wider ones t itself is no polynomial, and cos(<x, y>) in R^20 is wrong by 5e-4.
_TOWARDS_ZERO = np.exp([-4.0, -9.0, -16.0, -26.0])
# The density, with phi, ends where it is below e^-120 of its largest value.
_NEGLIGIBLE_EXPONENT = 120.0


@dataclass(frozen=True, eq=False)
class ProductProfile:
    """The functions c_l of an elementwise kernel.

    Attributes
    ----------
    line : Elementwise
        The kernel phi(xy) on the line.
    k : int
    pieces : Pieces
        In log|w|: where phi(w) and phi(-w) are smooth.
    parities : (bool, bool)
        Whether phi has an even part, and an odd one.
    tol : float
        To which accuracy phi is resolved.
    hidden : (float, float)
        What lies nearer to singular points than rules resolve: the integral of abs(phi) over log|w|, and the energy.
    table : FilteredProfile or None
        What stands for phi near its breaks.
    end : float
        The log|w| beyond which phi counts as zero: the density is nil there, and phi not finite.
    """

    line: Elementwise
    k: int
    pieces: Pieces
    parities: tuple[bool, bool]
    tol: float
    hidden: tuple[float, float]
    table: FilteredProfile | None = None
    end: float = math.inf

    @property
    def breaks(self) -> bool:
        """Whether phi has breaks."""
        return len(self.pieces.breaks) > 0

    def filtered(self, step: float) -> "tuple[ProductProfile, ProductProfile] | None":
        """The same for phi and |phi|^2, filtered for the trapezoid rule; None if need not be, or phi grows too fast.

        |phi|^2 is taken to be even: of it only degree 0 is of interest.
        """
        squared = self.squared
        tables = [filtered_profile(Profile(line, 1.0, 1.0), self.pieces, step, self.tol,
                                   lambda s: _importance(s, self.k)) for line in (self.line, squared.line)]
        if tables[0] is None or tables[1] is None:
            return None
        return replace(self, table=tables[0]), replace(squared, table=tables[1])

    @property
    def squared(self) -> "ProductProfile":
        """The same for the even part of |phi|^2."""
        square = elementwise(lambda z: squares(self.line(z, 1.0)))
        square.evaluations = 0
        return replace(self, line=square, parities=(True, False))

    def sections(self, x: np.ndarray, y: np.ndarray, size: int, *, check: bool = False) -> Sections:
        """c_l for l < size between equidistant nodes; see `Profiles`.

        The nodes x and y must have the same step: the arrays are views of as many values as there are sums.
        """
        log_z = math.log(self.k) + x[0] + y[0] + grid_step(x) * np.arange(len(x) + len(y) - 1)
        c, beyond = self.of_products(log_z, size, check=check)
        windows = np.lib.stride_tricks.sliding_window_view
        return Sections(windows(c, len(y), axis=1), windows(beyond, len(y)), 0.0)

    def of_products(self, log_z: np.ndarray, size: int, *, check: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """c_l(z) for l < size at n points, shape (size, n), and the root mean square of what they leave, shape (n,).

        It is taken of phi less its sum in the p_l, and means something far below rounding of M. For `check` the nodes
        are others. Neighbouring points have one rule, or each its own where phi breaks.
        """
        c, beyond = np.zeros((size, len(log_z)), self.line.dtype), np.zeros(len(log_z))
        cuts = self._cuts(float(log_z.max()), size, check=check)
        edges, order = self._edges, CHECK_ORDER if check else ORDER
        if check:    # no panel is as it was, and none goes across a break
            edges = np.union1d(edges, edges[:-1] + CHECK_CUT * np.diff(edges))
        together = 12    # at steps of 0.09 they reach as far as a wide piece of phi
        spans = [float(np.ptp(log_z[some])) for some in chunks(len(log_z), 1, together)]
        shared = None if self.breaks else _for_all_within(0.5 * max(spans), edges)
        # Where phi breaks or is steep, the polynomials of several points are some megabytes.
        for some in chunks(len(log_z), *((size * order * len(cuts),) if shared is None else (1, together))):
            check_time()
            groups = log_z[some, None] if shared is None else log_z[None, some]
            t, weights = _angular_rule(groups.mean(axis=1), edges if shared is None else shared,
                                       np.append(np.sin(cuts), _TOWARDS_ZERO), self.k, order)
            c[:, some], beyond[some] = self._sections(groups, t, weights, size)
        return c, beyond

    def _sections(self, log_z: np.ndarray, t: np.ndarray, weights: np.ndarray,
                  size: int) -> tuple[np.ndarray, np.ndarray]:
        """c_l(z) at points (groups, n), and what they leave, by rules (groups, nodes) with one for each group."""
        parts = self._parts(np.exp(log_z)[..., None] * t[:, None])
        p = np.moveaxis(gegenbauer(t, self.k, size), 0, 1)
        c = np.zeros((size, log_z.size), parts.dtype)
        for parity in np.flatnonzero(self.parities):
            mine, of_degrees = parts[parity], p[:, parity::2]
            sums = np.matmul(2.0 * weights[:, None] * mine, np.swapaxes(of_degrees, 1, 2))
            mine -= np.matmul(sums, of_degrees)
            c[parity::2] = sums.reshape(log_z.size, -1).T
        # Scaled by the largest value: squares may overflow where the densities make up for them.
        scale = np.maximum(np.abs(parts).max(axis=(0, 3)), TINY)
        energies = np.sum(squares(parts * (1.0 / scale)[..., None]), axis=0)
        return c, (scale * np.sqrt(2.0 * np.sum(weights[:, None] * energies, axis=2))).ravel()

    @property
    def _edges(self) -> np.ndarray:
        """Ends of panels in log|w| on which phi, or what stands for it, is smooth."""
        return self.pieces.edges if self.table is None else self.table.edges

    def _parts(self, w: np.ndarray) -> np.ndarray:
        """The even and the odd part of phi, or of what stands for it, at positive points: (...) gives (2, ...)."""
        parts = np.zeros((2, *w.shape), self.line.dtype)
        direct = w <= math.exp(min(self.end, 709.0))    # e^709 is the last power of e that is a number
        if self.table is not None:
            s = np.log(w)
            covered = self.table.covers(s)
            parts[:, covered] = self.table(s[covered])
            direct &= ~covered
        above, below = (finite_values(self.line, z, np.ones(1)) for z in (w[direct], -w[direct]))
        parts[0, direct], parts[1, direct] = 0.5 * (above + below), 0.5 * (above - below)
        return parts

    def _cuts(self, log_z: float, size: int, *, check: bool) -> np.ndarray:
        """Ends of panels in the angle that the density and the polynomials need, from the first to the last."""
        # At most one and a half standard deviations of the density, and for small k a quarter of the way.
        width = min(0.4, 1.5 / np.sqrt(self.k), PHASE / np.sqrt(size * (size + self.k - 2.0)))
        cuts = np.arange(0.7 if check else 1.0, 0.5 * np.pi / width + 1.0) * width
        inner = cuts[cuts < 0.5 * np.pi - 0.1 * width]
        cuts = np.append(inner, 0.5 * np.pi)
        if len(inner) < 40:
            return cuts
        # Of many panels, most hold nothing: the last that matters is found from the size of phi up to there.
        with np.errstate(all="ignore"):
            matter = (self._log_size(log_z + np.log(np.sin(inner))) + (self.k - 2.0) * np.log(np.cos(inner))
                      + size * np.log1p(inner / width))
        holding = np.flatnonzero(matter > np.nanmax(matter) - _NEGLIGIBLE_EXPONENT)
        return cuts[:holding[-1] + 2 if len(holding) else None]

    def _log_size(self, s: np.ndarray) -> np.ndarray:
        """The logarithm of the largest of phi on points up to |w| = e^s."""
        points = nodes_on(self.pieces)[0].ravel()
        w = np.exp(points)
        sizes = np.maximum.accumulate(np.maximum(np.abs(self.line(w, 1.0)), np.abs(self.line(-w, 1.0))))
        return np.log(sizes[np.minimum(np.searchsorted(points, s), len(w) - 1)])


def _for_all_within(reach: float, edges: np.ndarray) -> np.ndarray | None:
    """Ends of panels as narrow as any of the given ones within reach of them; None if that takes twice as many."""
    widths = np.diff(edges)
    first = np.maximum(np.searchsorted(edges, edges[:-1] - reach, side="right") - 1, 0)
    last = np.searchsorted(edges, edges[1:] + reach, side="left")
    narrowest = np.array([widths[low:high].min() for low, high in zip(first, last, strict=True)])
    counts = np.ceil(widths / narrowest - 1e-9)
    if counts.sum() > 2 * len(widths):
        return None
    return np.concatenate([edges[:1], *(np.linspace(low, high, int(count) + 1)[1:] for low, high, count in
                                        zip(edges[:-1], edges[1:], counts, strict=True))])


def nodes_on(pieces: Pieces) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and weights in log|w|, (pieces, ORDER) each."""
    return on_panels(pieces.edges[:-1, None], pieces.edges[1:, None], *gauss_legendre(ORDER))


def _angular_rule(log_z: np.ndarray, edges: np.ndarray, cuts: np.ndarray, k: int,
                  order: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes t in (0, 1) and weights, (n, nodes) each, on panels with ends where z t is e^edge, and at cuts in t."""
    with np.errstate(over="ignore"):
        ends = np.exp(edges - log_z[:, None])
    ends = np.concatenate([np.minimum(ends, cuts.max()), np.broadcast_to(cuts, (len(log_z), len(cuts)))], axis=1)
    ends.sort(axis=1)
    left, right = ends[:, :-1, None], ends[:, 1:, None]
    logarithmic = right < 0.7    # there, below 45 degrees, panels are in log t, and above in the angle
    low, high = (np.where(logarithmic, np.log(e), np.arcsin(np.minimum(e, 1.0))) for e in (left, right))
    place, weights = on_panels(low, high, *gauss_legendre(order))
    t = np.where(logarithmic, np.exp(np.where(logarithmic, place, 0.0)), np.sin(place))
    theta = np.where(logarithmic, np.arcsin(np.minimum(t, 1.0)), place)
    slope = np.where(logarithmic, t / np.sqrt(1.0 - np.where(logarithmic, t, 0.0) ** 2), 1.0)
    weights = weights * angle_density(theta, k) * slope
    return t.reshape(len(log_z), -1), weights.reshape(len(log_z), -1)


def scaled_line(problem: Problem, phi: Callable[[np.ndarray], np.ndarray], kinks: tuple[float, ...],
                scale: float) -> Elementwise:
    """The kernel phi(scale x y) on the line; what it evaluates is paid for by an elementwise kernel that it is of.

    Where values are dear, each of them is paid for once.
    """
    line, kernel = Elementwise(lambda z: phi(scale * z), 1, tuple(kink / scale for kink in kinks)), problem.given
    if isinstance(kernel, Elementwise):    # another kernel counts, and pays, by itself
        line.budget = kernel.budget
    else:
        line.payer = kernel
    return remembered_line(line, scale, problem.known_phi) if line.dear else line


def product_profile(line: Elementwise, k: int, high: float, tol: float) -> ProductProfile:
    """Find the pieces of phi up to z of the logarithm `high`; raises KernelError if phi oscillates too much there."""
    profile = Profile(line, 1.0, 1.0)
    if line.dear:    # wider pieces then have nodes of narrower ones; phi may break at plain numbers, not at e^0.37
        high = math.ceil(high - 0.37) + 0.37
    low = _lowest(profile, k)
    end = _end(profile, k, low, high)
    high = min(high, end)
    pieces = smooth_pieces(profile, low, high, tol, lambda s: _importance(s, k))
    if pieces is None:
        raise KernelError(f"phi must not oscillate much faster than <x, y> varies, got more than {MOST_PIECES} pieces "
                          f"for |<x, y>| up to {math.exp(high):.3g}; normalise, as in phi(z / sqrt(k))")
    nodes, weights = nodes_on(pieces)
    sizes = np.abs(profile(nodes.ravel()) * _importance(nodes.ravel(), k)[:, None]).reshape(*nodes.shape, 2)
    masses, energies = (np.einsum("pn,pnc->p", weights, sizes**power) for power in (1, 2))
    # Pieces that are so narrow end at a singular point. There Gauss rules of 16 nodes miss 1.2 % of |t|^(-0.4), and
    # 2.4 % of |t|^(-0.49): twice that counts.
    narrow = np.diff(pieces.edges) < 1e-11
    hidden = 0.05 * float(masses[narrow].sum()), hidden_energy(pieces.edges, energies)
    even, odd = sizes.max(axis=(0, 1))
    # A parity of phi that is smaller than this part of the other is rounding. The zero kernel is even.
    parities = bool(even > 1e-14 * odd or odd == 0.0), bool(odd > 1e-14 * even)
    if line.dear:
        line, missed = on_pieces(line, pieces, lambda s: _importance(s, k))
        hidden = hidden[0] + missed[0], hidden[1] + missed[1]
    return ProductProfile(line, k, pieces, parities, tol, hidden, end=end)


def _lowest(profile: Profile, k: int, step: float = 40.0) -> float:
    """Where log|w| begins to matter, in steps: the energy of phi below is rounding, if it is finite."""
    low = 0.5 * math.log(k) - step
    before = math.inf
    while True:
        points = np.array([low])
        energy = float(np.sum(squares(profile.finite(points) * _importance(points, k)[:, None])))
        if energy <= 1e-3 * EPS**2:
            return low
        if energy >= before * math.exp(-SLOWEST_RATE * step):
            raise diverges_towards("<x, y> = 0", "|<x, y>|^a")
        if low < -280.0:    # another step goes to w^2 = e^-640, which is still a normal number
            return low
        before, low = energy, low - step


def _end(profile: Profile, k: int, low: float, high: float, step: float = 0.02) -> float:
    """Where phi ends to matter, if it is finite there but not at `high`; infinity if it is finite at `high`.

    It is looked at in steps. Raises NonFiniteKernelError where it is not finite, and may matter.
    """
    if np.isfinite(profile(np.array([high]))).all():
        return math.inf
    s = np.arange(high, low, -step)[::-1]
    parts = profile(s)
    finite = np.isfinite(parts).all(axis=1)
    last = int(np.argmin(finite))
    with np.errstate(divide="ignore"):
        matter = np.log(np.abs(parts[:last]).max(axis=1)) + np.log(_importance(s[:last], k))
    mattering = np.flatnonzero(matter > matter.max(initial=-np.inf) - _NEGLIGIBLE_EXPONENT)
    if len(mattering) == 0 or mattering[-1] == last - 1:
        profile.finite(s[last:last + 1])
    return float(s[mattering[-1] + 1])


def _importance(s: np.ndarray, k: int) -> np.ndarray:
    """The square root of the density of log|<x, y>|, up to a factor: its largest value over all |x|."""
    with np.errstate(over="ignore"):
        w_squared = np.exp(2.0 * s)
        r_squared = 0.5 * (k - 1.0 + np.sqrt((k - 1.0) ** 2 + 4.0 * w_squared))
        radial = radial_half_density(0.5 * np.log(r_squared / k), k)
        return np.asarray(radial * np.exp(0.5 * s - 0.25 * np.log(r_squared) - 0.25 * w_squared / r_squared)
                          * k**-0.25)
