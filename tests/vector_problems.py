"""The table of kernels of vectors, of blocks and with matrices for values: those that the tests and docs decompose.

Their spectra are held against references in the tests. Here each has a name, so that the answers of two versions of the
library can be held against each other: see benchmarks/golden_record.py.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy.special import ndtr

from opsvd import Gaussian, blockwise, elementwise
from opsvd.kernels import Kernel

__all__ = ["VECTOR_PROBLEMS", "VectorProblem", "nearly_elementwise", "normalised", "polar", "side_by_side",
           "softmax"]

# Most rows take seconds with the first; with the second, answers are coarse.
_EVALUATIONS, _FEW = 40_000_000, 1_500_000


@dataclass(frozen=True)
class VectorProblem:
    """A kernel that is not one number of two numbers.

    Attributes
    ----------
    name : str
        The kernel, as one would write it.
    kind : str
        "vectors", "blocks" or "matrices".
    build : callable
        Makes the kernel, to be called once for each decomposition: kernels count their evaluations.
    measures : tuple
        Of x and y; empty if the kernel knows them.
    max_evaluations : int
        The budget of values of h, which decides how far a decomposition goes.
    """

    name: str
    kind: str
    build: Callable[[], Callable[..., Any] | Kernel] = field(repr=False)
    measures: tuple[Any, ...] = ()
    max_evaluations: int = _EVALUATIONS

    def __str__(self) -> str:
        """The name; use ``ids=str`` in pytest.mark.parametrize."""
        return self.name


def _inner(x, y):
    """The products <x, y>."""
    return np.einsum("...k,...k->...", x, y)


def _relu(z):
    return np.maximum(z, 0.0)


def _clip(z):
    return np.clip(z, -1.0, 1.0)


def _step(z):
    """A jump at one."""
    return (z > 1.0) * 1.0


def _product(name, k, phi, kinks=(), **options):
    """The kernel phi(<x, y>) in R^k that says so."""
    return VectorProblem(f"elementwise {name}, k = {k}", "vectors", lambda: elementwise(phi, k, kinks), **options)


def _black_box(name, h, mu_x, mu_y=None, **options):
    """A function of two vectors."""
    return VectorProblem(name, "vectors", lambda: h, (mu_x, mu_x if mu_y is None else mu_y), **options)


def _blocks(name, phi, b, k=1, **options):
    """A map of b by b blocks."""
    return VectorProblem(f"blockwise {name}, b = {b}, k = {k}", "blocks", lambda: blockwise(phi, b, k), **options)


def _matrices(name, h, *measures, **options):
    """A function with matrices for values."""
    return VectorProblem(name, "matrices", lambda: h, measures, **options)


_ONE, _TWO, _THREE, _FIVE, _SIX = Gaussian(), *(Gaussian.standard(k) for k in (2, 3, 5, 6))
_CORRELATED = Gaussian([0.0, 1.0], [[1.0, 0.5], [0.5, 2.0]])
_STRETCHED = Gaussian([0.0, 0.0], [[1.0, 0.0], [0.0, 0.25]])
_ON_A_LINE = Gaussian([0.0, 0.0], [[1.0, 1.0], [1.0, 1.0]])
_SCALES = np.array([1.0, 0.8, 0.6, 0.4, 0.3, 0.2])
_WEIGHTS = np.arange(1.0, 6.0)

_PRODUCTS = (
    *(_product("tanh", k, np.tanh) for k in (2, 3, 5, 1000)),
    *(_product("sign", k, np.sign, (0.0,)) for k in (2, 3, 5, 1000)),
    *(_product("relu", k, _relu, (0.0,)) for k in (2, 3, 5, 1000)),
    *(_product("clip to [-1, 1]", k, _clip, (-1.0, 1.0)) for k in (2, 3, 1000)),
    *(_product("(z > 1)", k, _step, (1.0,)) for k in (2, 3, 1000)),
    _product("exp(z/4)", 5, lambda z: np.exp(0.25 * z)),
    _product("exp(0.49z)", 5, lambda z: np.exp(0.49 * z)),
    _product("exp(z/1000)", 10**6, lambda z: np.exp(1e-3 * z)),
    _product("cos(z/2)", 5, lambda z: np.cos(0.5 * z)),
    _product("|z + 0.3|", 5, lambda z: np.abs(z + 0.3), (-0.3,)),
    _product("|z - 1|^(-0.3)", 5, lambda z: np.abs(z - 1.0) ** -0.3, (1.0,)),
    _product("cosh(z/1000) sign(z)", 10**6, lambda z: np.cosh(1e-3 * z) * np.sign(z)),
    _product("zero", 3, lambda z: 0.0 * z),
    VectorProblem("elementwise tanh, k = 4, stds 2 and 1/4", "vectors", lambda: elementwise(np.tanh, 4),
                  (Gaussian(np.zeros(4), 4.0), Gaussian(np.zeros(4), 0.0625))),
)


def _squared_distance(x, y):
    return np.sum((x - y) ** 2, axis=-1)


def _angle(x, y):
    cosine = _inner(x, y) / np.sqrt(np.sum(x * x, axis=-1) * np.sum(y * y, axis=-1))
    return np.arccos(np.clip(cosine, -1.0, 1.0))


def _bump_in_one_direction(x, y):
    """Invariant at most points, but for a narrow bump."""
    far = np.exp(-200.0 * np.sum((x - np.array([1.0, 0.0])) ** 2, axis=-1))
    return np.exp(-0.5 * _inner(x, x)) * (1.0 + _inner(y, y)) + 5.0 * far


_INVARIANT = (
    *(_black_box(f"exp(-|x - y|^2/2), k = {mu.dim}", lambda x, y: np.exp(-0.5 * _squared_distance(x, y)), mu)
      for mu in (_TWO, _FIVE)),
    _black_box("|x - y|, k = 2", lambda x, y: np.sqrt(_squared_distance(x, y)), _TWO),
    _black_box("|x - y|, k = 3", lambda x, y: np.sqrt(_squared_distance(x, y)), _THREE),
    _black_box("the angle of x and y, k = 2", _angle, _TWO),
    _black_box("tanh(<x, y>), k = 3", lambda x, y: np.tanh(_inner(x, y)), _THREE),
    _black_box("exp(-<x, y>^2/2), k = 3", lambda x, y: np.exp(-0.5 * _inner(x, y) ** 2), _THREE),
    _black_box("(<x, y> > 0.3), k = 2", lambda x, y: _inner(x, y) > 0.3, _TWO),
    _black_box("cos(<x, y>) exp(-|x|^2), k = 2", lambda x, y: np.cos(_inner(x, y)) * np.exp(-_inner(x, x)), _TWO),
    _black_box("max(|x| - 1, 0) |y|, k = 3",
               lambda x, y: np.maximum(np.sqrt(_inner(x, x)) - 1.0, 0.0) * np.sqrt(_inner(y, y)), _THREE),
    _black_box("a bump in one direction beside a function of the lengths, k = 2", _bump_in_one_direction, _TWO),
)

_DIRECTIONS = (
    _black_box("tanh(x1 y1 + x2 y2/2)", lambda x, y: np.tanh(x[..., 0] * y[..., 0] + 0.5 * x[..., 1] * y[..., 1]),
               _TWO),
    _black_box("sin(x1 y2) + x2^2 y1", lambda x, y: np.sin(x[..., 0] * y[..., 1]) + x[..., 1] ** 2 * y[..., 0], _TWO),
    _black_box("cos(x1 y1/2) exp(x2 y2/5)",
               lambda x, y: np.cos(0.5 * x[..., 0] * y[..., 0]) * np.exp(0.2 * x[..., 1] * y[..., 1]), _TWO),
    _black_box("x1 y2 - x2 y1", lambda x, y: x[..., 0] * y[..., 1] - x[..., 1] * y[..., 0], _TWO),
    _black_box("a constant, k = 2", lambda x, y: 2.0, _TWO),
    _black_box("zero, k = 2", lambda x, y: 0.0 * x[..., 0] * y[..., 0], _TWO),
    _black_box("sum of sin(xi yi), k = 6", lambda x, y: np.sum(np.sin(x * y), axis=-1), _SIX),
    _black_box("exp(x4 y6/5), k = 6", lambda x, y: np.exp(0.2 * x[..., 3] * y[..., 5]), _SIX),
    _black_box("sin of one direction a side, k = 6",
               lambda x, y: np.sin((x @ np.arange(6.0)) * (y @ np.ones(6)) / 8.0), _SIX),
    _black_box("x1 y2 + x2 x3 y4 y5/2 + x6/10, k = 6",
               lambda x, y: (x[..., 0] * y[..., 1] + 0.5 * x[..., 1] * x[..., 2] * y[..., 3] * y[..., 4]
                             + 0.1 * x[..., 5]), _SIX),
    _black_box("min(x1, -0.72) min(y1, 0.71), k = 3",
               lambda x, y: np.minimum(x[..., 0], -0.72) * np.minimum(y[..., 0], 0.71), _THREE),
    _black_box("exp(x y1/4) y2, R x R^2", lambda x, y: np.exp(0.25 * x * y[..., 0]) * y[..., 1], _ONE, _TWO),
    _black_box("sin(x1 y1), correlated", lambda x, y: np.sin(x[..., 0] * y[..., 0]), _CORRELATED),
    _black_box("tanh(<x, y>), correlated", lambda x, y: np.tanh(_inner(x, y)), _CORRELATED),
    _black_box("exp(-|x - y|^2/2), stds 1 and 1/2", lambda x, y: np.exp(-0.5 * _squared_distance(x, y)), _STRETCHED),
    _black_box("sin(<1, x> <1, y>/4), on a line", lambda x, y: np.sin(0.25 * x.sum(axis=-1) * y.sum(axis=-1)),
               _ON_A_LINE),
    _black_box("exp(x1 y1 x2 y2/10) + x3, k = 3",
               lambda x, y: np.exp(0.1 * np.tanh(x[..., 0] * y[..., 0] * x[..., 1] * y[..., 1])) + x[..., 2], _THREE),
    _black_box("exp(2 x1 y1 x2 y2 + x3), not square-integrable, k = 3",
               lambda x, y: np.exp(2.0 * x[..., 0] * y[..., 0] * x[..., 1] * y[..., 1] + x[..., 2]), _THREE),
)

_BROKEN = (
    _black_box("|x1 - y1| cos(x2 y2)", lambda x, y: np.abs(x[..., 0] - y[..., 0]) * np.cos(x[..., 1] * y[..., 1]),
               _TWO),
    _black_box("log|x1 - y1| exp(x2 y2/5)",
               lambda x, y: np.log(np.abs(x[..., 0] - y[..., 0])) * np.exp(0.2 * x[..., 1] * y[..., 1]), _TWO),
    _black_box("(x1 y1 + x2 y2/2 > 0.3)", lambda x, y: x[..., 0] * y[..., 0] + 0.5 * x[..., 1] * y[..., 1] > 0.3, _TWO),
    _black_box("(x1 > y1) Phi(x2 y2)", lambda x, y: (x[..., 0] > y[..., 0]) * ndtr(x[..., 1] * y[..., 1]), _TWO),
    _black_box("orthant, (x > y), k = 5", lambda x, y: np.all(x > y, axis=-1), _FIVE),
    _black_box("half-space, k = 5", lambda x, y: x.sum(axis=-1) > y.sum(axis=-1), _FIVE),
    _black_box("a product of jumps and kinks, k = 3",
               lambda x, y: (np.exp(-np.abs(x[..., 0] - y[..., 0])) * (x[..., 1] > y[..., 1])
                             * np.abs(x[..., 2] - y[..., 2] - 0.49)), _THREE),
)

_TOGETHER = (
    _black_box("tanh(x1 y1 + 2 x2 y2 + ... + 5 x5 y5)", lambda x, y: np.tanh(np.sum(_WEIGHTS * x * y, axis=-1)), _FIVE),
    _black_box("squared exponential of six scales",
               lambda x, y: np.exp(-0.5 * np.sum((_SCALES * (x - y)) ** 2, axis=-1)), _SIX),
    _black_box("product of 1 + tanh(xi yi)/2, k = 5",
               lambda x, y: np.prod(1.0 + 0.5 * np.tanh(x * y), axis=-1), _FIVE),
    _black_box("cos(x) exp(-max |yi|), R x R^6", lambda x, y: np.cos(x) * np.exp(-np.abs(y).max(axis=-1)), _ONE, _SIX),
    _black_box("a bump in a corner of R^6", lambda x, y: np.all(x > 2.0, axis=-1) & np.all(y > 2.0, axis=-1), _SIX),
)


def softmax(blocks):
    """Along the rows of each block."""
    weights = np.exp(blocks - blocks.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def normalised(blocks):
    """Each block over its Frobenius norm."""
    return blocks / np.linalg.norm(blocks, axis=(-2, -1), keepdims=True)


def nearly_elementwise(blocks):
    """A tanh of each entry, and so little of the others that the values are those of tanh."""
    return np.tanh(blocks) + 1e-9 * blocks.sum(axis=(-2, -1), keepdims=True)


def polar(blocks):
    """The orthogonal factor of each block."""
    u, _, vt = np.linalg.svd(blocks)
    return u @ vt


def _scaled_to_eight_steps(blocks):
    """Each block rounded to multiples of an eighth of its largest entry."""
    size = np.abs(blocks).max(axis=(-2, -1), keepdims=True) / 8.0
    return size * np.round(blocks / size)


def _signs_times_mean(blocks):
    """The signs of each block, times the mean size of its entries."""
    return np.sign(blocks) * np.abs(blocks).mean(axis=(-2, -1), keepdims=True)


_MAPS = (
    _blocks("tanh", np.tanh, 2),
    _blocks("tanh", np.tanh, 2, 10),
    _blocks("nearly tanh", nearly_elementwise, 2),
    _blocks("row softmax", softmax, 2),
    _blocks("row softmax", softmax, 2, 3),
    _blocks("block over its norm", normalised, 2),
    _blocks("block over its norm", normalised, 3),
    _blocks("polar factor", polar, 2, 2),
    _blocks("eight steps a block", _scaled_to_eight_steps, 2, 2),
    _blocks("signs times the mean size", _signs_times_mean, 2),
    _blocks("signs times the mean size", _signs_times_mean, 2, 2),
)

_CONSTANT = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
_TURN = np.array([[0.6, -0.8], [0.8, 0.6]])


def _times(h, matrix):
    """A kernel of numbers times a constant matrix."""
    return lambda x, y: h(x, y)[..., None, None] * matrix


def side_by_side(x, y):
    """exp(x y / 4) and sin(x y) on the diagonal, and a column of zeros."""
    values = np.zeros((*np.broadcast_shapes(np.shape(x), np.shape(y)), 2, 3))
    values[..., 0, 0], values[..., 1, 1] = np.exp(0.25 * x * y), np.sin(x * y)
    return values


_VALUED = (
    _matrices("exp(xy/5) times a matrix", _times(lambda x, y: np.exp(0.2 * x * y), _CONSTANT)),
    _matrices("exp(xy/4) and sin(xy) side by side", side_by_side),
    _matrices("tanh(xy) times a matrix", _times(lambda x, y: np.tanh(x * y), _CONSTANT)),
    _matrices("(x > y) times a matrix", _times(lambda x, y: x > y, _CONSTANT)),
    _matrices("zero times a matrix", _times(lambda x, y: 0.0 * x * y, _CONSTANT)),
    _matrices("a bump times a matrix", _times(lambda x, y: np.exp(-50.0 * ((x - 1.0) ** 2 + (y + 0.5) ** 2)), _TURN)),
    _matrices("exp(x1 y1/5 + x2 y2/10) times a rotation",
              _times(lambda x, y: np.exp(0.2 * x[..., 0] * y[..., 0] + 0.1 * x[..., 1] * y[..., 1]), _TURN),
              _TWO, _TWO),
    _matrices("zero times a matrix, k = 2", _times(lambda x, y: 0.0 * x[..., 0] * y[..., 0], _CONSTANT), _TWO, _TWO),
    _matrices("cos(x yi)/2 in five rows, R x R^5", lambda x, y: (np.cos(x[..., None] * y) / 2.0)[..., None],
              _ONE, _FIVE),
)

_STRETCHED_PRODUCTS = tuple(
    _product(f"{name}, deviations {' and '.join(map(str, deviations))} a side", len(deviations), phi, kinks,
             measures=(Gaussian(np.zeros(len(deviations)), np.diag(np.square(deviations))),
                       Gaussian.standard(len(deviations))))
    for name, phi, kinks, deviations in (
        ("tanh", np.tanh, (), (1.0, 0.5)), ("sign", np.sign, (0.0,), (1.0, 0.5)), ("relu", _relu, (0.0,), (1.0, 0.1)),
        ("clip to [-1, 1]", _clip, (-1.0, 1.0), (1.0, 0.1)), ("tanh", np.tanh, (), (1.0, 0.5, 0.25)),
        ("sign", np.sign, (0.0,), (1.0, 0.5, 0.25))))

_ALL = (*_PRODUCTS, *_INVARIANT, *_DIRECTIONS, *_BROKEN, *_TOGETHER, *_MAPS, *_VALUED)

VECTOR_PROBLEMS: tuple[VectorProblem, ...] = (
    *_ALL,
    # Every fifth, of all kinds and methods, where the budget runs out.
    *(replace(one, name=f"{one.name}, few evaluations", max_evaluations=_FEW) for one in _ALL[::5]),
    *_STRETCHED_PRODUCTS,
)
