"""The SVD of a density ratio: of a density, of a table of counts, or of pairs of labels."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .._support.validation import described, is_array, real_array, tolerance
from ..driver import decompose
from ..kernels import BlockKernel, Kernel, MatrixKernel, paired
from ..measures import Discrete, Measure
from .result import Dependence


def dependence(source: Any, mu_x: Any = None, mu_y: Measure | None = None, *, rtol: float = 1e-10,
               max_rank: int | None = None, max_evaluations: int | None = None,
               max_seconds: float = 20.0) -> Dependence:
    r"""Canonical correlations of two random variables: the SVD of their density ratio, less its trivial value one.

    .. math:: h(x, y) = \frac{p(x, y)}{p(x)\, p(y)} = 1 + \sum_i \rho_i f_i(x) g_i(y).

    Parameters
    ----------
    source : callable, Kernel or array_like
        The density ratio ``h(x, y)``, with the measures of x and y; or a table of counts, shape (R, C), how often each
        pair was seen; or the labels of x in n pairs, shape (n,), with those of y.
    mu_x : Measure, or array_like of shape (n,), optional
        The measure of x; or the labels of y in the pairs: numbers or text.
    mu_y : Measure, optional
        The measure of y.
    rtol, max_rank, max_evaluations, max_seconds
        As in `opsvd.decompose`.

    Returns
    -------
    Dependence

    Raises
    ------
    ValueError
        If h is no density ratio: its mean over x must be one for all y, and over y for all x. If a table is not one of
        counts, or has a row or a column of zeros. If more than half of the labels of a variable stand once: then they
        are those of a continuous variable, and pairs do not tell its density ratio without one that is assumed.
    TypeError
        If `source` is none of the three.

    Notes
    -----
    Error bars are those of the computation. A table is taken for the law of the pair itself; how much another sample of
    as many pairs would differ is another thing: see `Dependence.standard_errors`.

    References
    ----------
    H. O. Lancaster, The structure of bivariate distributions, Ann. Math. Statist. 29 (1958).
    M. Greenacre, Correspondence Analysis in Practice, 3rd edition, CRC (2017).

    Examples
    --------
    Colours of the eyes (blue, light, medium, dark) and of the hair (fair, red, medium, dark, black) of children in
    Caithness (Fisher, Ann. Eugenics 10, 1940).

    >>> import opsvd
    >>> counts = [[326, 38, 241, 110, 3], [688, 116, 584, 188, 4], [343, 84, 909, 412, 26], [98, 48, 403, 681, 85]]
    >>> found = opsvd.dependence(counts)
    >>> found.correlations.round(4).tolist()
    [0.4464, 0.1735, 0.0293]
    >>> round(found.chi_square, 1), found.degrees_of_freedom
    (1240.0, 12)
    >>> found.row_standard[:, 0].round(3).tolist()    # from blue to dark
    [-0.897, -0.987, 0.075, 1.574]

    Two Gaussian variables of correlation 0.6 (Mehler): the maximal correlation is 0.6.

    >>> import numpy as np
    >>> def h(x, y, r=0.6):
    ...     return np.exp((2 * r * x * y - r**2 * (x**2 + y**2)) / (2 * (1 - r**2))) / np.sqrt(1 - r**2)
    >>> opsvd.dependence(h, opsvd.Gaussian(), opsvd.Gaussian()).correlations[:3].round(8).tolist()
    [0.6, 0.36, 0.216]
    """
    options = {"rtol": tolerance(rtol, "rtol"), "max_rank": max_rank, "max_evaluations": max_evaluations,
               "max_seconds": max_seconds}
    if callable(source):
        return _of_density(source, mu_x, mu_y, options)
    if not is_array(source):
        raise TypeError(f"source must be a density ratio h(x, y), a table of counts, or labels of x, got "
                        f"{described(source)}; pass for example [[10, 20], [30, 5]]")
    if mu_y is not None:
        raise ValueError(f"mu_y must be left out for a table or pairs of labels, got {described(mu_y)}; pass it with a "
                         f"density ratio")
    if mu_x is None:
        return _of_table(real_array(source, "source"), None, None, options)
    if np.ndim(source) != 1:
        raise ValueError(f"mu_x must be left out for a table of counts, got {described(mu_x)}; pass labels of both "
                         f"variables, of shape (n,), or the table alone")
    return _of_labels(source, mu_x, options)


def _of_density(h: Callable[..., Any] | Kernel, mu_x: Any, mu_y: Any, options: dict[str, Any]) -> Dependence:
    """That of a density ratio, which is found to be one."""
    if mu_x is None or mu_y is None:
        raise TypeError(f"source must have the measures of x and y beside it if it is a density ratio, got "
                        f"{described(h)} alone; pass opsvd.dependence(h, mu_x, mu_y)")
    kernel, mu_x, mu_y = paired(h, mu_x, mu_y)
    if kernel.complex or isinstance(kernel, BlockKernel | MatrixKernel):
        raise ValueError(f"source must be a density ratio, of which values are real numbers, got {kernel!r}; pass "
                         f"p(x, y) / (p(x) p(y))")
    svd = decompose(lambda x, y: kernel(x, y) - 1.0, mu_x, mu_y, **options)
    found = Dependence(svd)
    for functions, name, other in ((svd.left, "x", "y"), (svd.right, "y", "x")):
        # The mean of h - 1 over one variable is a sum of functions of the other, which are orthonormal.
        means = [weights @ values[:, 0] for values, weights, _ in functions.means()]
        size = float(np.linalg.norm(svd.singular_values * np.mean(means, axis=0))) if means else 0.0
        allowed = 1e-6 + 4.0 * (svd.tail + float(svd.errors.max(initial=0.0)))    # far above what rules leave
        if size > allowed:
            raise ValueError(f"source must be a density ratio, whose mean over {name} is one for every {other}, but "
                             f"it differs from one by {size:.2g} (root mean square); divide the density of the pair "
                             f"by the product of the densities of mu_x and mu_y")
    return found


def _of_labels(x: Any, y: Any, options: dict[str, Any]) -> Dependence:
    """That of pairs of labels."""
    sides = []
    for labels, name in ((x, "source"), (y, "mu_x")):
        array = np.asarray(labels)
        if array.ndim != 1 or len(array) == 0 or array.dtype.kind not in "biufSU":
            raise ValueError(f"{name} must hold labels, numbers or text of shape (n,), got {described(labels)} of "
                             f"shape {array.shape}; pass one label for each pair")
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"{name} must hold labels that are finite, got {described(labels)}; leave out pairs that "
                             f"are not complete")
        known, index, often = np.unique(array, return_inverse=True, return_counts=True)
        if len(array) > 2 and np.count_nonzero(often == 1) > 0.5 * len(array):
            raise ValueError(f"{name} must hold labels that stand more than once, got {len(known)} different ones in "
                             f"{len(array)} pairs: pairs of a continuous variable do not tell the density ratio; pass "
                             f"a density, opsvd.dependence(h, mu_x, mu_y), or group them into classes")
        sides.append((known, index))
    (rows, i), (columns, j) = sides
    if len(i) != len(j):
        raise ValueError(f"mu_x must hold as many labels as source, {len(i)}, got {len(j)}; pass one of each a pair")
    table = np.bincount(i * len(columns) + j, minlength=len(rows) * len(columns)).reshape(len(rows), len(columns))
    return _of_table(table.astype(np.float64), rows, columns, options)


def _of_table(counts: np.ndarray, rows: np.ndarray | None, columns: np.ndarray | None,
              options: dict[str, Any]) -> Dependence:
    """That of a table of counts."""
    if counts.ndim != 2 or 0 in counts.shape or not (np.isfinite(counts) & (counts >= 0.0)).all():
        raise ValueError(f"source must be a table of counts, shape (R, C), finite and not negative, got "
                         f"{described(counts)} of shape {counts.shape}; pass how often each pair was seen")
    of_rows, of_columns, total = counts.sum(axis=1), counts.sum(axis=0), float(counts.sum())
    if not (of_rows.all() and of_columns.all()):
        raise ValueError(f"source must have no row or column of zeros, got {np.count_nonzero(of_rows == 0.0)} rows and "
                         f"{np.count_nonzero(of_columns == 0.0)} columns of zeros; leave them out")
    # Of whole numbers the difference is exact: under independence it is zero.
    expected = np.outer(of_rows, of_columns)
    ratio = (total * counts - expected) / expected
    svd = decompose(lambda x, y: ratio[x.astype(np.intp), y.astype(np.intp)],
                    Discrete(np.arange(len(of_rows)), of_rows / total),
                    Discrete(np.arange(len(of_columns)), of_columns / total), **options)
    return Dependence(svd, total, np.arange(len(of_rows)) if rows is None else rows,
                      np.arange(len(of_columns)) if columns is None else columns)
