"""Checks for users' own kernels, measures and methods: each raises AssertionError naming what is wrong."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from ._support.user_function import UserFunction
from .decompose import decompose
from .kernels import Kernel, paired
from .measures import Gaussian, LineMeasure, Measure, require_measure
from .methods import Method, as_method

__all__ = ["check_kernel", "check_measure", "check_method"]


def _require(truth: bool, message: str) -> None:
    if not truth:
        raise AssertionError(message)


def check_kernel(h: Callable[..., Any] | Kernel, mu_x: Measure = Gaussian(), mu_y: Measure = Gaussian()) -> None:  # noqa: B008
    """Check that h is a kernel: pure, broadcasting, and the same on a grid as point by point.

    Parameters
    ----------
    h : callable or Kernel
    mu_x, mu_y : Measure, default Gaussian()
        Where the points for trying it come from.

    Raises
    ------
    KernelError
        If h is not vectorised, gives no numbers, or of the wrong shape.
    NonFiniteKernelError
        If h is not finite at one of the points.
    AssertionError
        If two evaluations at the same points differ.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd.testing import check_kernel
    >>> check_kernel(lambda x, y: np.tanh(x * y))
    """
    (kernel, mu_x, mu_y), rng = paired(h, mu_x, mu_y), np.random.default_rng(0)
    x, y = mu_x.sample(7, rng), mu_y.sample(5, rng)
    grid = kernel.finite_grid(x, y)
    _require(np.array_equal(grid, kernel.finite_grid(x, y)), "h must be a pure function: two calls at the same points "
                                                           "gave different values")
    pairs = kernel(x[:5], y)
    close = np.allclose(pairs, np.diagonal(grid), rtol=1e-12, atol=1e-12 * float(np.abs(grid).max()))
    _require(close, "h must act on each pair (x, y) alone: a grid and a list of the same pairs gave different values")


def check_measure(measure: Measure) -> None:
    """Check that a measure is consistent: its density, its Gauss rule and its samples are of the same measure.

    Raises
    ------
    AssertionError
        Naming the part that disagrees.
    KernelError
        If `sqrt_density` changes its argument.

    Examples
    --------
    >>> from opsvd import Gaussian
    >>> from opsvd.testing import check_measure
    >>> check_measure(Gaussian(mean=1.0, std=0.5))
    """
    measure = cast("LineMeasure", require_measure(measure, "measure"))
    rule = measure.gauss_rule(40)
    density = UserFunction(measure.sqrt_density, "sqrt_density")
    _require(abs(float(rule.weights.sum()) - 1.0) < 1e-10, "the weights of gauss_rule must sum to one")
    _require(np.allclose(rule.sqrt_density, density(rule.nodes)),
             "gauss_rule must carry sqrt_density of its own nodes")
    finer = measure.gauss_rule(60)
    z, finer_z = ((r.nodes - measure.center) / measure.scale for r in (rule, finer))
    for power in range(1, 9):
        moment, finer_moment = rule.weights @ z**power, finer.weights @ finer_z**power
        size = finer.weights @ np.abs(finer_z) ** power
        _require(bool(np.all(np.abs(moment - finer_moment) <= 1e-8 * size)),
                 f"gauss_rule must be exact for polynomials: 40 and 60 nodes disagree on the moment of order {power}")
    n = 4000
    x = (measure.sample(n, np.random.default_rng(0)) - measure.center) / measure.scale
    shape = (n,) if measure.dim == 1 else (n, measure.dim)
    _require(x.shape == shape, f"sample({n}) must have shape {shape}, got {x.shape}")
    for power in (1, 2):
        mean, error = np.mean(x**power, axis=0), np.std(x**power, axis=0) / np.sqrt(n)
        _require(bool(np.all(np.abs(mean - finer.weights @ finer_z**power) < 6.0 * error)),
                 f"sample and gauss_rule must be of one measure: they disagree on the moment of order {power}")


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
        _require(len(found) == len(exact), f"{method!r} found {svd.rank} singular values of {name}, not {len(exact)}")
        _require(bool((np.abs(found - exact) <= svd.errors[:len(exact)]).all()),
                 f"{method!r} gave error bars for {name} that do not hold: {found - exact} against {svd.errors}")
        rule = Gaussian().gauss_rule(120)
        f = svd.left(rule.nodes)[:, :len(exact)] * rule.sqrt_weights[:, None]
        _require(bool(np.allclose(f.T @ f, np.eye(len(exact)), atol=1e-6)),
                 f"{method!r} gave left singular functions of {name} that are not orthonormal")
