"""An orthonormal basis of the spherical harmonics of one degree in R^k."""

import math

import numpy as np

from ..quadrature import gegenbauer, harmonics


def spherical_harmonics(x: np.ndarray, degree: int) -> np.ndarray:
    r"""Real spherical harmonics :math:`Y_m(x / |x|)` of one degree, orthonormal under uniform directions in R^k.

    Dimension by dimension: with t the last coordinate of the direction and :math:`x'` the others,

    .. math:: Y(x) = p^{(k + 2m)}_{l - m}(t)\, (1 - t^2)^{m/2}\, c_m^{-1/2}\, Y'(x'), \qquad
              c_m = \prod_{i < m} \frac{k - 1 + 2i}{k + 2i},

    with Y' of degree m = 0 ... l in one dimension less, and :math:`p^{(k)}` the polynomials orthonormal under the
    density of the angle in R^k. In R^1 they are 1 and the sign. At the origin any direction will do.

    Parameters
    ----------
    x : ndarray, shape (n, k)
    degree : int

    Returns
    -------
    ndarray, shape (n, N(k, degree))

    Raises
    ------
    ValueError
        If there are more than 20 000 of them, or they would take more than 1.6 GB.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.bases.harmonics import spherical_harmonics
    >>> print(spherical_harmonics(np.array([[3.0, 4.0]]), 1).round(3))    # sqrt(2) times the direction
    [[1.131 0.849]]
    """
    count = harmonics(x.shape[1], degree)
    if count > 20_000 or 8 * count * len(x) > 1_600_000_000:    # in bytes
        shown = f"{count}" if count < 10**9 else f"about 1e{len(str(count)) - 1}"
        raise ValueError(f"the spherical harmonics of degree {degree} in R^{x.shape[1]} must be few enough to be "
                         f"listed, got {shown} of them at {len(x)} points; "
                         f"truncate the decomposition to fewer singular functions, or call svd(x, y), which needs none")
    return _orthonormal(polar(x)[1], degree)


def polar(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lengths (...) and directions (..., k) of points (..., k); at the origin the direction of the last coordinate.

    Directions are right at every finite point; a length beyond the largest float is infinite.
    """
    largest = np.abs(x).max(axis=-1, keepdims=True)
    scaled = x / np.where(largest > 0.0, largest, 1.0)
    scaled[..., -1:] = np.where(largest > 0.0, scaled[..., -1:], 1.0)
    length = np.linalg.norm(scaled, axis=-1, keepdims=True)
    with np.errstate(over="ignore"):
        return (largest * length)[..., 0], np.asarray(scaled / length)


def _orthonormal(unit: np.ndarray, degree: int) -> np.ndarray:
    """The harmonics at directions of length one."""
    k = unit.shape[1]
    if degree == 0:
        return np.ones((len(unit), 1))
    if k == 1:
        return np.where(unit >= 0.0, 1.0, -1.0) if degree == 1 else np.zeros((len(unit), 0))
    if degree == 1:
        return np.asarray(unit[:, ::-1] * math.sqrt(k))
    t, rest = unit[:, -1], np.linalg.norm(unit[:, :-1], axis=1)
    pole = np.zeros_like(unit[:, :-1])
    pole[:, -1] = 1.0
    below = np.where(rest[:, None] > 0.0, unit[:, :-1] / np.where(rest > 0.0, rest, 1.0)[:, None], pole)
    parts = []
    for m in range(degree + 1) if k > 2 else (0, 1):
        moment = math.prod((k - 1.0 + 2.0 * i) / (k + 2.0 * i) for i in range(m))    # E[(1 - t^2)^m]
        column = gegenbauer(t, k + 2 * m, degree - m + 1)[-1] * rest**m / math.sqrt(moment)
        parts.append(column[:, None] * _orthonormal(below, m))
    return np.concatenate(parts, axis=1)
