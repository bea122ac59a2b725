r"""Kernels of vectors without symmetry: tensor products of polynomials, each direction as fine as it must be.

h is a sum of components that take different coordinates. Between the constant and, for each component, the products
:math:`p_{\alpha_1}(z_1) \cdots p_{\alpha_d}(z_d)` of polynomials, orthonormal under the laws of its coordinates, T is a
matrix with one block for each component, beside one row and one column for the constant. A block is filled by Gauss
rules with as many nodes in each direction as its coefficients ask for. Of Gaussians they are Hermite polynomials.
"""

import math
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

import numpy as np

from .._support.arrays import squares
from .._support.budget import BudgetExhaustedError, announce, check_time
from .._support.floats import chunks
from ..bases import PolynomialProducts, polynomials_of
from ..errors import NotSquareIntegrableError
from ..evidence.larger_basis import larger_evidence
from ..evidence.moved import Moved
from ..evidence.remainder import largest_evidence
from ..evidence.vector_pairs import evidence_at_pairs
from ..kernels import SMALLEST_SIZE, Kernel
from ..measures import Gaussian
from ..operator.discretisation import Block, Discretisation, Discretisations
from ..operator.evidence import Evidence
from ..operator.problem import Problem
from ..operator.singular_functions import SingularSystem
from ..probing.coordinates import Component, Coordinates
from ..quadrature import continued, fall
from .base import Method, only_numbers_of_vectors
from .remainder_at_points import Products, refined_at_points
from .tightening import tightened

_FIRST = 8    # nodes in a direction, to begin with
# For checks there are more of them, by these factors and so many: one check may be as wrong as the matrix itself by
# chance, where a kink lies between two nodes (benchmarks/check_rules.py). The last is the largest.
_CHECKS = ((1.12, 5), (1.25, 3))
_MOST_FUNCTIONS = 4000    # products of polynomials on one side of a component: their SVD takes some seconds
_MOST_VALUES = 24_000_000    # of h for one block: 192 MB


Sizes = tuple[tuple[int, ...], tuple[int, ...]]


class TensorDiscretisation:
    """The matrix of T between products of polynomials, and larger ones from other nodes.

    Every direction of every component is refined until its last coefficients are below tol, or no more is affordable:
    values are known to about the square of that. No component may be one of `too_many`.

    Attributes
    ----------
    coordinates : Coordinates
    sizes : tuple of (tuple of int, tuple of int)
        For each component, the numbers of polynomials in the directions of x and of y.
    matrix : ndarray
    beyond : float
        The norm of what coefficients go on to beyond the last degrees, if they fall as they did last.
    checks : tuple of ndarray
        The matrices of `check_sizes`.
    check_sizes : tuple of tuple of (tuple of int, tuple of int)
        For each check, what `sizes` is for the matrix. There are none where values are dear.
    """

    def __init__(self, coordinates: Coordinates, tol: float, first: tuple[Sizes, ...]) -> None:
        self.coordinates, components = coordinates, coordinates.components
        refined = [_refined(coordinates, component, size, tol) for component, size in
                   zip(components, first, strict=True)]
        self.sizes, offset = tuple(size for _, size in refined), coordinates.offset()
        self.matrix = _assembled(offset, [block for block, _ in refined])
        self.beyond = math.hypot(*(_norm_beyond_degrees(coordinates, component, *one) for component, one in
                                   zip(components, refined, strict=True)))
        checks = 0 if coordinates.kernel.dear else len(_CHECKS)
        self.check_sizes = tuple(tuple(_check_sizes(size, check) for size in self.sizes) for check in range(checks))
        self.checks = tuple(_assembled(offset, [_coefficients(coordinates, *each) for each in
                                                zip(components, sizes, strict=True)]) for sizes in self.check_sizes)

    def within_check(self, check: int, side: int) -> np.ndarray:
        """Where the functions of the matrix stand among those of a check, on the side of x (0) or y (1)."""
        places, start = [np.zeros(1, dtype=int)], 1
        for small, large in zip(self.sizes, self.check_sizes[check], strict=True):
            index = np.arange(math.prod(large[side])).reshape(large[side])
            kept = np.ravel(index[tuple(slice(n) for n in small[side])])[1:]
            places.append(start - 1 + kept)
            start += index.size - 1
        return np.concatenate(places)


