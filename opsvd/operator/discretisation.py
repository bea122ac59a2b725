"""The operator as matrices: blocks between orthonormal bases."""

from dataclasses import dataclass

import numpy as np

from ..bases import Basis
from ..probing.domain import Domain, weighted_samples
from ..quadrature import Rule
from .problem import Problem

__all__ = ["Block", "Discretisation", "galerkin_block"]


@dataclass(frozen=True, eq=False)
class Block:
    r"""One summand of the operator: :math:`C_{mn} = E[a_m(x) h(x, y) b_n(y)]` between two orthonormal bases.

    Attributes
    ----------
    left, right : Basis
        The functions a_m and b_n.
    matrix : ndarray, shape (left.size, right.size)
    multiplicity : int
        How many times the block stands in the operator.
    """

    left: Basis
    right: Basis
    matrix: np.ndarray
    multiplicity: int = 1


@dataclass(frozen=True, eq=False)
class Discretisation:
    """What a method makes of a kernel: a direct sum of blocks, with the evidence for the error bars.

    Attributes
    ----------
    blocks : tuple of Block
    domain : Domain
        Where the kernel was looked at, and what lies beyond.
    checks : tuple of (Rule, Rule)
        Rules in x and y that the method did not use: on them the answer is held against the kernel. The first pair
        is the most accurate; the others must not contradict it.
    note : str
        What was done and why, for ``OperatorSVD.method``.
    remark : str
        What stands in the way of a better answer, if anything is known to; for ``OperatorSVD.status``.
    hidden : float
        The part of the norm that lies nearer to singular points than any nodes, relative to all of it.
    leading : bool
        Whether the method aims at the leading singular values only, as where a spectrum decays slowly.
    broken : bool
        Whether h breaks along curves: then its singular values fall like a power, and of a large matrix some hundred
        leading triplets are as good as all.
    """

    blocks: tuple[Block, ...]
    domain: Domain
    checks: tuple[tuple[Rule, Rule], ...]
    note: str
    remark: str = ""
    hidden: float = 0.0
    leading: bool = False
    broken: bool = False


def galerkin_block(problem: Problem, left: Basis, right: Basis) -> Block:
    """Fill the matrix of a block by the rules of its two bases."""
    samples = weighted_samples(problem.kernel, problem.domain, left.rule, right.rule)
    return Block(left, right, right.analyse(left.analyse(samples).T).T)
