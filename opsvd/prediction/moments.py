"""Fourth moments of singular functions, from which the sampled spectrum is predicted."""

import math
from functools import lru_cache

import numpy as np

from ..bases import spherical_harmonics
from ..operator.grid_functions import GridFunctions
from ..operator.nystrom_functions import NystromFunctions
from ..operator.sector_functions import SectorFunctions
from ..operator.singular_functions import SingularFunctions
from ..operator.tensor_functions import TensorFunctions
from ..quadrature import fourth_moments_by_rule, gauss_hermite, hermite_functions

Functions = SingularFunctions | SectorFunctions | TensorFunctions | GridFunctions | NystromFunctions

__all__ = ["Functions", "fourth_moments", "mixed_moments", "multiplet_moments"]

# Nodes of products of Gauss rules for moments of harmonics, at most.
_MOST_NODES = 100_000


def fourth_moments(functions: Functions) -> np.ndarray:
    """E[f_i^2 f_j^2], shape (r, r), inf where not known, by the rules of the bases; of sectors, of radial functions."""
    if isinstance(functions, GridFunctions | NystromFunctions):
        return functions.fourth_moments[0]
    if not isinstance(functions, SingularFunctions):
        return functions.moments()
    moments = [fourth_moments_by_rule(values**2, weights) for values, weights in functions.at_nodes()]
    return np.asarray(sum(moments) / len(moments))


def multiplet_moments(functions: SectorFunctions, owners: np.ndarray, count: int) -> np.ndarray:
    """Means of E[f^2 f'^2] over the members of pairs of multiplets, shape (count, count).

    `owners` says to which value each radial function belongs.
    """
    # The squares of all harmonics of a degree add up to their number: only the radial functions are left.
    shares = np.zeros((count, len(owners)))
    shares[owners, np.arange(len(owners))] = np.array([float(number) for number in functions.multiplicities])
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1.0)
    moments = functions.moments()
    unknown = np.isinf(moments)
    means = shares @ np.where(unknown, 0.0, moments) @ shares.T
    return np.where((shares @ unknown @ shares.T) > 0.0, np.inf, means)


def mixed_moments(functions: Functions, indices: np.ndarray) -> np.ndarray | None:
    """E[f_i f_j f_k f_l] of some functions, by their numbers, (d,): shape (d, d, d, d); None where not known.

    Of functions in sectors the numbers are those of radial functions, and d counts the harmonics they make: of one
    radial function alone.
    """
    if isinstance(functions, SectorFunctions):
        return _of_one_degree(functions, int(indices[0])) if len(indices) == 1 else None
    if isinstance(functions, GridFunctions | NystromFunctions):
        return None
    if isinstance(functions, TensorFunctions):
        values, weights = functions.sampled()
        return _mixed(values[:, indices], weights)
    mixed = [_mixed(values[:, indices], weights) for values, weights in functions.at_nodes()]
    return np.asarray(sum(mixed) / len(mixed))


def _mixed(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Moments of columns (n, d) under weights (n,)."""
    d = values.shape[1]
    pairs = (values[:, :, None] * values[:, None, :]).reshape(-1, d * d)
    return np.asarray(((pairs * weights[:, None]).T @ pairs).reshape(d, d, d, d))


def _of_one_degree(functions: SectorFunctions, index: int) -> np.ndarray | None:
    """Those of a radial function times all harmonics of its degree."""
    k, degree = functions.measure.dim, int(functions.degrees[index])
    if degree > 1 and (2 * degree + 1) ** k > _MOST_NODES:
        return None
    radial = functions.basis.moments(functions.coefficients[:, [index]])
    return np.asarray(radial[0, 0] * _of_harmonics(k, degree))


@lru_cache(maxsize=64)
def _of_harmonics(k: int, degree: int) -> np.ndarray:
    """Mixed moments of the harmonics of one degree on the sphere of R^k."""
    if degree <= 1:
        one = np.eye(k if degree else 1)
        paired = np.einsum("ij,kl->ijkl", one, one)
        return np.asarray((paired + paired.transpose(0, 2, 1, 3) + paired.transpose(0, 3, 2, 1)) * (
            k / (k + 2.0) if degree else 1.0 / 3.0))
    # Made homogeneous, a product of four is a polynomial of degree 4 l, for which so many Gauss nodes are exact.
    nodes, lebesgue = gauss_hermite(2 * degree + 1)
    weights = lebesgue * hermite_functions(nodes, 1)[:, 0] ** 2
    points = np.stack(np.meshgrid(*[nodes] * k, indexing="ij"), axis=-1).reshape(-1, k)
    mass = np.prod(np.stack(np.meshgrid(*[weights] * k, indexing="ij"), axis=-1).reshape(-1, k), axis=1)
    homogeneous = mass * (points**2).sum(axis=1) ** (2 * degree)
    scale = math.prod(k + 2.0 * i for i in range(2 * degree))    # E |x|^(4 l)
    return _mixed(spherical_harmonics(points, degree), homogeneous / scale)
