"""Sampled singular vectors beside the singular functions at the sampled points, as subspaces."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.linalg import subspace_angles

from .._support.validation import described, nonnegative_float, nonnegative_int, number_array, real_array, sequence


def near_equal(singular_values: Any, gap: float) -> list[np.ndarray]:
    """Group neighbouring singular values that are not more than `gap` apart.

    Singular vectors of equal values are determined up to a rotation among them, and those of near-equal values nearly
    so: only their span can be compared.

    Parameters
    ----------
    singular_values : array_like, shape (r,)
        Nonincreasing.
    gap : float
        The absolute distance up to which neighbours go into one group.

    Returns
    -------
    list of ndarray of int
        The indices of each group, in order.

    Examples
    --------
    >>> from opsvd.sampling import near_equal
    >>> [group.tolist() for group in near_equal([1.0, 0.5, 0.499, 0.2], 0.01)]
    [[0], [1, 2], [3]]
    """
    s, gap = real_array(singular_values, "singular_values"), nonnegative_float(gap, "gap")
    if s.ndim != 1 or not np.isfinite(s).all() or (np.diff(s) > 0.0).any():
        raise ValueError(f"singular_values must be finite and nonincreasing, shape (r,), got {described(s)}; sort them")
    return np.split(np.arange(s.size), np.flatnonzero(-np.diff(s) > gap) + 1)


def subspace_error(vectors: Any, functions: Any, groups: Sequence[Any]) -> np.ndarray:
    r"""The sine of the largest angle between sampled singular vectors and singular functions, group by group.

    For one vector u and one function f it is :math:`\sin\theta` with :math:`\cos\theta = |u \cdot f| / |u| |f|`, f
    standing for its values at the sampled points. Signs, phases and scales do not matter.

    Parameters
    ----------
    vectors : array_like, shape (n, r)
        Left (or right) singular vectors of a sampled matrix, as columns.
    functions : array_like, shape (n, r)
        :math:`f_i(x_k)` (or :math:`g_i(y_k)`) at the points behind the matrix.
    groups : sequence of arrays of int
        Indices of the columns to be compared as a whole; see `near_equal`.

    Returns
    -------
    ndarray, shape (len(groups),)
        Between 0 and 1; of order :math:`n^{-1/2}` for well separated values.

    Raises
    ------
    ValueError
        If the shapes do not match.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.sampling import draw_sample, subspace_error
    >>> sample = draw_sample(lambda x, y: x * y, 50, rng=0)
    >>> u, _, _ = np.linalg.svd(sample.matrix)
    >>> bool(subspace_error(u[:, :1], sample.x[:, None], [[0]])[0] < 1e-12)    # f_1(x) = x, exactly
    True
    """
    u, f = number_array(vectors, "vectors"), number_array(functions, "functions")
    for name, matrix in (("vectors", u), ("functions", f)):
        if matrix.ndim != 2 or 0 in matrix.shape or not np.isfinite(matrix).all():
            raise ValueError(f"{name} must be finite columns, shape (n, r), got {described(matrix)} of shape "
                             f"{matrix.shape}; pass one column for each singular value")
    if u.shape != f.shape:
        raise ValueError(f"vectors and functions must have the same shape (n, r), got {u.shape} and {f.shape}; "
                         f"keep the same number of columns of both")
    columns = [_columns(group, u.shape[1]) for group in sequence(groups, "groups", "[[0], [1, 2]]")]
    return np.array([np.sin(subspace_angles(u[:, group], f[:, group]).max()) for group in columns])


def _columns(group: Any, count: int) -> list[int]:
    """The indices of one group, all of which must be columns."""
    indices = [nonnegative_int(index, "groups") for index in sequence(group, "groups", "[[0], [1, 2]]")]
    if max(indices) >= count:
        raise ValueError(f"groups must hold indices of the {count} columns, from 0 to {count - 1}, got {max(indices)}; "
                         f"pass what near_equal returns")
    return indices
