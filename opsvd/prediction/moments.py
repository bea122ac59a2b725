"""Fourth moments of singular functions, from which the sampled spectrum is predicted."""

import numpy as np

from .._support.arrays import squares
from ..operator.singular_functions import SingularFunctions
from ..quadrature import fourth_moments_by_rule
from ..quadrature import mixed_moments as mixed_of_values


def fourth_moments(functions: SingularFunctions) -> np.ndarray:
    """E[(f_i . f_j)^2] and E[|f_i|^2 |f_j|^2], (2, q, q), of distinct functions; inf where they are not known.

    For functions with one value both are E[|f_i|^2 |f_j|^2]. Of radial functions times harmonics they are those of the
    radial functions.
    """
    if functions.radial is not None:
        return np.stack([functions.radial.moments(functions.stacked)] * 2)
    found = [functions.side.moments(values, weights) if drawn else
             (fourth_moments_by_rule(squares(values[:, 0]), weights),) * 2
             for values, weights, drawn in functions.means()]
    return np.asarray(np.mean(found, axis=0))


def multiplet_moments(functions: SingularFunctions, owners: np.ndarray, count: int) -> np.ndarray:
    """Means of the fourth moments over the members of pairs of multiplets, shape (2, count, count).

    `owners` says to which value each distinct function belongs.
    """
    # The squares of all harmonics of a degree add up to their number: only the radial functions are left.
    shares = np.zeros((count, len(owners)))
    shares[owners, np.arange(len(owners))] = np.array([float(number) for number in functions.multiplicities])
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1.0)
    moments = fourth_moments(functions)
    unknown = np.isinf(moments)
    means = shares @ np.where(unknown, 0.0, moments) @ shares.T
    return np.where((shares @ unknown @ shares.T) > 0.0, np.inf, means)


def mixed_moments(functions: SingularFunctions, owners: np.ndarray, values: np.ndarray) -> np.ndarray | None:
    """E[f_i f_j f_k f_l] of the distinct functions of some values: (d, d, d, d); None where not known.

    `owners` says to which value each distinct function belongs.

    Known are those of real functions with one value that are sums in a basis, and of one radial function, for all its
    harmonics.
    """
    if functions.dtype.kind == "c":
        return None
    indices = np.flatnonzero(np.isin(owners, values))
    if functions.radial is not None:
        return functions.mixed_of_members(int(indices[0])) if len(indices) == 1 else None
    several = any(functions.multiplicities[index] > 1 for index in indices.tolist())
    if several or functions.side.values is not None:
        return None
    mixed = [mixed_of_values(found[:, 0, indices], weights) for found, weights, _ in functions.means()]
    return np.asarray(np.mean(mixed, axis=0))
