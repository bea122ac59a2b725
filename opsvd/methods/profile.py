"""What is to be known of phi before h = phi(xy) becomes Hankel matrices: how it fades, where it breaks, its samples."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..errors import diverges_towards, too_singular
from ..kernels import Elementwise, Kernel
from ..quadrature import FILTER_WINDOW, SLOWEST_RATE, Pieces, band_limited, filter_envelope, find_pieces, poles

# A function phi that takes more pieces than this is left to other methods: it oscillates. Halving towards a singular
# point takes some hundred: with no more than these, tests/methods/test_logarithmic.py fails for log|z - 1|.
MOST_PIECES = 256
# A piece this many steps wide is sampled finely enough by them. If it had to have five, sin(xy) would be taken for
# rough, and fail in tests/methods/test_logarithmic.py.
_STEPS_A_PIECE = 2.5


@dataclass(frozen=True)
class Profile:
    r"""The even and the odd part of :math:`\varphi(\pm s_x s_y e^s)`, from h at :math:`x / s_x = \pm y / s_y`."""

    kernel: Kernel
    std_x: float
    std_y: float

    def __call__(self, s: np.ndarray) -> np.ndarray:
        """The parts at s, (n,) -> (n, 2); not finite where phi is not."""
        with np.errstate(invalid="ignore"):
            return _parts(self.kernel(*self._points(s)))

    def finite(self, s: np.ndarray) -> np.ndarray:
        """The parts at s, (n,) -> (n, 2); raises NonFiniteKernelError where phi is not finite."""
        return _parts(finite_values(self.kernel, *self._points(s)))

    def _points(self, s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Points x, (n, 1), and y, (n, 2), whose products are plus and minus s_x s_y e^s."""
        root = np.exp(0.5 * s)[:, None]
        return self.std_x * root, self.std_y * root * np.array([1.0, -1.0])


