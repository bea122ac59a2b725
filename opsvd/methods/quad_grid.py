"""Kernels in quadruple precision on the rules of two bases: what the methods of that precision share."""

import math
from abc import abstractmethod
from collections.abc import Iterator
from functools import partial

import numpy as np

from .._support.quad import EPS_QUAD, norm
from .._support.quad_linalg import quad_svd
from ..bases import QuadBasis
from ..evidence.quad import QuadComparison, weighted_grid
from ..kernels import QuadKernel
from ..operator.discretisation import Answer, Block, Discretisation, Discretisations
from ..operator.problem import Problem
from ..probing.digits import few_digits, rounding_of_values
from .base import Method

_UNRESOLVED = ("The kernel is not resolved in quadruple precision: leave precision out, since methods for kernels that "
               "break are in double precision, or accept a larger rtol")


class QuadMethod(Method):
    """A method in quadruple precision. A subclass says which bases it takes, ever finer ones.

    It stands for a method of double precision, whose options it has: see `Method.in_quad`.
    """

    def refusal(self, problem: Problem) -> str | None:
        """It takes real kernels of numbers, under measures that know themselves in quadruple precision."""
        if not problem.of_numbers or problem.given.complex:
            return "takes real kernels of numbers in quadruple precision; leave precision out"
        unknown = [mu for mu in problem.lines if mu.quad_law is None]
        if not unknown:
            return None
        return (f"takes Gaussian and Uniform measures in quadruple precision, got {unknown[0]!r}; leave precision out, "
                f"or decompose the kernel of an image of a Gaussian or Uniform number")

    @abstractmethod
    def bases(self, problem: Problem) -> Iterator[tuple[QuadBasis, QuadBasis, str]]:
        """Bases of x and of y, with all their functions, and what they are in words."""

    def discretisations(self, problem: Problem) -> Discretisations:
        """Yield with ever finer bases, until the bars are what the errors of the values of h make of them."""
        kernel, answer = QuadKernel.of(problem.given), None
        rounding = rounding_of_values(kernel, *problem.lines)
        for left, right, name in self.bases(problem.at(max(problem.rtol, rounding))):
            answer = yield quad_discretisation(kernel, left, right, rounding, name)
            if few_digits(rounding) and relative_error(answer) <= 10.0 * rounding:
                break
        return answer


def relative_error(answer: Answer | None) -> float:
    """The bar of the first value, relative to that; one, if there is none."""
    if answer is None or len(answer.singular_values) == 0:
        return 1.0
    return float(answer.errors[0]) / float(answer.singular_values[0])


@np.errstate(all="ignore")    # numpy-quaddtype raises flags of invalid numbers where there are none
def quad_discretisation(kernel: QuadKernel, left: QuadBasis, right: QuadBasis, rounding: float,
                        name: str) -> Discretisation:
    """The samples of h on the two rules as a matrix, in two blocks if it has a parity."""
    samples = weighted_grid(kernel, left.rule, right.rule)
    edge = [norm(part) for part in (samples[left.ends], samples[:, right.ends])]
    missing = math.hypot(*edge) / (norm(samples) or 1.0)
    blocks = _blocks(samples, left, right)
    note = f"quadruple precision, {name}, {' and '.join(str(min(b.matrix.shape)) for b in blocks)} functions"
    return Discretisation(blocks, QuadComparison(kernel, left, right, rounding, missing), note,
                          limit=few_digits(rounding) or _UNRESOLVED,
                          factorise=partial(quad_svd, rounding=max(rounding, EPS_QUAD)))


def _blocks(samples: np.ndarray, left: QuadBasis, right: QuadBasis) -> tuple[Block, ...]:
    """Even and odd functions apart if h(-x, -y) = h(x, y) about the centres of the measures, to rounding."""
    parts = {(p, q): _of_parity(samples, left.with_parity(p), right.with_parity(q)) for p in (1, -1) for q in (1, -1)}
    mixed = math.hypot(norm(parts[1, -1]), norm(parts[-1, 1]))
    if mixed > 2.0 * EPS_QUAD * norm(samples):
        return (Block(left, right, samples),)
    # Of an odd kernel the even functions have values that are rounding alone.
    sizes = {parity: norm(parts[parity, parity]) for parity in (1, -1)}
    kept = [parity for parity in (1, -1) if sizes[parity] > 2.0 * EPS_QUAD * norm(samples)] or [1]
    return tuple(Block(left.with_parity(p), right.with_parity(p), parts[p, p]) for p in kept)


def _of_parity(samples: np.ndarray, left: QuadBasis, right: QuadBasis) -> np.ndarray:
    """The coefficients of functions of these parities."""
    return np.ascontiguousarray(right.analyse(np.ascontiguousarray(left.analyse(samples).T)).T)

