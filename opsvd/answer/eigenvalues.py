"""The eigenvalues of a symmetric kernel, from its singular functions: f_i is g_i, or -g_i."""

import itertools
import math

import numpy as np

from .._support.arrays import squares
from .._support.floats import EPS, TINY
from ..operator.singular_functions import SingularFunctions


def signs(values: np.ndarray, bars: np.ndarray, left: SingularFunctions, right: SingularFunctions,
          rtol: float) -> np.ndarray:
    r"""1.0 or -1.0 for each distinct function, shape (q,): the sign of its eigenvalue, positive ones first if s is one.

    Where h is symmetric, the functions f and g of one singular value span the same space, on which :math:`g = W f` with
    W symmetric and orthogonal: its eigenvalues are the signs.

    Parameters
    ----------
    values, bars : ndarray, shape (q,)
        The singular value of each distinct function, nonincreasing, and its error bar.
    left, right : SingularFunctions
    rtol : float
        The tolerance of the decomposition.

    Returns
    -------
    ndarray, shape (q,)
        NaN where the sign cannot be told: where bars are too wide to know the functions, and for the last value where
        functions of the same value are not listed.

    Raises
    ------
    ValueError
        If some g is not made of the f of its value, so that these are no eigenfunctions.
    """
    found = np.ones(len(values))
    degrees = left.degrees if left.radial is not None else np.zeros(len(values), dtype=int)
    groups = _groups(values, bars, degrees)
    f, g = _at_points(left, right, 8 * max((len(group) for group, _ in groups), default=0))
    # Beside a single function W is one number, and most functions are single.
    alone = (f.conj() * g).sum(axis=0) / np.maximum(squares(f).sum(axis=0), TINY)
    left_alone = np.sqrt(squares(f * alone - g).mean(axis=0))
    for group, gap in groups:
        # What bars, the tolerance and rounding do to functions, to first order; they are orthonormal, and may differ
        # by two. At most a tenth, lest functions that are only alike pass for the same.
        noise = 10.0 * float(bars[group].max()) / gap + (rtol + 100.0 * EPS) * float(values[0] / values[group[-1]])
        # W with g = W f, by least squares. Any points tell it, if they are several times as many as the functions.
        if len(group) == 1:
            mixed, left_over = alone[group][:, None], float(left_alone[group[0]])
        else:
            mixed = np.linalg.lstsq(f[:, group], g[:, group], rcond=None)[0].T
            left_over = float(np.sqrt(squares(f[:, group] @ mixed.T - g[:, group]).mean()))
        skew = float(np.abs(mixed - mixed.conj().T).max())
        if max(left_over, skew) > min(1e-6 + noise, 0.1):
            # Functions that bars leave as unsure as that do not show that h is not symmetric.
            if noise > 0.1 or (group[-1] == len(values) - 1 and skew <= 0.1):
                found[group] = np.nan
                continue
            raise ValueError(f"h must be symmetric, h(x, y) = h(y, x), for eigenvalues, got singular functions of "
                             f"{values[group[0]]:.3g} of which that of y is neither that of x nor minus it; use "
                             f"singular_values")
        symmetric = 0.5 * (mixed + mixed.conj().T)
        found[group] = np.sign(symmetric[0].real if len(group) == 1 else np.linalg.eigvalsh(symmetric)[::-1])
    return found


def _groups(values: np.ndarray, bars: np.ndarray, degrees: np.ndarray) -> list[tuple[np.ndarray, float]]:
    """Indices of functions of one degree of harmonics whose values are not told apart, and how far others are.

    Functions of different degrees do not mix, however near their values are. The value zero is one of the others.
    """
    groups = []
    for kind in (np.flatnonzero(degrees == degree) for degree in np.unique(degrees)):
        s, reach = values[kind], bars[kind]
        # Functions of values nearer than a thousandth may mix by rounding; whole groups do not.
        apart = s[:-1] - s[1:] > reach[:-1] + reach[1:] + 1e-3 * s[:-1]
        ends = [0, *(np.flatnonzero(apart) + 1).tolist(), len(s)]
        gaps = -np.diff(np.concatenate([[np.inf], s, [0.0]]))
        groups += [(kind[start:stop], float(min(gaps[start], gaps[stop], s[stop - 1])))
                   for start, stop in itertools.pairwise(ends)]
    return groups


def _at_points(left: SingularFunctions, right: SingularFunctions, least: int) -> tuple[np.ndarray, np.ndarray]:
    """The functions at random points, (n, q) each, n at least 64 and `least`."""
    count, rows, mu = max(64, least), left.side.rows, left.measure
    points = mu.sample(count * (rows or 1), np.random.default_rng(0))
    if rows is not None:
        points = points.reshape(count, rows, *points.shape[1:])
    return _values(left, points), _values(right, points)


def _values(functions: SingularFunctions, points: np.ndarray) -> np.ndarray:
    """Distinct functions at points, (n, q), those of radial functions at their lengths; values of one stand below."""
    if functions.radial is not None:
        return functions.radial_sums(np.linalg.norm(points, axis=-1))
    values = functions(points)
    return values.reshape(math.prod(values.shape[:-1]), len(functions))
