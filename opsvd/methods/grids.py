"""Kernels of few coordinates, or of blocks or with matrices for values: products of one basis in every direction.

The bases are Hermite polynomials while their coefficients decay fast, as for entire kernels, and then Lagrange
functions on panels, which do not mind poles near the real axis, as those of tanh.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce

import numpy as np

from .._support.budget import announce, check_time
from ..bases import Basis, HermiteBasis, PanelBasis
from ..kernels import Kernel, Side, operator_grid
from ..measures import Gaussian
from ..quadrature import Rule, composite_gauss_legendre

__all__ = ["Grid", "along_directions", "grid_bases", "grid_matrix", "on_rule"]

_STANDARD = Gaussian()
# Even, so that no node is at zero, where a block may have no direction.
_HERMITE = (6, 8, 10, 14, 20, 24, 32, 48)
_PANELS = (24, 32, 40, 48, 64, 96, 128, 192, 256, 384, 512)
# Up to so many nodes they stand on four panels, above on more of a fixed order.
_FEW, _ORDER, _INNER = 64, 16, 1.6
# Where panels end, and how much farther those of the check reach.
_REACH, _FARTHER, _BEYOND = 6.5, 8.0, 1.0
# What polynomials on long panels miss is rough: the check takes low orders on short ones, moved aside.
_CHECK_PANELS, _CHECK_ORDER, _FINE, _SHIFT = 11, 4, 48, 0.137
_MOST_ROWS = 4800
# Panels in y are longer by this factor than those in x.
_STRETCH = 1.02


@dataclass(frozen=True, eq=False)
class Grid:
    """A basis for all directions of x and one for those of y, and rules on which the answer is held against h.

    Attributes
    ----------
    size : int
        About the number of functions in a direction.
    bases : tuple of Basis
        Under the standard Gaussian, without a common node.
    checks : tuple of Rule
        Of other nodes.
    spacing : float
        The distance of the nodes falls like the size to the power of minus this.
    note : str
    """

    size: int
    bases: tuple[Basis, Basis]
    checks: tuple[Rule, Rule]
    spacing: float
    note: str


def _rows(side: Side, size: int) -> int:
    """The rows of a matrix with so many functions in each direction."""
    return int(side.width * size**side.directions)


def grid_bases(left: Side, right: Side, panels: bool) -> Iterator[Grid]:
    """Ever finer bases whose matrices fit: Hermite polynomials, or panels."""
    for size in _PANELS if panels else _HERMITE:
        grid = _panels(size) if panels else _hermite(size)
        if max(_rows(side, max(basis.size, len(check))) for side, basis, check in zip(
                (left, right), grid.bases, grid.checks, strict=True)) > _MOST_ROWS:
            return
        yield grid


def _hermite(size: int) -> Grid:
    return Grid(size, (HermiteBasis(_STANDARD, size - 1), HermiteBasis(_STANDARD, size + 1)),
                (_STANDARD.gauss_rule(size + 4), _STANDARD.gauss_rule(size + 6)), 0.5,
                f"Hermite polynomials in products, {size} in each direction")


def _panels(size: int) -> Grid:
    few = size <= _FEW
    reach, count = (_REACH, 4) if few else (_FARTHER, size // _ORDER)
    edges = np.array([-reach, -_INNER, 0.0, _INNER, reach]) if few else np.linspace(-reach, reach, count + 1)
    ends = np.linspace(-reach - _BEYOND, reach + _BEYOND, _CHECK_PANELS * max(1, size // _FEW) + 1)
    bases = [PanelBasis(_STANDARD, stretch * edges, size // count) for stretch in (1.0, _STRETCH)]
    checks = [_STANDARD.rule(*composite_gauss_legendre(ends + shift, _CHECK_ORDER - (size < _FINE)))
              for shift in (_SHIFT, -_SHIFT / 2.0)]
    return Grid(size, (bases[0], bases[1]), (checks[0], checks[1]), 1.0,
                f"panels in products, {count} of {size // count} nodes in each direction")


def grid_matrix(kernel: Kernel, left: Side, right: Side, rules: tuple[Rule, Rule]) -> np.ndarray:
    """The kernel of T at products of nodes, with square roots of weights: (rows of x, rows of y)."""
    points, roots = [], []
    for side, rule in zip((left, right), rules, strict=True):
        z = np.stack(np.meshgrid(*[rule.nodes] * side.directions, indexing="ij"), axis=-1)
        points.append(side.points(z.reshape(-1, side.directions)))
        weight = reduce(np.multiply.outer, [rule.sqrt_weights] * side.directions)
        roots.append(np.repeat(np.ravel(weight), side.width))
    rows, columns = (len(root) for root in roots)
    announce(f"products of {len(rules[0])} and {len(rules[1])} nodes in each direction", rows * columns, rows, columns)
    return np.asarray(operator_grid(kernel, *points) * roots[0][:, None] * roots[1])


def along_directions(tensor: np.ndarray, side: Side, size: int, transform: np.ndarray) -> np.ndarray:
    """Apply a matrix (m, size) in each direction of columns (size^directions width, r)."""
    shaped = tensor.reshape(*[size] * side.directions, side.width, tensor.shape[1])
    for axis in range(side.directions):
        check_time()
        shaped = np.moveaxis(np.tensordot(transform, shaped, axes=(1, axis)), 0, axis)
    return np.asarray(shaped.reshape(math.prod(shaped.shape[:-1]), tensor.shape[1]))


def on_rule(basis: Basis, rule: Rule, side: Side, coefficients: np.ndarray) -> np.ndarray:
    """Functions at products of nodes, with square roots of weights: (rows, r)."""
    values = basis.half_density(rule.nodes) * rule.sqrt_lebesgue[:, None]
    return along_directions(coefficients, side, basis.size, values)
