"""Fourth moments by a rule, and whether the rule can tell them."""

import math

import numpy as np

RARE = 1e-9
"""Points of so small a probability are in hardly any of a million samples, the most that are drawn at once."""


def fourth_moments_by_rule(squares: np.ndarray, weights: np.ndarray) -> np.ndarray:
    r"""Return :math:`E[f_i^2 f_j^2]`, shape (r, r), as far as samples show them.

    :math:`E[f_i^4]` is inf where it is infinite, or rests on points that are never drawn; what such points make of
    :math:`E[f_i^2 f_j^2]` is then left out.

    Parameters
    ----------
    squares : ndarray, shape (n, r)
        :math:`f_i(x_k)^2`.
    weights : ndarray, shape (n,)
        Those of the rule, which are probabilities.

    Examples
    --------
    Of :math:`|x|^{-0.3}` under a uniform variable x the square has a mean, and the fourth power has none:

    >>> import numpy as np
    >>> from opsvd.quadrature import composite_gauss_legendre, fourth_moments_by_rule
    >>> x, weights = composite_gauss_legendre(np.append(0.0, 2.0 ** np.arange(-60.0, 1.0)), 16)
    >>> print(fourth_moments_by_rule(x[:, None] ** -0.6, weights), fourth_moments_by_rule(x[:, None] ** 2, weights))
    [[inf]] [[0.2]]
    """
    moments = np.asarray((squares * weights[:, None]).T @ squares)
    # Of each function, the nodes where it is largest, as long as they are rare.
    order = np.argsort(-squares, axis=0, kind="stable")
    rare = np.zeros(squares.shape, dtype=bool)
    np.put_along_axis(rare, order, np.cumsum(weights[order], axis=0) <= RARE, axis=0)
    largest = np.where(rare, squares, 0.0)
    parts = (largest * weights[:, None]).T @ squares
    # If rare points make more than a tenth of a moment, samples do not show it, and beyond the last nodes there may be
    # more. For a tail P(|f| > t) = t^-a that is so from a = 4.5 downwards; at a = 4 the moment is infinite.
    unknown = np.diag(parts) > 0.1 * np.diag(moments)
    common = (largest * weights[:, None]).T @ largest
    moments = np.where(unknown | unknown[:, None], np.maximum(moments - parts - parts.T + common, 0.0), moments)
    np.fill_diagonal(moments, np.where(unknown, np.inf, np.diag(moments)))
    return moments


def mixed_moments(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """E[f_i f_j f_k f_l] of columns (n, d) under weights (n,): shape (d, d, d, d)."""
    d = values.shape[1]
    pairs = (values[:, :, None] * values[:, None, :]).reshape(-1, d * d)
    return np.asarray(((pairs * weights[:, None]).T @ pairs).reshape(d, d, d, d))


def wide_sample(directions: int, count: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    r"""Return points that reach farther than standard Gaussian ones, (count, directions), and the weights of means.

    They are drawn with the variance :math:`1 + \sqrt{2 / d}`, so that weights have a coefficient of variation of about
    e in any number d of directions. Functions that grow, whose moments rest on far points, are seen there.
    """
    variance = 1.0 + math.sqrt(2.0 / directions)
    z = math.sqrt(variance) * np.random.default_rng(5).standard_normal((count, directions))
    exponents = -0.5 * (1.0 - 1.0 / variance) * np.sum(z * z, axis=1)
    weights = np.exp(exponents - exponents.max())
    return z, weights / weights.sum()


def unknown_by_sample(squares: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Whether E[|f_i|^4] cannot be told from a sample: squares (n, r) and the weights of means (n,) give bools (r,)."""
    fourth = weights[:, None] * squares**2
    # An error of more than a quarter of a mean says that few points make it, as where it is infinite. Standard
    # deviations of sampled values, which are roots of such means, are then off by an eighth.
    return np.asarray(np.sqrt(np.sum(fourth**2, axis=0)) > 0.25 * np.sum(fourth, axis=0))
