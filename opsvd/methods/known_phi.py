r"""Functions of one number whose values are dear: each is asked for once, and pieces stand for the function.

A method takes :math:`\varphi(\langle x, y \rangle)` at some million products. Where values are dear, phi is evaluated
at the Gauss-Legendre nodes of the pieces on which it is smooth, and polynomials on these give all other values. What
they miss is seen at random points that no node is near to.
"""

from collections.abc import Callable

import numpy as np
from numpy.polynomial.legendre import legval

from ..evidence.carriers import few_carriers_margin
from ..kernels import Elementwise
from ..quadrature import PIECE_ORDER, Pieces, gauss_legendre, on_panels
from ..quadrature.legendre import legendre_analysis


class Remembered:
    """A function of numbers, of which each value is asked for once.

    Parameters
    ----------
    function : callable
        Points (n,) -> values (n,).
    known : dict
        The values that are known, by their points; new ones go into it.
    """

    def __init__(self, function: Callable[[np.ndarray], np.ndarray], known: dict[float, float]) -> None:
        self.function, self.known = function, known

    def __call__(self, z: np.ndarray) -> np.ndarray:
        """The values at points of any shape."""
        points, places = np.unique(np.ravel(z), return_inverse=True)
        fresh = np.array([point for point in points.tolist() if point not in self.known])
        if len(fresh):
            self.known.update(zip(fresh.tolist(), np.asarray(self.function(fresh)).tolist(), strict=True))
        values = np.array([self.known[point] for point in points.tolist()])
        return values[np.ravel(places)].reshape(np.shape(z))


def remembered_line(line: Elementwise, scale: float, known: dict[float, float]) -> Elementwise:
    """The kernel of a function phi(scale z) whose values are asked for, and paid for, once; known by scale z."""
    phi = Remembered(lambda w: line(w / scale, 1.0), known)
    same = Elementwise(lambda z: phi(scale * z), 1, line.kinks)
    same.payer = line
    return same


def on_pieces(line: Elementwise, pieces: Pieces,
              importance: Callable[[np.ndarray], np.ndarray]) -> tuple[Elementwise, tuple[float, float]]:
    """A kernel phi(xy) of polynomials on pieces in log|xy| in place of phi, and what it misses.

    On pieces where the importance falls they are polynomials of phi times it: phi may grow by many orders there, and
    only the product is resolved. Beyond the pieces it is phi itself, and nearer to zero, where the energy is rounding,
    it is what it is at their end. What it misses is the integral of its error times the importance over log|xy|, and
    that of the square.
    """
    left, right = pieces.edges[:-1], pieces.edges[1:]
    nodes, _ = on_panels(left[:, None], right[:, None], *gauss_legendre(PIECE_ORDER))
    signs, low, high = np.array([1.0, -1.0]), float(pieces.edges[0]), float(pieces.edges[-1])
    peak = right[np.argmax(importance(nodes.ravel())) // PIECE_ORDER]

    def weight(s: np.ndarray, piece: np.ndarray) -> np.ndarray:
        return np.where(left[piece] < peak, 1.0, importance(s.ravel()).reshape(s.shape))

    with np.errstate(over="ignore", invalid="ignore"):
        values, end = (np.nan_to_num(line(signs * np.exp(s)[..., None], 1.0)) for s in (nodes, pieces.edges[-1:]))
        # Rounding is large where it is divided by a small weight. Phi is at most twice what it is at the nodes and at
        # the next one.
        largest = 2.0 * np.maximum(np.abs(values).max(axis=1), np.abs(np.append(values[1:, 0], end, axis=0)))
    coefficients = legendre_analysis(PIECE_ORDER) @ (values * weight(nodes, np.arange(len(left))[:, None])[..., None])

    def phi(z: np.ndarray) -> np.ndarray:
        flat = np.ravel(z)
        with np.errstate(divide="ignore"):
            s = np.maximum(np.log(np.abs(flat)), low)
        inside, negative = s <= high, (flat < 0.0).astype(int)
        found = np.empty(len(flat))
        piece = np.clip(np.searchsorted(pieces.edges, s[inside], side="right") - 1, 0, len(left) - 1)
        t = 2.0 * (s[inside] - left[piece]) / (right - left)[piece] - 1.0
        weights, bound = weight(s[inside], piece), largest[piece, negative[inside]]
        with np.errstate(over="ignore"):
            ratios = np.divide(legval(t, coefficients[piece, :, negative[inside]].T, tensor=False), weights,
                               where=weights > 0.0, out=np.zeros_like(t))
        found[inside] = np.clip(ratios, -bound, bound)
        if not inside.all():
            found[~inside] = line(flat[~inside], 1.0)
        return found.reshape(np.shape(z))

    rng = np.random.default_rng(len(nodes))
    # Two on each piece, besides the twelve at which `find_pieces` has compared: on twenty pieces they tell a mean
    # square to a quarter.
    spots = 2
    s = left[:, None] + (right - left)[:, None] * rng.random((len(left), spots))
    z = signs * np.exp(s)[..., None]
    wrong = np.abs(line(z, 1.0) - phi(z)).max(axis=-1) * importance(s.ravel()).reshape(s.shape)
    parts = (right - left)[:, None] / spots * wrong**2
    margin = float(few_carriers_margin(parts.ravel()))
    mass = margin * float(np.sum((right - left)[:, None] / spots * wrong))
    return Elementwise(phi, 1, line.kinks), (mass, margin**2 * float(parts.sum()))
