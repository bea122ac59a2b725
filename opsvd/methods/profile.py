"""What is to be known of phi before h = phi(xy) becomes Hankel matrices: how it fades, where it breaks, its samples."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..errors import NotSquareIntegrableError
from ..kernels import Elementwise, Kernel, non_finite
from ..quadrature import FILTER_WINDOW, SLOWEST_RATE, Pieces, band_limited, filter_envelope, find_pieces, poles

__all__ = ["PARITIES", "Decay", "Profile", "edges_beyond", "filtered_samples", "find_decay", "fine_enough",
           "halving_edges", "hankel", "require_no_poles", "rough_spans", "smooth_pieces", "step_error", "weight"]

PARITIES = (1, -1)
"""Of the columns of a profile: the even part of phi, then the odd one."""

# From the values at z and -z to the even and the odd part.
_PARTS = np.array([[0.5, 0.5], [0.5, -0.5]])
# The decay to the left is measured with this step over this length, down to where xy is still a number.
_COARSE = 0.5
_MEASURED = 20.0
_LOWEST = (-64.0, -344.0)
_NARROWEST = 8
_COARSER = 1.1
_FINE_PANELS = 8
# Distances of the edges of halved panels from the right end.
_HALVED = np.cumsum(np.concatenate([[0.0], np.ones(_FINE_PANELS), 2.0 ** np.arange(1, 12)]))
_SEARCH_WIDTH = 0.3
_MOST_PIECES = 256
# A piece this many steps wide is sampled finely enough by them.
_SAMPLED = 2.5


@dataclass(frozen=True)
class Profile:
    r"""The even and the odd part of :math:`\varphi(\pm s_x s_y e^s)`, from h at :math:`x / s_x = \pm y / s_y`."""

    kernel: Kernel
    std_x: float
    std_y: float

    def __call__(self, s: np.ndarray) -> np.ndarray:
        """The parts at s, (n,) -> (n, 2); not finite where phi is not."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.kernel(*self._points(s)) @ _PARTS)

    def finite(self, s: np.ndarray) -> np.ndarray:
        """The parts at s, (n,) -> (n, 2); raises NonFiniteKernelError where phi is not finite."""
        x, y = self._points(s)
        values = self.kernel(x, y)
        if not np.isfinite(values).all():
            i, j = np.argwhere(~np.isfinite(values))[0]
            raise non_finite(float(x[i, 0]), float(y[i, j]), float(values[i, j]))
        return np.asarray(values @ _PARTS)

    def known_breaks(self) -> np.ndarray:
        """Where a kernel that knows its kinks has them, in s."""
        kinks = np.array(self.kernel.kinks) if isinstance(self.kernel, Elementwise) else np.zeros(0)
        return np.unique(np.log(np.abs(kinks[kinks != 0.0]) / (self.std_x * self.std_y)))

    def _points(self, s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Points x, (n, 1), and y, (n, 2), whose products are plus and minus s_x s_y e^s."""
        root = np.exp(0.5 * s)[:, None]
        return self.std_x * root, self.std_y * root * np.array([1.0, -1.0])


def weight(u: np.ndarray) -> np.ndarray:
    r"""The half-density :math:`w(u) = \sqrt{2 \rho\, |dx/du|}`."""
    return np.asarray((2.0 / np.pi) ** 0.25 * np.exp(0.5 * u - 0.25 * np.exp(2.0 * u)))


def _weight_of_sum(s: np.ndarray) -> np.ndarray:
    """The largest w(u) w(v) with u + v = s."""
    return weight(0.5 * s) ** 2


def hankel(samples: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The matrix k_(i + j) w_i w_j from 2n - 1 samples of k and n weights."""
    # The weights go in one after the other: their product may underflow where k makes up for it.
    matrix: np.ndarray = np.lib.stride_tricks.sliding_window_view(samples, len(weights)) * weights[:, None]
    matrix *= weights
    return matrix


def step_error(step: float) -> float:
    """The relative error that the trapezoid rule makes in singular functions."""
    return float(np.exp(-0.25 * np.pi**2 / step))


@dataclass(frozen=True, eq=False)
class Decay:
    """How the operator fades to the left: at u, shape (n,), the norm beyond, relative to the whole, shape (n, 2)."""

    u: np.ndarray
    beyond: np.ndarray
    norms: np.ndarray

    def first(self, tol: float) -> np.ndarray:
        """For either parity, the point to the left of which there is at most tol: shape (2,)."""
        index = np.array([np.searchsorted(beyond, tol) for beyond in self.beyond.T])
        return np.asarray(self.u[np.clip(index - 1, 0, len(self.u) - _NARROWEST)])

    def missing(self, u: np.ndarray) -> float:
        """What lies beyond the points u, shape (2,), in x or in y."""
        parts = [np.interp(point, self.u, beyond) for point, beyond in zip(u, self.beyond.T, strict=True)]
        return float(np.sqrt(2.0) * np.linalg.norm(parts))

    def grid(self, step: float, tol: float, max_nodes: int) -> tuple[float, np.ndarray]:
        """A step, and for either parity an odd number of nodes from the last point to where at most tol is beyond.

        Where these would be too many, the step is larger, up to where its own error is that of what is left out.
        """
        top = self.u[-1]
        most = (max_nodes - 1) | 1
        while True:
            counts = 2 * np.ceil(0.5 * (top - self.first(tol)) / step).astype(int) + 1
            left_out = self.missing(np.full(2, top - step * (most - 1)))
            if counts.max() <= most or left_out <= step_error(step):
                return step, np.minimum(counts, most)
            step *= _COARSER


def find_decay(profile: Profile, top: float, tol: float) -> Decay:
    """Measure how the operator fades to the left, and extrapolate it beyond.

    The energy of |x|^a falls like e^((2a + 1) u); if it does not fall, E[h^2] diverges.
    """
    for lowest in _LOWEST:
        u = np.arange(top, lowest, -_COARSE)[::-1]
        samples = profile.finite(2.0 * u[0] + _COARSE * np.arange(2 * len(u) - 1))
        weights = weight(u)
        matrices = np.stack([hankel(_COARSE * part, weights) for part in samples.T])
        matrices /= np.linalg.norm(matrices) or 1.0
        energy = np.einsum("pij,pij->ip", matrices, matrices)
        inner, outer = energy[0], energy[round(_MEASURED / _COARSE)]
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = np.where(inner > 0.0, np.log(outer / inner) / _MEASURED, np.inf)
        if ((rate <= SLOWEST_RATE) & (inner > 1e-3 * tol * tol)).any():
            raise NotSquareIntegrableError("h must be square-integrable, but h^2 does not decay towards x = 0: E[h^2] "
                                           "is infinite (|xy|^a needs a > -1/2). Decompose a kernel with a weaker "
                                           "singularity")
        extrapolated = inner / (_COARSE * np.maximum(rate, SLOWEST_RATE))
        beyond = np.sqrt(np.cumsum(energy, axis=0) + extrapolated)
        if (beyond[0] < tol).all():
            break
    return Decay(u, beyond, np.sqrt(energy.sum(axis=0)))


def halving_edges(low: float, high: float) -> np.ndarray:
    """Panels of width one at the right end, and twice as wide ones, one after the other, to the left."""
    edges = high - _HALVED
    return np.asarray(np.append(edges[edges > low], low)[::-1])


def smooth_pieces(profile: Profile, low: float, high: float, tol: float) -> Pieces | None:
    """Pieces of [low, high] on which phi is smooth, as far as it matters; None if there are too many.

    Raises NotSquareIntegrableError if phi has a pole.
    """
    breaks = profile.known_breaks()
    breaks = breaks[(breaks > low) & (breaks < high)]
    pieces = find_pieces(profile, _weight_of_sum, Pieces(np.union1d(halving_edges(low, high), breaks), breaks), tol,
                         search_width=_SEARCH_WIDTH, limit=_MOST_PIECES)
    if pieces is not None:
        require_no_poles(profile, pieces.breaks)
    return pieces


def require_no_poles(profile: Profile, breaks: np.ndarray) -> None:
    """Raise if phi grows towards a break like a power of the distance that is not square-integrable."""
    if (bad := poles(profile, breaks)).any():
        z = profile.std_x * profile.std_y * float(np.exp(breaks[bad][0]))
        raise NotSquareIntegrableError(f"h must be square-integrable, but h^2 is not integrable beside |xy| = {z:.6g}: "
                                       f"E[h^2] is infinite. Decompose a kernel with a weaker singularity")


def fine_enough(pieces: Pieces) -> float:
    """The step that describes phi on all of the pieces: zero if there are breaks."""
    return 0.0 if len(pieces.breaks) else float(np.diff(pieces.edges).min()) / _SAMPLED


def rough_spans(pieces: Pieces, step: float) -> np.ndarray:
    """Intervals, shape (r, 2), that samples at distances of a step do not describe: breaks and steep places."""
    spans = np.stack([pieces.edges[:-1], pieces.edges[1:]], axis=1)
    steep = spans[np.diff(pieces.edges) < _SAMPLED * step]
    return np.concatenate([steep, np.repeat(pieces.breaks[:, None], 2, axis=1)])


def filtered_samples(profile: Profile, pieces: Pieces, s: np.ndarray, tol: float) -> np.ndarray | None:
    """The parts of phi at equidistant points, (n,) -> (n, 2), filtered near rough places; None if that cannot be."""
    step = float(s[1] - s[0])
    rough, window = rough_spans(pieces, step), FILTER_WINDOW * step
    near = ((s[:, None] >= rough[:, 0] - window) & (s[:, None] <= rough[:, 1] + window)).any(axis=1)
    samples = np.zeros((len(s), 2))
    samples[~near] = profile.finite(s[~near])
    indices = np.flatnonzero(near)
    for run in np.split(indices, np.flatnonzero(np.diff(indices) > 1) + 1) if len(indices) else ():
        edges = edges_beyond(profile, pieces, s[run], step=step, tol=tol, importance=_weight_of_sum)
        if edges is None:
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
    longer = find_pieces(profile, seen, Pieces(edges, pieces.breaks), tol, search_width=_SEARCH_WIDTH,
                         limit=_MOST_PIECES)
    if longer is None:
        return None
    size = np.abs(profile(longer.edges) * seen(longer.edges)[:, None]).max(axis=1)
    return longer.edges if size[-1] <= tol * size.max() else None