class Tensor(Method):
    """Products of polynomials of each coordinate, each direction as fine as it must be, for kernels of vectors.

    h is split into a sum of components that take different coordinates, after a rotation if that helps.
    """

    def refusal(self, problem: Problem) -> str | None:
        """Blocks and matrices, measures without independent coordinates, and too many coordinates together."""
        if (why := only_numbers_of_vectors(problem)) is not None:
            return why
        if not all(measure.lines and all(line.most_polynomials == math.inf for line in measure.lines)
                   for measure in (problem.mu_x, problem.mu_y)):
            return ("takes measures of independent coordinates that have polynomials of every degree: Gaussians, and "
                    "opsvd.Product of such as opsvd.Uniform")
        if any(too_many(component) for component in problem.coordinates.components):
            return "takes kernels that are sums of functions of few coordinates each, and h takes too many together"
        return None

    def discretisations(self, problem: Problem) -> Discretisations:
        """One discretisation for the tolerance, or for larger ones that the budget allows; then its remainder."""
        if problem.given.dear:
            return _of_few_values(problem)
        return refined_at_points(problem, tensor_products(problem))


def tensor_products(problem: Problem) -> Products:
    """Discretisations by products alone: the last answer, and what it is of."""
    made: list[Discretisation] = []

    def attempts(asked: Problem) -> Iterator[Discretisation]:
        for one in _attempts(asked):
            made.append(one)
            yield one

    answer = yield from tightened(problem, attempts)
    return answer, made[-1] if made else None


def _of_few_values(problem: Problem) -> Discretisations:
    """One discretisation, of the sizes that the budget allows."""
    answer, size = None, 0
    with suppress(BudgetExhaustedError):
        for discretisation in _attempts(problem):
            size = discretisation.blocks[0].matrix.size
            answer = yield discretisation
    if size and (answer is None or not answer.converged):
        problem.budget.forgo(8 * size)    # twice the next size: all of four directions are 1.4 times as large
    return answer


def _attempts(problem: Problem) -> Iterator[Discretisation]:
    c = problem.coordinates
    nodes = 4 if problem.given.dear else _FIRST    # 256 values for two directions a side
    first = tuple(((nodes,) * len(part.x), (nodes,) * len(part.y)) for part in c.components)
    d = TensorDiscretisation(c, problem.tolerances.products, first)
    parts = list(zip(c.components, d.sizes, strict=True))
    left = PolynomialProducts(problem.sides[0], c.turn_x, tuple((part.x, size[0]) for part, size in parts))
    right = PolynomialProducts(problem.sides[1], c.turn_y, tuple((part.y, size[1]) for part, size in parts))
    block = Block(left, right, d.matrix, problem.tolerances.negligible_products * float(np.linalg.norm(d.matrix)))
    evidence = partial(evidence_at_pairs, problem, d.beyond) if problem.given.dear else partial(_evidence, d)
    yield Discretisation((block,), evidence, _note(d), rtol=problem.rtol,
                         limit="More products of polynomials are not affordable: accept a larger rtol")


def too_many(component: Component) -> bool:
    """Whether a component has more directions than a tensor product can have at the first size."""
    x, y = len(component.x), len(component.y)
    return bool(_FIRST ** max(x, y) > _MOST_FUNCTIONS or _FIRST ** (x + y) > _MOST_VALUES)


def _check_sizes(size: Sizes, check: int = -1) -> Sizes:
    factor, more = _CHECKS[check]
    x, y = (tuple(int(factor * n) + more for n in side) for side in size)
    return x, y


