"""Checks of methods."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..driver import decompose
from ..measures import Gaussian
from ..methods import Method, as_method
from .requiring import require


def check_method(method: Method) -> None:
    r"""Check that a method solves kernels whose spectra are known, with error bars that hold.

    The Mehler kernel :math:`e^{0.3 xy}` (values in closed form), the rank-one kernel xy, and the zero kernel.

    Raises
    ------
    AssertionError
        If an error bar does not hold, the functions are not orthonormal, or the tolerance is not met.

    Examples
    --------
    >>> from opsvd import HermiteGalerkin
    >>> from opsvd.testing import check_method
    >>> check_method(HermiteGalerkin(degree=60))
    """
    method = as_method(method)
    ratio = (1.0 - np.sqrt(1.0 - 4.0 * 0.3**2)) / (2.0 * 0.3)
    cases: tuple[tuple[str, Callable[..., Any], np.ndarray], ...] = (
        ("exp(0.3xy)", lambda x, y: np.exp(0.3 * x * y), np.sqrt(1.0 + ratio**2) * ratio ** np.arange(8.0)),
        ("xy", lambda x, y: x * y, np.ones(1)),
        ("0", lambda x, y: 0.0 * x * y, np.zeros(0)),
    )
    for name, h, exact in cases:
        svd = decompose(h, rtol=1e-8, method=method)
        found = svd.singular_values[:len(exact)]
        require(len(found) == len(exact), f"{method!r} found {svd.rank} singular values of {name}, not {len(exact)}")
        require(bool((np.abs(found - exact) <= svd.errors[:len(exact)]).all()),
                 f"{method!r} gave error bars for {name} that do not hold: {found - exact} against {svd.errors}")
        rule = Gaussian().gauss_rule(120)
        f = svd.left(rule.nodes)[:, :len(exact)] * rule.sqrt_weights[:, None]
        require(bool(np.allclose(f.T @ f, np.eye(len(exact)), atol=1e-6)),
                 f"{method!r} gave left singular functions of {name} that are not orthonormal")
