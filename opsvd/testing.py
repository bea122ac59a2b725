"""Checks for users' own kernels, measures and methods: each raises AssertionError naming what is wrong."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ._support.user_function import UserFunction
from ._support.validation import instance
from .decompose import decompose
from .kernels import Kernel, paired
from .measures import Gaussian, LineMeasure, Measure, MeasureLike, lengths_of
from .methods import Method, as_method

__all__ = ["check_kernel", "check_measure", "check_method"]


def _require(truth: bool, message: str) -> None:
    if not truth:
        raise AssertionError(message)


def check_kernel(h: Callable[..., Any] | Kernel, mu_x: MeasureLike = Gaussian(),  # noqa: B008
                 mu_y: MeasureLike = Gaussian()) -> None:  # noqa: B008
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

    Of a measure of vectors, samples and `unwhiten` are compared, and the law of the length if it is `round`.

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
    measure = instance(measure, "measure", Measure, "pass for example opsvd.Gaussian(mean=0.0, std=1.0)")  # type: ignore[type-abstract]
    if measure.round:
        _check_lengths(measure)
    if not isinstance(measure, LineMeasure):
        _check_vectors(measure)
        return
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
    _require(x.shape == (n,), f"sample({n}) must have shape {(n,)}, got {x.shape}")
    for power in (1, 2):
        mean, error = np.mean(x**power, axis=0), np.std(x**power, axis=0) / np.sqrt(n)
        _require(bool(np.all(np.abs(mean - finer.weights @ finer_z**power) < 6.0 * error)),
                 f"sample and gauss_rule must be of one measure: they disagree on the moment of order {power}")


def _check_vectors(measure: Measure) -> None:
    """Samples and points from standard coordinates are of one law, as far as means of squares and products tell."""
    rng, n = np.random.default_rng(0), max(200, min(20_000, 2_000_000 // measure.dim))
    shapes = [np.shape(part) for part in (measure.center, measure.scale)]
    _require(shapes == [(measure.dim,)] * 2, f"center and scale must have shape {(measure.dim,)}, got {shapes}")
    drawn, made = measure.sample(n, rng), measure.unwhiten(rng.standard_normal((n, measure.rank)))
    for name, x in ((f"sample({n})", drawn), (f"unwhiten of {n} points", made)):
        _require(x.shape == (n, measure.dim), f"{name} must have shape {(n, measure.dim)}, got {x.shape}")
    features = []
    for x in (drawn, made):    # bounded functions of each coordinate, and of neighbours: any law has their means
        z = np.arctan((x - measure.center) / np.where(measure.scale > 0.0, measure.scale, 1.0))
        features.append(np.concatenate([z, z**2, z * np.roll(z, 1, axis=1), (z * np.roll(z, 1, axis=1)) ** 2], axis=1))
    means, deviations = (np.array([f(part, axis=0) for part in features]) for f in (np.mean, np.std))
    _require(bool((np.abs(means[0] - means[1]) <= 6.0 * np.linalg.norm(deviations, axis=0) / np.sqrt(n) + 1e-9).all()),
             "sample and unwhiten must be of one measure: they disagree on means")


def _check_lengths(measure: Measure) -> None:
    """A measure that is round has the law of the length that it says, and directions with no preference."""
    n = max(200, min(20_000, 2_000_000 // measure.dim))
    law, x = lengths_of(measure), measure.sample(n, np.random.default_rng(1))
    lengths = np.linalg.norm(x, axis=1)
    for p in (0.1, 0.5, 0.9):
        at = float(law.from_uniform(np.array(p)))
        below, up_to = np.mean(lengths < at * (1.0 - 1e-9)), np.mean(lengths <= at * (1.0 + 1e-9))
        margin = 6.0 * np.sqrt(p * (1.0 - p) / n)
        _require(bool(below <= p + margin and up_to >= p - margin), "lengths must be the law of the length of points: "
                 f"the part {below:.3f} of them is below the quantile {p}")
    mean = np.mean(x / np.maximum(lengths, 1e-300)[:, None], axis=0)
    _require(bool((np.abs(mean) <= 6.0 / np.sqrt(n * measure.dim)).all()),
             "directions of a measure that is round must be uniform, and their mean is not zero")


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
