"""Evidence from a larger basis of other nodes, and from random points."""

import numpy as np

from .._support.arrays import squares
from .._support.linalg import corner_norms
from .images import Images
from .remainder import RemainderEvidence


def larger_evidence(values: np.ndarray, remainder: np.ndarray, f: np.ndarray, g: np.ndarray, *, norm: float,
                    seen: float, average: float | None = None, amplify: float = 1.0) -> RemainderEvidence:
    """Evidence from the remainder as a matrix in a larger basis, and from its size at random points.

    Parameters
    ----------
    values : ndarray, shape (r,)
    remainder : ndarray, shape (N, M)
    f, g : ndarray, shapes (N, r) and (M, r)
        The singular functions in the larger bases.
    norm : float
        Of the matrix in the larger basis.
    seen : float
        The root mean square of the remainder at random points, with its uncertainty.
    average : float, optional
        The same without, by which points and basis are held to agree or not; by default `seen`.
    amplify : float, default 1.0
        By how much the error of the smaller basis may exceed its difference to the larger one, as where both are wrong
        alike about integrals across kinks.
    """
    checked, along = float(np.linalg.norm(remainder)), f.conj().T @ remainder
    # What lies beyond the larger basis is known only by its size.
    beyond = float(np.sqrt(max(seen**2 - checked**2, 0.0)))
    count = min(f.shape[1], 64)    # each takes a product with the remainder
    columns = np.cumsum(np.sum(squares(remainder @ g[:, :count]), axis=0))
    rows = np.cumsum(np.sum(squares(along[:count]), axis=1))
    inner = amplify * (along @ g)
    corners = corner_norms(inner[:count, :count])
    # If points see more than twice what the larger basis does, and more than rounding, that has not resolved the
    # remainder, and knows no part of it.
    unknown = 0.0 if (seen if average is None else average) <= 2.0 * checked + 1e-13 * norm else beyond
    near = Images(np.sqrt(np.maximum(columns, rows)) + unknown, corners + unknown)
    return RemainderEvidence(
        values=values, size=float(np.hypot(norm, beyond)), remainder=max(checked, seen), operator_norm=checked + beyond,
        coupling=float(np.linalg.norm(inner)) + unknown, dimension=min(remainder.shape), images=near)
