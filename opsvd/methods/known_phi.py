r"""Functions of one number whose values are dear: each is asked for once, and pieces stand for the function.

A method takes :math:`\varphi(\langle x, y \rangle)` at some million products. Where values are dear, phi is evaluated
at the Gauss-Legendre nodes of the pieces on which it is smooth, and polynomials on these give all other values. What
they miss is seen at random points that no node is near to.
"""

import copy
from collections.abc import Callable

import numpy as np

from .._support.user_function import UserFunction
from ..evidence.carriers import few_carriers_margin
from ..kernels import Elementwise, Kernel
from ..quadrature import PIECE_ORDER, Pieces, chebyshev_analysis, chebyshev_sum, gauss_legendre, on_panels


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


def remembering(kernel: Kernel, parity: int = 0) -> Kernel:
    """The same kernel of numbers, which asks for, and pays for, the value of each pair once.

    With a parity, 1 or -1, it is taken for an even or an odd function of xy, and asked for at positive x and y alone.
    """
    known: dict[tuple[float, float], complex] = {}

    def values(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        x, y = np.broadcast_arrays(x, y)
        if parity:
            return np.asarray(np.where(x * y < 0.0, parity, 1) * asked(np.abs(x), np.abs(y)))
        return asked(x, y)

    def asked(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        pairs = list(zip(x.ravel().tolist(), y.ravel().tolist(), strict=True))
        fresh = [pair for pair in dict.fromkeys(pairs) if pair not in known]
        if fresh:
            known.update(zip(fresh, kernel.at_points(*np.array(fresh).T).tolist(), strict=True))
        return np.array([known[pair] for pair in pairs], kernel.dtype).reshape(x.shape)

    same = copy.copy(kernel)
    vars(same).update(function=UserFunction(values, "h"), evaluations=0, budget=None, payer=kernel)
    return same


class OnPieces:
    """Polynomials on pieces in place of functions of one variable s, which are resolved times a weight.

    Where the weight falls the functions may grow by many orders, and only the product is resolved. Beyond the pieces
    they are what they are at the ends.

    Parameters
    ----------
    functions : callable
        Points (n,) -> values (n, c); what is not finite is taken for zero, or the largest number.
    pieces : Pieces
    weight : callable
        Points (n,) and the numbers of their pieces (n,) -> weights (n,).
    """

    def __init__(self, functions: Callable[[np.ndarray], np.ndarray], pieces: Pieces,
                 weight: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> None:
        self.edges, self.weight = pieces.edges, weight
        left, right = self.edges[:-1, None], self.edges[1:, None]
        nodes, _ = on_panels(left, right, *gauss_legendre(PIECE_ORDER))
        with np.errstate(over="ignore", invalid="ignore"):
            values = np.nan_to_num(functions(np.append(nodes, self.edges[-1])))
            end, values = values[-1:], values[:-1].reshape(*nodes.shape, -1)
            # Rounding is large where it is divided by a small weight. Functions are at most twice what they are at the
            # nodes and at the next one.
            self.largest = 2.0 * np.maximum(np.abs(values).max(axis=1), np.abs(np.append(values[1:, 0], end, axis=0)))
        weights = weight(nodes.ravel(), np.repeat(np.arange(len(left)), PIECE_ORDER)).reshape(*nodes.shape, 1)
        # One column for each piece and function, side by side: of many points they are collected order by order.
        coefficients = chebyshev_analysis(PIECE_ORDER) @ (values * weights)
        self.coefficients = np.ascontiguousarray(np.moveaxis(coefficients, 1, 0)).reshape(PIECE_ORDER, -1)

    def __call__(self, s: np.ndarray, column: np.ndarray) -> np.ndarray:
        """Values at points (n,) of functions of these numbers (n,)."""
        at_once = 1 << 13    # their coefficients take a megabyte, which a cache holds
        values = np.empty(len(s), self.coefficients.dtype)
        for start in range(0, len(s), at_once):
            some = slice(start, start + at_once)
            values[some] = self._values(np.clip(s[some], self.edges[0], self.edges[-1]), column[some])
        return values

    def _values(self, s: np.ndarray, column: np.ndarray) -> np.ndarray:
        """The same at points on the pieces."""
        piece = np.clip(np.searchsorted(self.edges, s, side="right") - 1, 0, len(self.edges) - 2)
        left, right = self.edges[piece], self.edges[piece + 1]
        t = 2.0 * (s - left) / (right - left) - 1.0
        weights, bound = self.weight(s, piece), self.largest[piece, column]
        with np.errstate(over="ignore"):
            coefficients = np.take(self.coefficients, piece * self.largest.shape[1] + column, axis=1)
            ratios = np.divide(chebyshev_sum(coefficients, t), weights, where=weights > 0.0,
                               out=np.zeros(len(t), coefficients.dtype))
        if coefficients.dtype.kind == "c":
            return np.asarray(np.clip(ratios.real, -bound, bound) + 1j * np.clip(ratios.imag, -bound, bound))
        return np.asarray(np.clip(ratios, -bound, bound))


def weight_beyond_peak(pieces: Pieces, importance: Callable[[np.ndarray], np.ndarray]
                       ) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """The importance on the pieces beyond the one where it is largest, and one before."""
    nodes, _ = on_panels(pieces.edges[:-1, None], pieces.edges[1:, None], *gauss_legendre(PIECE_ORDER))
    peak = np.argmax(importance(nodes.ravel())) // PIECE_ORDER

    def weight(s: np.ndarray, piece: np.ndarray) -> np.ndarray:
        weights, beyond = np.ones(len(s)), np.flatnonzero(piece > peak)
        weights[beyond] = importance(s[beyond])
        return weights

    return weight


def on_pieces(line: Elementwise, pieces: Pieces,
              importance: Callable[[np.ndarray], np.ndarray]) -> tuple[Elementwise, tuple[float, float]]:
    """A kernel phi(xy) of polynomials on pieces in log|xy| in place of phi, and what it misses.

    On pieces where the importance falls they are polynomials of phi times it. Beyond the pieces it is phi itself, and
    nearer to zero, where the energy is rounding, it is what it is at their end. What it misses is the integral of its
    error times the importance over log|xy|, and that of the square.
    """
    left, right = pieces.edges[:-1], pieces.edges[1:]
    signs, high = np.array([1.0, -1.0]), float(pieces.edges[-1])
    both = OnPieces(lambda s: line(signs * np.exp(s)[:, None], 1.0), pieces, weight_beyond_peak(pieces, importance))

    def phi(z: np.ndarray) -> np.ndarray:
        flat = np.ravel(z)
        with np.errstate(divide="ignore"):
            s = np.log(np.abs(flat))
        found, inside = np.empty(len(flat), both.coefficients.dtype), s <= high
        found[inside] = both(s[inside], (flat[inside] < 0.0).astype(int))
        if not inside.all():
            found[~inside] = line(flat[~inside], 1.0)
        return found.reshape(np.shape(z))

    rng = np.random.default_rng(len(left))
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
