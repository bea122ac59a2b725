"""Checks of measures."""

from __future__ import annotations

import numpy as np

from ..measures import LineMeasure, Measure, MeasureLike, as_measure, lengths_of
from .lines import check_line
from .requiring import require


def check_measure(measure: MeasureLike) -> None:
    """Check that a measure keeps the contract, part by part.

    For one on the line these are its span, center, scale and edges; the mass of its density, which must be finite at
    the ends and zero outside; its boxes; its quantiles, points and coordinates; samples, by a test of Kolmogorov and
    Smirnov with a fixed seed and the level 1e-6; the symmetry that it says; its polynomials and Gauss rule; equality,
    hash, short form and state. Of a measure of vectors, samples and `unwhiten` are compared, and the law of the length
    if it is `round`.

    Parameters
    ----------
    measure : Measure, or what stands for one

    Raises
    ------
    AssertionError
        Naming the part of the contract that is broken, and what was found.
    KernelError
        If `sqrt_density` changes its argument, or does not return real numbers.
    TypeError, ValueError
        If it is no measure; or what the measure raises itself.

    Examples
    --------
    >>> from opsvd import Gaussian
    >>> from opsvd.testing import check_measure
    >>> check_measure(Gaussian(mean=1.0, std=0.5))
    """
    measure = measure if isinstance(measure, Measure) else as_measure(measure, "measure")
    if measure.round:
        _check_lengths(measure)
    if isinstance(measure, LineMeasure):
        check_line(measure)
    else:
        _check_vectors(measure)
    _check_identity(measure)


def _check_identity(measure: Measure) -> None:
    """Equal to itself, with a short form, and the same again from its state, if that can be told."""
    require(bool(repr(measure)), "repr must say something")
    require(measure == measure and hash(measure) == hash(measure), "a measure must equal itself, and keep its hash")    # noqa: PLR0124
    require(measure != object(), "a measure must not equal other things")
    try:
        state = measure.state()
    except TypeError:    # it is made of functions, and says so
        return
    if not state:    # no arguments: each object equals itself alone, unless its class says otherwise
        return
    again = type(measure).from_state(state)
    require(again == measure and hash(again) == hash(measure), "from_state(state()) must give an equal measure, with "
            "the same hash: list all arguments in arguments, and keep them as attributes of these names")


def _check_vectors(measure: Measure) -> None:
    """Samples and points from standard coordinates are of one law, as far as means of squares and products tell."""
    rng, n = np.random.default_rng(0), max(200, min(20_000, 2_000_000 // measure.dim))
    shapes = [np.shape(part) for part in (measure.center, measure.scale)]
    require(shapes == [(measure.dim,)] * 2, f"center and scale must have shape {(measure.dim,)}, got {shapes}")
    drawn, made = measure.sample(n, rng), measure.unwhiten(rng.standard_normal((n, measure.rank)))
    for name, x in ((f"sample({n})", drawn), (f"unwhiten of {n} points", made)):
        require(x.shape == (n, measure.dim), f"{name} must have shape {(n, measure.dim)}, got {x.shape}")
    features = []
    for x in (drawn, made):    # bounded functions of each coordinate, and of neighbours: any law has their means
        z = np.arctan((x - measure.center) / np.where(measure.scale > 0.0, measure.scale, 1.0))
        features.append(np.concatenate([z, z**2, z * np.roll(z, 1, axis=1), (z * np.roll(z, 1, axis=1)) ** 2], axis=1))
    means, deviations = (np.array([f(part, axis=0) for part in features]) for f in (np.mean, np.std))
    require(bool((np.abs(means[0] - means[1]) <= 6.0 * np.linalg.norm(deviations, axis=0) / np.sqrt(n) + 1e-9).all()),
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
        require(bool(below <= p + margin and up_to >= p - margin), "lengths must be the law of the length of points: "
                 f"the part {below:.3f} of them is below the quantile {p}")
    mean = np.mean(x / np.maximum(lengths, 1e-300)[:, None], axis=0)
    require(bool((np.abs(mean) <= 6.0 / np.sqrt(n * measure.dim)).all()),
             "directions of a measure that is round must be uniform, and their mean is not zero")
