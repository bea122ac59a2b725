"""The answer for a sum of kernels of numbers, from the answers for these, and what their operators make of one."""

import math
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple, cast

import numpy as np

from .._support.floats import EPS, TINY
from ..bases import FactoredBasis, LineBasis
from ..evidence.beside_product import away_from
from ..evidence.moved import moved_evidence
from ..evidence.summed import SummandBars, Way, summed_evidence
from ..kernels import Kernel
from ..operator.discretisation import Block, Discretisation
from ..operator.problem import Problem
from ..probing.factors import Factors
from ..probing.slice_splitter import slice_integrals
from ..quadrature import composite_gauss_legendre
from .factored import are_simple, better_parts
from .result import OperatorSVD


class _Images(NamedTuple):
    """What T, or its adjoint, makes of functions of one variable, at nodes of the other.

    Attributes
    ----------
    basis : ndarray, shape (n, N)
        The basis of the functions of the nodes' variable there, times the roots of the weights.
    roots : ndarray, shape (n,)
        The constant one there.
    slices, others : ndarray, shapes (n, m) and (m, M)
        Their product is the images of the basis of the other variable.
    of_one : ndarray, shape (n,)
        The image of one.
    unknown : float
        What slices do not resolve, and what lies outside the domain.
    """

    basis: np.ndarray
    roots: np.ndarray
    slices: np.ndarray
    others: np.ndarray
    of_one: np.ndarray
    unknown: float

    def of(self, functions: np.ndarray) -> np.ndarray:
        """The images of functions with coefficients (M, q): (n, q)."""
        return np.asarray(self.slices @ (self.others @ functions))


class _Summand(NamedTuple):
    """A summand between functions of x, and of y.

    Attributes
    ----------
    matrix : ndarray, shape (m_x, m_y)
        The constants stand first, then functions of mean zero.
    functions : (ndarray, ndarray), shapes (N, q)
        Coefficients of orthonormal functions, the singular ones first.
    turns : (ndarray, ndarray), shapes (1 + q, m)
        The functions that the matrix is between, as sums of one and of these functions.
    bars : SummandBars
    """

    matrix: np.ndarray
    functions: tuple[np.ndarray, np.ndarray]
    turns: tuple[np.ndarray, np.ndarray]
    bars: SummandBars