def _refined(coordinates: Coordinates, component: Component, size: Sizes, tol: float) -> tuple[np.ndarray, Sizes]:
    """The block of a component, with sizes from this one on that suffice in every direction, or are affordable."""
    while True:
        block = _coefficients(coordinates, component, size)
        tensor = block.reshape(*size[0], *size[1])
        whole = float(np.linalg.norm(tensor))
        tails = [float(np.linalg.norm(np.moveaxis(tensor, axis, 0)[2 * n // 3:])) for axis, n in
                 enumerate((*size[0], *size[1]))]
        # Directions that leave less than three per cent of the worst wait for the others.
        worst = max(tails, default=0.0)
        growing = np.array(tails) > max(tol * whole, 0.03 * worst)
        ways = (_grown(size, growing), _grown(size, np.array(tails) == worst))
        grown = next((larger for larger in ways if _affordable(larger, coordinates.kernel)), None)
        if grown is None or not growing.any():
            return block, size
        size = grown


def _norm_beyond_degrees(coordinates: Coordinates, component: Component, block: np.ndarray, size: Sizes) -> float:
    """The norm of what coefficients go on to beyond the last degrees of all directions, if they fall as they did last.

    At most that of the last two degrees, in which there are both parities. Where a law has bounds points see it.
    """
    laws = [coordinates.mu_x.lines[i] for i in component.x] + [coordinates.mu_y.lines[i] for i in component.y]
    tensor, energy = squares(block).reshape(*size[0], *size[1]), 0.0
    for axis, law in enumerate(laws):
        n = tensor.shape[axis]
        if np.isfinite(law.support).all():
            continue
        of_degrees = np.moveaxis(tensor, axis, 0).reshape(n, -1).sum(axis=1)
        last, before = float(of_degrees[max(n - 2, 1):].sum()), float(of_degrees[max(n - 4, 0):max(n - 2, 1)].sum())
        energy += min(last, float(continued(last, fall(last, before))))
    return math.sqrt(energy)


def _grown(size: Sizes, growing: np.ndarray) -> Sizes:
    sizes = [math.ceil(1.4 * n) if more else n for n, more in zip((*size[0], *size[1]), growing, strict=True)]
    return tuple(sizes[:len(size[0])]), tuple(sizes[len(size[0]):])


def _affordable(size: Sizes, kernel: Kernel) -> bool:
    # In one direction recurrences of degree 640 still take less than the values.
    if max(math.prod(size[0]), math.prod(size[1])) > _MOST_FUNCTIONS or max(0, *size[0], *size[1]) > 640:
        return False
    if kernel.dear and kernel.budget is not None:    # without checks, and with as many values left for pairs
        return math.prod((*size[0], *size[1])) <= min(0.5 * kernel.budget.values_left, _MOST_VALUES)
    larger = _check_sizes(size)
    return math.prod(larger[0]) * math.prod(larger[1]) <= _MOST_VALUES


def _coefficients(coordinates: Coordinates, component: Component, size: Sizes) -> np.ndarray:
    """E[h psi_alpha(x) psi_beta(y)] of one component: (functions of x, functions of y)."""
    laws = ([coordinates.mu_x.lines[i] for i in component.x], [coordinates.mu_y.lines[i] for i in component.y])
    bases = [[polynomials_of(law, n - 1, None if law.period else n) for law, n in zip(*side, strict=True)]
             for side in zip(laws, size, strict=True)]
    nodes = [_grid([basis.rule.nodes for basis in side]) for side in bases]
    rows, columns = len(nodes[0]), len(nodes[1])
    announce("products of polynomials", rows * columns, rows, columns)
    values = np.empty((rows, columns), coordinates.kernel.dtype)
    for some in chunks(rows, 2 * columns):
        values[some] = coordinates.part(component, nodes[0][some], nodes[1])
    tensor = values.reshape([len(basis.rule) for side in bases for basis in side])
    for axis, basis in enumerate([*bases[0], *bases[1]]):
        check_time()
        transform = basis.at_nodes * basis.at_nodes[:, :1]    # the first is the root of the weights
        with np.errstate(over="ignore", invalid="ignore"):
            tensor = np.moveaxis(np.tensordot(tensor, transform, axes=(axis, 0)), -1, axis)
    if not np.abs(tensor).max() < 1.0 / SMALLEST_SIZE:
        raise NotSquareIntegrableError("h must be square-integrable, but h^2 overflows at nodes that matter: E[h^2] is "
                                       "infinite, or not a number. Decompose a kernel that grows more slowly, or take "
                                       "measures with a smaller covariance")
    return np.asarray(tensor.reshape(math.prod(size[0]), math.prod(size[1])))


def _grid(points: list[np.ndarray]) -> np.ndarray:
    """All combinations of points in several directions: (product of lengths, directions)."""
    if not points:
        return np.zeros((1, 0))
    return np.stack(np.meshgrid(*points, indexing="ij"), axis=-1).reshape(-1, len(points))


def _assembled(offset: np.generic, blocks: list[np.ndarray]) -> np.ndarray:
    """One matrix: the constant first, then the functions of each component but its constant."""
    rows, columns = (1 + sum(block.shape[side] - 1 for block in blocks) for side in (0, 1))
    matrix = np.zeros((rows, columns), offset.dtype)
    matrix[0, 0] = offset + np.sum([block[0, 0] for block in blocks])
    i = j = 1
    for block in blocks:
        n, m = block.shape[0] - 1, block.shape[1] - 1
        matrix[0, j:j + m], matrix[i:i + n, 0] = block[0, 1:], block[1:, 0]
        matrix[i:i + n, j:j + m] = block[1:, 1:]
        i, j = i + n, j + m
    return matrix

def _note(d: TensorDiscretisation) -> str:
    sizes = [" by ".join(" x ".join(map(str, side)) or "1" for side in size) for size in d.sizes]
    turned = ", turned coordinates" if d.coordinates.turned else ""
    hermite = all(isinstance(line, Gaussian) for mu in (d.coordinates.mu_x, d.coordinates.mu_y) for line in mu.lines)
    kind = "Hermite polynomials" if hermite else "orthonormal polynomials of each coordinate"
    return f"{kind} in products, {'; '.join(sizes) or 'a constant'}{turned}"


def _evidence(d: TensorDiscretisation, system: SingularSystem) -> Evidence:
    """What the larger matrices and random points show of the remainder, and what the sum of components lacks of h."""
    s, left, right = system.values, system.left, system.right
    u, v = left.parts[0].coefficients, right.parts[0].coefficients
    c, rng, count = d.coordinates, np.random.default_rng(11), 4000    # pairs: they tell a mean square to some per cent
    *farther, weights = c.spread(count, rng)

    def missed(x: np.ndarray, y: np.ndarray, weights: np.ndarray | float = 1.0) -> float:
        return _at_most(squares(c.kernel.finite_beside(x, y) - left.reconstruct(right, s, x, y)) * weights)

    # Of a kink or a growth far out half of the pairs know nothing.
    seen = max(missed(c.mu_x.sample(count, rng), c.mu_y.sample(count, rng)), missed(*c.points(*farther), weights))
    shown = []
    for check, (matrix, larger) in enumerate(zip(d.checks, d.check_sizes, strict=True)):
        f, g = (np.zeros((size, len(s)), matrix.dtype) for size in matrix.shape)
        f[d.within_check(check, 0)], g[d.within_check(check, 1)] = u, v
        shown.append(larger_evidence(s, matrix - (f * s) @ g.conj().T, f, g, norm=float(np.linalg.norm(matrix)),
                                     seen=seen, amplify=_amplified(d.sizes, larger)))
    return Moved(largest_evidence(shown), _lacking(c, rng))


def _lacking(c: Coordinates, rng: np.random.Generator) -> float:
    """The norm of what h has beside its components, as small as rounding of slopes: all matrices are of these alone."""
    x, y, weights = c.spread(400, rng)
    return _at_most(squares(c.apart(x, y)[0]) * weights)


def _at_most(energies: np.ndarray) -> float:
    """What the root of a mean may be, given energies at random points: three standard errors are exceeded rarely."""
    return float(np.sqrt(np.mean(energies) + 3.0 * np.std(energies) / np.sqrt(len(energies))))    # once in 700 times


def _amplified(sizes: tuple[Sizes, ...], larger: tuple[Sizes, ...]) -> float:
    """By how much errors may exceed the difference to a larger size.

    If they fall like the distance of Gauss-Hermite nodes, one over the root of the size, as those of jumps do, the
    difference is a part of them.
    """
    pairs = [(small, large) for one, other in zip(sizes, larger, strict=True)
             for small, large in zip((*one[0], *one[1]), (*other[0], *other[1]), strict=True)]
    return max((1.0 / (1.0 - math.sqrt(small / large)) for small, large in pairs), default=1.0)
