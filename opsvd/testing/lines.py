"""The contract of a measure on the line, part by part."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from .._support.user_function import UserFunction
from ..measures import UNDERFLOW, LineMeasure
from ..quadrature import Distribution, composite_gauss_legendre
from .requiring import require


def check_line(measure: LineMeasure) -> None:
    """Check all parts, from those that others rest on; raise AssertionError naming the first that is broken."""
    density = UserFunction(measure.sqrt_density, "sqrt_density")
    _check_span(measure, density)
    distribution = _checked_mass(measure, density)
    _check_box(measure, distribution)
    _check_quantiles(measure, distribution)
    _check_points(measure)
    _check_samples(measure)
    _check_symmetry(measure)
    _check_polynomials(measure, distribution.edges)


def _check_span(measure: LineMeasure, density: Callable[[np.ndarray], np.ndarray]) -> None:
    """Ends in order, the center between them, edges inside, and a density that is finite, and zero outside."""
    low, high = measure.span
    require(low < high, f"span must be two coordinates in order, got {(low, high)}")
    require(0.0 < measure.scale < np.inf, f"scale must be a positive number, got {measure.scale!r}")
    require(low <= measure.center <= high, f"center must lie in the span, got {measure.center!r}")
    edges = np.asarray(measure.edges)
    require(edges.ndim == 1 and bool((np.diff(edges) > 0.0).all() and ((edges > low) & (edges < high)).all()),
            f"edges must increase and lie inside the span, got {edges.tolist()[:6]}")
    t = measure.center + measure.scale * np.linspace(-3.0, 3.0, 24).reshape(4, 6)
    values = np.asarray(density(t))
    require(values.shape == t.shape, f"sqrt_density must keep the shape of its argument, gave {values.shape} for "
                                     f"{t.shape}")
    ends = np.array([end for end in (low, high) if np.isfinite(end)])
    values = np.concatenate([values.ravel(), density(ends)])
    require(bool((np.isfinite(values) & (values >= 0.0)).all()), "sqrt_density must be finite and not negative, at "
            "the ends of the span as well; move an end where it is infinite to infinity by another coordinate")
    beyond = np.concatenate([end + side * measure.scale * np.array([1e-3, 1.0]) for end, side in
                             ((low, -1.0), (high, 1.0)) if np.isfinite(end)] or [np.zeros(0)])
    require(not np.any(density(beyond)), "sqrt_density must be zero outside the span")


def _checked_mass(measure: LineMeasure, density: Callable[[np.ndarray], np.ndarray]) -> Distribution:
    """The distribution function by quadrature of the density, whose mass must be one."""
    low, high = measure.box(1e-20)
    inner = np.concatenate([measure.edges, measure.distribution.edges])
    panels = np.union1d(np.linspace(low, high, 30), inner[(inner > low) & (inner < high)])
    distribution = Distribution(density, panels)
    require(abs(distribution.mass - 1.0) < 1e-8, f"the square of sqrt_density must have the integral one, and it is "
                                                 f"{distribution.mass:.10g} in the box {low:.6g} to {high:.6g}")
    return distribution


def _check_box(measure: LineMeasure, distribution: Distribution) -> None:
    """Boxes lie in the span and in each other, and leave out little; the scale is that of the mass."""
    boxes = [measure.span, *(measure.box(tol) for tol in (UNDERFLOW, 1e-12, 1e-3))]
    for (low, high), (inner_low, inner_high) in pairwise(boxes):
        require(low <= inner_low < inner_high <= high, f"box must give an interval of the span, which shrinks with "
                                                       f"larger tolerances, got {boxes[1:]}")
    below, up_to = distribution(np.array(boxes[-1])).tolist()
    outside = below + 1.0 - up_to
    require(outside < 1e-3, f"box(1e-3) must leave out about 1e-6 of the mass, not {outside:.3g}")
    middle = float(np.diff(distribution.inverse(np.array([0.1, 0.9])))[0]) / measure.scale
    require(1e-2 < middle < 1e5, f"scale must be the length over which the density changes: most of the mass takes "
                                 f"{middle:.3g} of it")
    away = float(np.abs(measure.center - distribution.inverse(np.array(0.5)))) / measure.scale
    require(away < 1e3 * max(middle, 1.0), f"center must be in the middle of the mass, not {away:.3g} scales away")


def _probabilities() -> np.ndarray:
    """Irregular numbers from zero to one."""
    return np.array([0.003, 0.021, 0.11, 0.29, 0.47, 0.53, 0.71, 0.89, 0.979, 0.997])


def _check_quantiles(measure: LineMeasure, distribution: Distribution) -> None:
    """Of the density: F(quantile(p)) = p, and quantiles of 0 and 1 are in the span."""
    p = _probabilities()
    found = distribution(measure.quantile(p))
    worst = int(np.argmax(np.abs(found - p)))
    require(bool(np.abs(found[worst] - p[worst]) < 1e-7), "quantile must be the inverse of the integral of the "
            f"density: below quantile({p[worst]}) it has {found[worst]:.8g}")
    low, high = measure.span
    ends = measure.quantile(np.array([0.0, 1.0]))
    require(bool(low <= ends[0] <= ends[1] <= high), f"quantile must keep to the span, also at 0 and 1, got {ends}")


def _check_points(measure: LineMeasure) -> None:
    """Points lie in the support, also at the ends of the span, and coordinates give them back."""
    t = np.concatenate([measure.quantile(_probabilities()), measure.box(UNDERFLOW), measure.span])
    with np.errstate(over="ignore"):
        x = measure.points(t)
    low, high = measure.support
    require(bool(np.all((x >= low) & (x <= high))), f"points must lie in the support {(low, high)}, got {x}")
    inside = measure.from_uniform(np.array([1e-300, 1e-20, *_probabilities(), 1.0 - 1e-16]))
    require(bool(np.isfinite(inside).all()), f"from_uniform must give finite points, got {inside}")
    again = measure.points(measure.coordinate(inside))
    width = float(np.max(np.abs(np.diff(measure.from_uniform(np.array([0.1, 0.9])), axis=0)), initial=0.0))
    require(bool(np.allclose(again, inside, rtol=1e-9, atol=1e-9 * width)), "coordinate must be the inverse of "
            "points: points(coordinate(x)) is not x")


def _check_samples(measure: LineMeasure) -> None:
    """Samples are in the support, and of the law of the quantiles, by the test of Kolmogorov at the level 1e-6."""
    n = 4000
    x = measure.sample(n, np.random.default_rng(0))
    shape = (n,) if measure.dim == 1 else (n, measure.dim)
    require(x.shape == shape, f"sample({n}) must have shape {shape}, got {x.shape}")
    require(bool(np.array_equal(x, measure.sample(n, np.random.default_rng(0)))), "sample must take all that is random "
            "from its generator: the same one gave other points")
    low, high = measure.support
    require(bool(np.all((x >= low) & (x <= high))), f"sample must give points of the support {(low, high)}")
    points = measure.from_uniform((np.arange(8000.0) + 0.5) / 8000.0)
    apart = _distance(*(np.sort(part if measure.dim == 1 else measure.coordinate(part)) for part in (x, points)))
    require(apart < np.sqrt(np.log(2e6) / (2.0 * n)), f"sample and quantile must be of one law: their distribution "
                                                      f"functions differ by {apart:.3f}")


def _check_symmetry(measure: LineMeasure) -> None:
    """About the point of symmetry, if one is given."""
    if measure.symmetry is None:
        return
    x = np.sort(measure.from_uniform((np.arange(4000.0) + 0.5) / 4000.0))
    apart = _distance(x, np.sort(2.0 * measure.symmetry - x))
    require(apart < 2e-3, f"symmetry must be the point about which the measure is symmetric, and it is not about "
                          f"{measure.symmetry!r}; leave it None")


def _distance(one: np.ndarray, other: np.ndarray) -> float:
    """Between the distribution functions of two sorted samples; numbers are equal if rounding tells them apart."""
    at = np.concatenate([one, other])
    at += 1e-9 * np.abs(at)
    return float(np.abs(np.searchsorted(one, at, side="right") / len(one)
                        - np.searchsorted(other, at, side="right") / len(other)).max())


def _check_polynomials(measure: LineMeasure, edges: np.ndarray) -> None:
    """Orthonormal under the density, and under the Gauss rule, as many as there are."""
    n = int(min(measure.most_polynomials, 12))
    if n < 2:
        return
    # Where the density is tiny polynomials are large.
    t, weights = composite_gauss_legendre(np.union1d(edges, np.linspace(*measure.box(UNDERFLOW), 200)), 32)
    values = measure.polynomials(t, n) * np.sqrt(weights)[:, None]
    wrong = float(np.abs(values.T @ values - np.eye(n)).max())
    require(wrong < 1e-7, f"polynomials must be orthonormal under the density, and recurrence must fit: products of "
                          f"{n} of them are wrong by {wrong:.3g}")
    rule = measure.gauss_rule(n)
    require(bool(np.allclose(rule.sqrt_density, measure.sqrt_density(rule.nodes), rtol=1e-9)),
            "gauss_rule must carry sqrt_density of its own nodes")
    values = measure.polynomials(rule.nodes, n) * rule.sqrt_lebesgue[:, None]
    wrong = float(np.abs(values.T @ values - np.eye(n)).max())
    require(wrong < 1e-7, f"gauss_rule must be exact for polynomials of degree below 2n: products of {n} orthonormal "
                          f"ones are wrong by {wrong:.3g}")