def finite_values(kernel: Kernel, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Values at points that broadcast; raises NonFiniteKernelError for the first that is not finite."""
    values = kernel(x, y)
    bad = ~np.isfinite(values)
    if bad.any():
        raise kernel.non_finite(*(np.broadcast_to(some, bad.shape)[bad][0].item() for some in (x, y, values)))
    return values


def _parts(values: np.ndarray) -> np.ndarray:
    """From values at z and -z, (n, 2), to the even and the odd part, (n, 2)."""
    return np.asarray(values @ np.array([[0.5, 0.5], [0.5, -0.5]]))


def _weight(u: np.ndarray) -> np.ndarray:
    r"""The half-density :math:`w(u) = \sqrt{2 \rho\, |dx/du|}`."""
    return np.asarray((2.0 / np.pi) ** 0.25 * np.exp(0.5 * u - 0.25 * np.exp(2.0 * u)))


def _weight_of_sum(s: np.ndarray) -> np.ndarray:
    """The largest w(u) w(v) with u + v = s."""
    return _weight(0.5 * s) ** 2


def hankel(samples: np.ndarray, u: np.ndarray) -> np.ndarray:
    """The matrix k_(i + j) w(u_i) w(u_j) from 2n - 1 samples of k, at sums of n points u."""
    weights = _weight(u)
    # The weights go in one after the other: their product may underflow where k makes up for it.
    return np.asarray(np.lib.stride_tricks.sliding_window_view(samples, len(u)) * weights[:, None] * weights)


class Decay:
    """How the operator fades to the left: measured with a coarse step, and extrapolated by its last `measured` units.

    The energy of |x|^a falls like e^((2a + 1) u); if it does not fall, E[h^2] diverges.

    Attributes
    ----------
    u : ndarray, shape (n,)
    to_the_left : ndarray, shape (n, 2)
        The norm of what is to the left of u, relative to the whole, for either parity.
    norms : ndarray, shape (2,)
        Of either parity, relative to the whole.
    """

    def __init__(self, profile: Profile, top: float, tol: float, *, step: float = 0.5, measured: float = 20.0) -> None:
        # A bounded phi has the norm e^-32 = 1.3e-14 to the left of -64: a longer way is for tolerances near rounding,
        # and for powers with a < 0. At -344 products xy = e^-688 are still normal numbers.
        for lowest in (-64.0, -344.0):
            u = np.arange(top, lowest, -step)[::-1]
            samples = profile.finite(2.0 * u[0] + step * np.arange(2 * len(u) - 1))
            matrices = np.stack([hankel(step * part, u) for part in samples.T])
            matrices /= np.linalg.norm(matrices) or 1.0
            energy = np.einsum("pij,pij->ip", matrices, matrices.conj()).real
            inner, outer = energy[0], energy[round(measured / step)]
            with np.errstate(divide="ignore", invalid="ignore"):
                rate = np.where(inner > 0.0, np.log(outer / inner) / measured, np.inf)
            if ((rate <= SLOWEST_RATE) & (inner > 1e-3 * tol * tol)).any():
                raise diverges_towards("x = 0", "|xy|^a")
            extrapolated = inner / (step * np.maximum(rate, SLOWEST_RATE))
            to_the_left = np.sqrt(np.cumsum(energy, axis=0) + extrapolated)
            if (to_the_left[0] < tol).all():
                break
        self.u, self.to_the_left, self.norms = u, to_the_left, np.sqrt(energy.sum(axis=0))

    @property
    def parities(self) -> list[int]:
        """The indices of the parities that are not rounding; of the zero kernel, the even one."""
        return np.flatnonzero(self.norms > 1e-14 * self.norms.max()).tolist() or [0]

    def first(self, tol: float) -> np.ndarray:
        """For either parity, the point to the left of which there is at most tol: shape (2,)."""
        index = np.array([np.searchsorted(norm, tol) for norm in self.to_the_left.T])
        # An interval of seven steps at least is left, though there be nothing in it.
        return np.asarray(self.u[np.clip(index - 1, 0, len(self.u) - 8)])

    def missing(self, u: np.ndarray) -> float:
        """The norm of what is to the left of the points u, shape (2,), in x or in y."""
        parts = [np.interp(point, self.u, norm) for point, norm in zip(u, self.to_the_left.T, strict=True)]
        return float(np.sqrt(2.0) * np.linalg.norm(parts))

    def grid(self, step: float, tol: float, max_nodes: int) -> tuple[float, np.ndarray]:
        """A step, and for either parity an odd number of nodes from the last point to where at most tol is missing.

        Where these would be too many, the step is larger, up to where the trapezoid rule errs by what is missing.
        """
        top = self.u[-1]
        most = (max_nodes - 1) | 1
        while True:
            counts = 2 * np.ceil(0.5 * (top - self.first(tol)) / step).astype(int) + 1
            missing = self.missing(np.full(2, top - step * (most - 1)))
            # Singular functions have transforms that decay like exp(-pi abs(kappa) / 4).
            if counts.max() <= most or missing <= np.exp(-0.25 * np.pi**2 / step):
                return step, np.minimum(counts, most)
            step *= 1.1


def halving_edges(low: float, high: float) -> np.ndarray:
    """Eight panels of width one at the right end, and to the left ever wider ones, each twice the one before.

    Towards zero phi is a constant or a power, which in the logarithm is smooth on wide panels too. These reach 4102 to
    the left, farther than there are numbers.
    """
    edges = high - np.cumsum(np.concatenate([[0.0], np.ones(8), 2.0 ** np.arange(1, 12)]))
    return np.asarray(np.append(edges[edges > low], low)[::-1])


def smooth_pieces(profile: Profile, low: float, high: float, tol: float,
                  importance: Callable[[np.ndarray], np.ndarray] = _weight_of_sum) -> Pieces | None:
    """Pieces of [low, high] on which phi is smooth, as far as it matters; None if there are too many.

    The importance tells how much phi matters at a point.

    Raises
    ------
    NotSquareIntegrableError
        If phi grows towards a break like a power of the distance that is not square-integrable.
    """
    kinks = np.array(profile.kernel.kinks) if isinstance(profile.kernel, Elementwise) else np.zeros(0)
    breaks = np.unique(np.log(np.abs(kinks[kinks != 0.0]) / (profile.std_x * profile.std_y)))
    breaks = breaks[(breaks > low) & (breaks < high)]
    first = Pieces(np.union1d(halving_edges(low, high), breaks), breaks)
    pieces = _resolved(profile, importance, first, tol)
    if pieces is not None and (bad := poles(profile, pieces.breaks)).any():
        z = profile.std_x * profile.std_y * float(np.exp(pieces.breaks[bad][0]))
        raise too_singular(f"is not integrable beside |xy| = {z:.6g}")
    return pieces


# The pieces that come of given ones, to be searched for breaks where halving two panels did not help.
_resolved = partial(find_pieces, search_width=0.3, limit=MOST_PIECES)


def fine_step(pieces: Pieces, aim: float) -> float | None:
    """The step that makes functions good to the aim, or less where phi is steep or breaks; None if phi oscillates."""
    step = 0.25 * np.pi**2 / float(np.log(1.0 / aim))
    # On all of the pieces this step describes phi.
    fine = 0.0 if len(pieces.breaks) else float(np.diff(pieces.edges).min()) / _STEPS_A_PIECE
    if fine >= 0.3 * step:    # a smooth but steep phi: up to three times as many nodes are cheaper than filters
        return min(step, fine)
    step = min(step, 0.07)    # where functions are known to 5e-16, by exp(-pi^2 / 4h)
    # Steep places of 24 steps in all are oscillations; more than 64 breaks are not worth their filters.
    steep = float(np.diff(rough_spans(pieces, step)).sum())
    return None if steep > 24.0 * step or len(pieces.breaks) > 64 else step


def rough_spans(pieces: Pieces, step: float) -> np.ndarray:
    """Intervals, shape (r, 2), that samples at distances of a step do not describe: breaks and steep places."""
    spans = np.stack([pieces.edges[:-1], pieces.edges[1:]], axis=1)
    steep = spans[np.diff(pieces.edges) < _STEPS_A_PIECE * step]
    return np.concatenate([steep, np.repeat(pieces.breaks[:, None], 2, axis=1)])


def filtered_samples(profile: Profile, pieces: Pieces, s: np.ndarray, tol: float) -> np.ndarray | None:
    """The parts of phi at equidistant points, (n,) -> (n, 2), filtered near rough places; None if that cannot be."""
    step = float(s[1] - s[0])
    rough, window = rough_spans(pieces, step), FILTER_WINDOW * step
    near = ((s[:, None] >= rough[:, 0] - window) & (s[:, None] <= rough[:, 1] + window)).any(axis=1)
    samples = np.zeros((len(s), 2), profile.kernel.dtype)
    samples[~near] = profile.finite(s[~near])
    indices = np.flatnonzero(near)
    for run in np.split(indices, np.flatnonzero(np.diff(indices) > 1) + 1) if len(indices) else ():
        if (edges := edges_beyond(profile, pieces, s[run], step=step, tol=tol, importance=_weight_of_sum)) is None:
            return None
        samples[run] = band_limited(profile.finite, s[run], step, edges)
    return samples


def edges_beyond(profile: Profile, pieces: Pieces, points: np.ndarray, *, step: float, tol: float,
                 importance: Callable[[np.ndarray], np.ndarray]) -> np.ndarray | None:
    """Edges of pieces that go on to the right of the domain, as far as the filter at the points sees it.

    The importance tells how much phi matters at a point. None if phi grows or oscillates too fast there.
    """
    start, end = pieces.edges[-1], points[-1] + FILTER_WINDOW * step
    if end <= start:
        return pieces.edges

    def seen(s: np.ndarray) -> np.ndarray:
        """The sum of what the filter and the points make of it: the largest of these, but smooth."""
        return np.asarray(filter_envelope(s[:, None] - points, step) @ importance(points))

    edges = np.append(pieces.edges, np.linspace(start, end, int(np.ceil(end - start)) + 1)[1:])
    if (longer := _resolved(profile, seen, Pieces(edges, pieces.breaks), tol)) is None:
        return None
    size = np.abs(profile(longer.edges) * seen(longer.edges)[:, None]).max(axis=1)
    return longer.edges if size[-1] <= tol * size.max() else None