class _Seen(NamedTuple):
    """What images of one and of orthonormal functions of the other variable are, at nodes of one.

    Attributes
    ----------
    functions, images : ndarray, shapes (n, q)
        The functions of this variable, and the images of those of the other.
    means, of_one : ndarray, shapes (q,)
        What the functions, and the image of one, have along one, and along the functions.
    mean : complex
        That of the image of one.
    left_of_one : float
        The norm of what the image of one is beside the functions, and of what is not known of it.
    unknown : float
        The latter.
    """

    functions: np.ndarray
    images: np.ndarray
    means: np.ndarray
    of_one: np.ndarray
    mean: complex
    left_of_one: float
    unknown: float

    @classmethod
    def of(cls, images: _Images, functions: np.ndarray, others: np.ndarray) -> "_Seen":
        """From the coefficients (N, q) of the functions, and those of the others, (M, q)."""
        f, along = images.basis @ functions, images.basis.conj().T @ images.of_one
        left = float(np.linalg.norm(images.of_one - images.basis @ along)) + images.unknown
        return cls(f, images.of(others), images.roots @ f, functions.conj().T @ along,
                   complex(images.roots @ images.of_one), left, images.unknown)

    def left(self, inner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What images are beside sums of functions, with these inner products: norms, and sizes of components."""
        residual = self.images - self.functions @ inner
        return (np.linalg.norm(residual, axis=0) + self.unknown,
                np.abs(self.functions.conj().T @ residual) + self.unknown)


def sum_of(problem: Problem, factors: Factors, parts: Sequence[tuple[Problem, OperatorSVD]]) -> Discretisation | None:
    r"""The operator of :math:`h = \sum_j h_j` between one and functions of mean zero of each coordinate.

    Functions of unlike coordinates are orthogonal if their means are zero. So the operator is the direct sum of the
    summands' operators between these, beside one row and one column for the constants: E[h_j], and what
    :math:`T_j 1` and :math:`T_j^* 1` are along the functions. How far h is from the sum is seen on random grids, and is
    a part of every bar (Weyl). None where that is more than the tolerance; where a summand has no value, or its
    functions are not sums in one basis; and where none breaks: products of polynomials do as well of fewer values.
    """
    answers = [svd for _, svd in parts]
    if not are_simple(answers) or not any(svd.breaks for svd in answers):
        return None
    known: dict[Kernel, _Summand] = {}
    for factor, (part, svd) in zip(factors.each, parts, strict=True):
        if factor.kernel not in known:
            known[factor.kernel] = _summand(part, svd.times(1.0 / factor.scale))
    each = [known[factor.kernel] for factor in factors.each]
    matrices = [factor.scale * one.matrix for factor, one in zip(factors.each, each, strict=True)]
    matrix, moved = _arrowhead(matrices, factors.number), away_from(factors, np.add)
    if moved > problem.rtol * float(np.linalg.norm(matrix, 2)):
        return None
    bars = tuple(one.bars.times(factor.scale) for factor, one in zip(factors.each, each, strict=True))
    note = "; ".join(dict.fromkeys(svd.method for svd in answers))
    evidence = partial(summed_evidence, bars, factors.number)
    return Discretisation((Block(*_bases(problem, factors, answers, each), matrix),),
                          partial(moved_evidence, evidence, moved), f"a sum of {len(parts)} kernels of numbers: {note}",
                          limit=better_parts("summands"))


def _bases(problem: Problem, factors: Factors, answers: Sequence[OperatorSVD],
           each: Sequence[_Summand]) -> tuple[FactoredBasis, FactoredBasis]:
    """The constant, and the functions of mean zero of every coordinate, on either side."""
    made = []
    for side, turn in enumerate((factors.frame.turn_x, factors.frame.turn_y)):
        turns = [one.turns[side] for one in each]
        sizes = [one.shape[1] - 1 for one in turns]
        chosen = np.full((1 + sum(sizes), len(each)), -1)
        for j, (size, end) in enumerate(zip(sizes, np.cumsum(sizes), strict=True)):
            chosen[1 + end - size:1 + end, j] = np.arange(size)
        bases = [(svd.left, svd.right)[side].parts[0].basis for svd in answers]
        made.append(FactoredBasis(
            problem.sides[side], turn, [(factor.x, factor.y)[side] for factor in factors.each],
            [cast("LineBasis", basis) for basis in bases],
            [one.functions[side] @ own[1:, 1:] for one, own in zip(each, turns, strict=True)], chosen,
            [-own[0, 1:] for own in turns]))
    return made[0], made[1]


def _arrowhead(matrices: Sequence[np.ndarray], number: complex) -> np.ndarray:
    """The matrices beside each other on a diagonal, but for their first rows and columns, which are common.

    And a number besides, where both first ones meet.
    """
    rows, columns = (1 + sum(one.shape[axis] - 1 for one in matrices) for axis in (0, 1))
    whole = np.zeros((rows, columns), np.result_type(*matrices, number))
    whole[0, 0], i, j = number, 1, 1
    for one in matrices:
        n, m = one.shape[0] - 1, one.shape[1] - 1
        whole[0, 0] += one[0, 0]
        whole[0, j:j + m], whole[i:i + n, 0], whole[i:i + n, j:j + m] = one[0, 1:], one[1:, 0], one[1:, 1:]
        i, j = i + n, j + m
    return whole


def _summand(problem: Problem, svd: OperatorSVD) -> _Summand:
    """A summand between one, its singular functions, and what images of one are beside these."""
    images = _images(problem, svd, 0), _images(problem, svd, 1)
    left, right = _with_images(*images, svd)
    x, y = _Seen.of(images[0], left, right), _Seen.of(images[1], right, left)
    inner = _inner(x, y, svd)
    norms, off = _left(x, y, inner, svd)
    own = _of_mean_zero(x.means), _of_mean_zero(y.means)
    turns, orthonormal = (own[0].turn, own[1].turn), (own[0].orthonormal, own[1].orthonormal)
    along = [float(np.abs(one.means) @ some) for one, some in zip((y, x), norms, strict=True)]
    of_one, rests = [x.left_of_one, y.left_of_one], (own[1].rest, own[0].rest)
    of_rest = [(first + some) / max(rest, TINY) for first, some, rest in zip(of_one, along, rests, strict=True)]
    beyond = min(svd.tail, float((svd.singular_values + svd.errors)[-1])) + max(float(some.max()) for some in norms)
    if max(of_rest) > beyond:    # one is so nearly a sum of the functions that the rest of its image is rounding
        of_rest, of_one = [beyond, beyond], [rest * beyond + some for rest, some in zip(rests, along, strict=True)]
        matrix = orthonormal[0][1:].conj().T @ inner @ orthonormal[1][1:]
    else:
        whole = np.block([[np.full((1, 1), x.mean), y.of_one.conj()[None]], [x.of_one[:, None], inner]])
        matrix = turns[0].conj().T @ whole @ turns[1]
    ways = Way.of(turns, of_one, norms, off), Way.of(orthonormal, of_rest, norms, off)
    operator_norm = beyond + max(0.0, float(svd.errors.max()) - max(float(some.max()) for some in norms))
    return _Summand(matrix, (left, right), turns, SummandBars(
        ways, complex(matrix[0, 0]), max(of_one), svd.norm, svd.tail, operator_norm))


def _inner(x: _Seen, y: _Seen, svd: OperatorSVD) -> np.ndarray:
    """The summand between functions of x and of y, (q, q); the singular values stand first."""
    r, inner = svd.rank, x.functions.conj().T @ x.images
    inner[r:] = (y.functions.conj().T @ y.images[:, r:]).conj().T
    inner[:r, :r] = np.diag(svd.singular_values)
    return np.asarray(inner)


def _left(x: _Seen, y: _Seen, inner: np.ndarray, svd: OperatorSVD) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """The norms of what is left of images, of either side; and what their inner products are off by, (q, q)."""
    (right, off), (left, other) = x.left(inner), y.left(inner.conj().T)
    off, r = np.maximum(off, other.T), svd.rank
    off[:r, :r] = np.maximum(off[:r, :r], np.minimum(svd.errors[:, None], svd.errors))
    return (right, left), off


def _with_images(x: _Images, y: _Images, svd: OperatorSVD) -> tuple[np.ndarray, np.ndarray]:
    r"""The singular functions, and others for what :math:`T 1, T T^* 1, ...`, and of the other side, are beside them.

    Of kernels that jump the singular functions are few, and one is far from a sum of them. What the others make of one
    is a sum over their values, for which some powers of T stand as Gauss rules do for integrals.
    """
    left, right, most = svd.left.parts[0].coefficients, svd.right.parts[0].coefficients, 8
    image_x, image_y = x.basis.conj().T @ x.of_one, y.basis.conj().T @ y.of_one
    for _ in range(most):
        more_x, more_y = _beside(left, image_x), _beside(right, image_y)
        if more_x.size == more_y.size == 0:
            break
        # Of nothing the image is zero.
        image_x = x.basis.conj().T @ x.of(more_y).sum(axis=1)
        image_y = y.basis.conj().T @ y.of(more_x).sum(axis=1)
        left, right = np.column_stack([left, more_x]), np.column_stack([right, more_y])
    return left, right


def _beside(functions: np.ndarray, image: np.ndarray) -> np.ndarray:
    """What a sum is beside others, of norm one, (N, 1); or nothing, (N, 0)."""
    rest = image
    for _ in range(2):    # what is left of the others is rounding then
        rest = rest - functions @ (functions.conj().T @ rest)
    size = float(np.linalg.norm(rest))
    return rest[:, None][:, :0] if _is_rounding(size, float(np.linalg.norm(image))) else (rest / size)[:, None]


def _is_rounding(part: float, whole: float) -> bool:
    """Whether the square of a part is rounded away: sums of such a part have no digits, and values change by less."""
    return part <= 8.0 * math.sqrt(EPS) * whole


def _images(problem: Problem, svd: OperatorSVD, side: int) -> _Images:
    """The images that are functions of x, or of y, along slices at nodes that no method has."""
    own, other = (svd.left, svd.right) if side == 0 else (svd.right, svd.left)
    kernel = problem.kernel if side == 0 else problem.kernel.adjoint()
    basis, of_other = (cast("LineBasis", functions.parts[0].basis) for functions in (own, other))
    rule = own.line.rule(*composite_gauss_legendre(own.panels, 23))
    slices = slice_integrals(kernel, rule, other.line, other.panels, problem.tolerances.integrals, order=20)
    there, matrix = slices.basis.rule, slices.matrix()
    return _Images(basis.half_density(rule.nodes) * rule.sqrt_lebesgue[:, None], rule.sqrt_weights, matrix,
                   of_other.half_density(there.nodes) * there.sqrt_lebesgue[:, None],
                   matrix @ (other.line.sqrt_density(there.nodes) * there.sqrt_lebesgue),
                   slices.unresolved + problem.domain.missing * svd.norm.value)


class _MeanZero(NamedTuple):
    """The constant one and functions of mean zero, orthonormal, in two ways.

    Attributes
    ----------
    turn, orthonormal : ndarray, shapes (1 + q, m)
        As sums of one and of q orthonormal functions; and of what one is beside these, of norm one, and of these.
    rest : float
        The norm of what one is beside the functions.
    """

    turn: np.ndarray
    orthonormal: np.ndarray
    rest: float


def _of_mean_zero(means: np.ndarray) -> _MeanZero:
    """Those that are sums of one and of functions with these means.

    The first function of mean zero is along the constant's projection on the others, unless it is all of it.
    """
    turned = np.linalg.qr(means.conj()[:, None], mode="complete")[0]
    along = means @ turned[:, 0]
    rest = math.sqrt(max(1.0 - float(abs(along)) ** 2, 0.0))
    turn = np.zeros((len(means) + 1, len(means) + 1), np.result_type(means, turned))
    turn[1:, 1:] = turned
    orthonormal = turn.copy()
    turn[0, 0], orthonormal[0, 0], orthonormal[1:, 0] = 1.0, rest, means.conj()
    orthonormal[0, 1], orthonormal[1:, 1] = -along, rest * turned[:, 0]
    if _is_rounding(rest, 1.0):
        return _MeanZero(np.delete(turn, 1, axis=1), np.delete(orthonormal, 1, axis=1), rest)
    turn[0, 1] = -along
    turn[:, 1] /= rest
    return _MeanZero(turn, orthonormal, rest)
