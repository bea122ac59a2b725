"""What is to be known of phi before h = phi(xy) becomes Hankel matrices: how it fades, where it breaks, its samples."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..errors import too_singular
from ..kernels import Elementwise, Kernel
from ..quadrature import FILTER_WINDOW, Pieces, band_limited, filter_envelope, find_pieces, poles

# A function phi that takes more pieces than this is left to other methods: it oscillates. Halving towards a singular
# point takes some hundred: with no more than these, tests/methods/test_logarithmic.py fails for log|z - 1|.
MOST_PIECES = 256
# A piece this many steps wide is sampled finely enough by them. If it had to have five, sin(xy) would be taken for
# rough, and fail in tests/methods/test_logarithmic.py.
_STEPS_A_PIECE = 2.5


@dataclass(frozen=True)
class Profile:
    r"""What phi is on the signs of xy: its even and odd part in s, :math:`\varphi(\pm s_x s_y e^s)`, or its two halves.

    It is taken from h at :math:`x / s_x = \pm y / s_y`.

    Attributes
    ----------
    kernel : Kernel
    std_x, std_y : float
        The units s_x, s_y.
    negative : {"x", "y", None}
        Which of x and y are taken with either sign; None if both are positive only.
    parities : bool
        Whether parts are the even and the odd one, or phi itself: at positive xy, and at negative ones if there are.
    """

    kernel: Kernel
    std_x: float
    std_y: float
    negative: str | None = "y"
    parities: bool = True

    def __call__(self, s: np.ndarray) -> np.ndarray:
        """The parts at s, (n,) -> (n, parts); not finite where phi is not."""
        with np.errstate(invalid="ignore"):
            return self._parts(self.kernel(*self._points(s)))

    def finite(self, s: np.ndarray) -> np.ndarray:
        """The parts at s, (n,) -> (n, parts); raises NonFiniteKernelError where phi is not finite."""
        return self._parts(finite_values(self.kernel, *self._points(s)))

    def _points(self, s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Points x, (n, 1) or (n, 2), and y, likewise, whose products are plus and minus s_x s_y e^s."""
        root = np.exp(0.5 * s)[:, None]
        signs = {"x": np.ones(1), "y": np.ones(1)} | ({self.negative: np.array([1.0, -1.0])} if self.negative else {})
        return self.std_x * root * signs["x"], self.std_y * root * signs["y"]

    def _parts(self, values: np.ndarray) -> np.ndarray:
        """From values at z and -z, (n, 2), to the even and the odd part, (n, 2)."""
        return np.asarray(values @ np.array([[0.5, 0.5], [0.5, -0.5]])) if self.parities else values


def finite_values(kernel: Kernel, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Values at points that broadcast; raises NonFiniteKernelError for the first that is not finite."""
    values = kernel(x, y)
    bad = ~np.isfinite(values)
    if bad.any():
        raise kernel.non_finite(*(np.broadcast_to(some, bad.shape)[bad][0].item() for some in (x, y, values)))
    return values


def halving_edges(low: float, high: float, unit: float = 1.0) -> np.ndarray:
    """Panels of width one about zero, and ever wider ones farther out, each twice the one before.

    Towards zero phi is a constant or a power, which in the logarithm is smooth on wide panels too, and so are heavy
    tails. The panels reach 4102 units to the left, farther than there are numbers.
    """
    # A Gaussian has nothing beyond u = 4 to any float. From the end in whole steps: breaks are at plain numbers, and
    # are to lie inside of panels.
    middle = high - unit * max(0.0, float(np.ceil(high / unit - 8.0)))
    narrow = max(8, int(np.ceil(middle / unit + 0.75))) + (6 if high > middle else 0)
    wider = 2.0 ** np.arange(1, 12)
    edges = np.concatenate([middle - unit * np.cumsum(np.concatenate([[0.0], np.ones(narrow), wider])),
                            middle + unit * np.cumsum(wider), [high]])
    return np.unique(np.append(edges[(edges > low) & (edges <= high)], low))


def smooth_pieces(profile: Profile, low: float, high: float, tol: float,
                  importance: Callable[[np.ndarray], np.ndarray], *, unit: float = 1.0) -> Pieces | None:
    """Pieces of [low, high] on which phi is smooth, as far as it matters; None if there are too many.

    The importance tells how much phi matters at a point, and the unit over what length it does.

    Raises
    ------
    NotSquareIntegrableError
        If phi grows towards a break like a power of the distance that is not square-integrable.
    """
    kinks = np.array(profile.kernel.kinks) if isinstance(profile.kernel, Elementwise) else np.zeros(0)
    breaks = np.unique(np.log(np.abs(kinks[kinks != 0.0]) / (profile.std_x * profile.std_y)))
    breaks = breaks[(breaks > low) & (breaks < high)]
    first = Pieces(np.union1d(halving_edges(low, high, unit), breaks), breaks)
    pieces = _resolved(profile, importance, first, tol)
    if pieces is not None and (bad := poles(profile, pieces.breaks)).any():
        z = profile.std_x * profile.std_y * float(np.exp(pieces.breaks[bad][0]))
        raise too_singular(f"is not integrable beside |xy| = {z:.6g}")
    return pieces


# The pieces that come of given ones, to be searched for breaks where halving two panels did not help.
_resolved = partial(find_pieces, search_width=0.3, limit=MOST_PIECES)


def fine_step(pieces: Pieces, step: float, finest: float) -> float | None:
    """A smaller step where phi is steep, and at most the finest one where it breaks; None if phi oscillates."""
    # On all of the pieces this step describes phi.
    fine = 0.0 if len(pieces.breaks) else float(np.diff(pieces.edges).min()) / _STEPS_A_PIECE
    if fine >= 0.3 * step:    # a smooth but steep phi: up to three times as many nodes are cheaper than filters
        return min(step, fine)
    step = min(step, finest)
    # Steep places of 24 steps in all are oscillations; more than 64 breaks are not worth their filters.
    steep = float(np.diff(rough_spans(pieces, step)).sum())
    return None if steep > 24.0 * step or len(pieces.breaks) > 64 else step


def rough_spans(pieces: Pieces, step: float) -> np.ndarray:
    """Intervals, shape (r, 2), that samples at distances of a step do not describe: breaks and steep places."""
    spans = np.stack([pieces.edges[:-1], pieces.edges[1:]], axis=1)
    steep = spans[np.diff(pieces.edges) < _STEPS_A_PIECE * step]
    return np.concatenate([steep, np.repeat(pieces.breaks[:, None], 2, axis=1)])


def filtered_samples(profile: Profile, pieces: Pieces, s: np.ndarray, tol: float,
                     importance: Callable[[np.ndarray], np.ndarray]) -> np.ndarray | None:
    """The parts of phi at equidistant points, (n,) -> (n, parts), filtered near rough places; None if it cannot be."""
    step = float(s[1] - s[0])
    rough, window = rough_spans(pieces, step), FILTER_WINDOW * step
    near = ((s[:, None] >= rough[:, 0] - window) & (s[:, None] <= rough[:, 1] + window)).any(axis=1)
    samples = np.zeros((len(s), 2 if profile.negative else 1), profile.kernel.dtype)
    if not near.all():
        samples[~near] = profile.finite(s[~near])
    indices = np.flatnonzero(near)
    for run in np.split(indices, np.flatnonzero(np.diff(indices) > 1) + 1) if len(indices) else ():
        if (edges := edges_beyond(profile, pieces, s[run], step=step, tol=tol, importance=importance)) is None:
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
