"""Fourth moments of singular functions, from which the sampled spectrum is predicted."""

import numpy as np

from ..operator.singular_functions import SingularFunctions
from ..quadrature import fourth_moments_by_rule
from ..quadrature import mixed_moments as mixed_of_values


def fourth_moments(functions: SingularFunctions) -> tuple[np.ndarray, np.ndarray]:
    """E[(f_i . f_j)^2] and E[|f_i|^2 |f_j|^2], (q, q) each, of distinct functions; inf where they are not known.

    For functions with one value both are E[f_i^2 f_j^2]. Of radial functions times harmonics they are those of the
    radial functions.
    """
    if functions.radial is not None:
        moments = functions.radial.moments(functions.stacked)
        return moments, moments
    found = []
    for values, weights, drawn in functions.means():
        if drawn:
            found.append(functions.side.moments(values, weights))
        else:
            found.append((fourth_moments_by_rule(values[:, 0] ** 2, weights),) * 2)
    inner, lengths = (np.asarray(sum(parts) / len(found)) for parts in zip(*found, strict=True))
    return inner, lengths


def multiplet_moments(functions: SingularFunctions, owners: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Means of the fourth moments over the members of pairs of multiplets, shape (count, count) each.

    `owners` says to which value each distinct function belongs.
    """
    # The squares of all harmonics of a degree add up to their number: only the radial functions are left.
    shares = np.zeros((count, len(owners)))
    shares[owners, np.arange(len(owners))] = np.array([float(number) for number in functions.multiplicities])
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1.0)
    inner, lengths = (_shared(moments, shares) for moments in fourth_moments(functions))
    return inner, lengths


def _shared(moments: np.ndarray, shares: np.ndarray) -> np.ndarray:
    unknown = np.isinf(moments)
    means = shares @ np.where(unknown, 0.0, moments) @ shares.T
    return np.where((shares @ unknown @ shares.T) > 0.0, np.inf, means)


def mixed_moments(functions: SingularFunctions, indices: np.ndarray) -> np.ndarray | None:
    """E[f_i f_j f_k f_l] of some distinct functions, by their numbers: (d, d, d, d); None where not known.

    Known are those of functions with one value that are sums in a basis, and of one radial function, for all its
    harmonics.
    """
    if functions.radial is not None:
        return functions.mixed_of_members(int(indices[0])) if len(indices) == 1 else None
    if functions.side.values is not None:
        return None
    mixed = [mixed_of_values(found[:, 0, indices], weights) for found, weights, _ in functions.means()]
    return np.asarray(sum(mixed) / len(mixed))
