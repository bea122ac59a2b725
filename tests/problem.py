"""What a row of the problem table is: a kernel with a known spectrum."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from references import NO_BREAKS, Breaks

from opsvd.measures import Gaussian

__all__ = ["STANDARD", "TAGS", "Problem", "finite", "infinite"]

TAGS = {
    "entire": "h is an entire function of x and y",
    "poles": "analytic on the real plane, with singular points that approach it as x or y grows",
    "near-singular": "analytic, but changes within a few hundredths across a curve",
    "narrow": "what matters happens within a few hundredths of one point or of the diagonal",
    "wide": "the energy h^2 lies several standard deviations out",
    "oscillating": "h turns its sign many times within a standard deviation",
    "growth": "h grows exponentially",
    "axis-singular": "h, or a derivative, is singular at x = 0 or y = 0",
    "line": "h, or a derivative, jumps along a line parallel to an axis, elsewhere than at 0",
    "point-singular": "h, or a derivative, has no limit at one point",
    "curve": "h, or a derivative, breaks along a curve, or several, that are not parallel to an axis",
    "jump": "h jumps along a curve",
    "kink": "a derivative of h jumps along a curve, h itself does not",
    "root": "along a curve, h has a power that is not a whole number, or a logarithm",
    "finite-rank": "finitely many values are not zero",
    "shifted-measure": "a measure is not the standard Gaussian",
    "reference": "no closed form: values computed once, by a method of their own",
}

STANDARD = Gaussian()


@dataclass(frozen=True)
class Problem:
    """A kernel with a known spectrum.

    Attributes
    ----------
    name : str
        The kernel, as one would write it.
    tags : frozenset of str
        Keys of `TAGS`.
    h : callable
        ``h(x, y)``, vectorised; a black box to the methods.
    exact : ndarray, shape (r,)
        The leading singular values with multiplicity, nonincreasing: those above 1e-14 of the first, at most 60.
    source : str
        Where the values come from.
    rank : int or None
        The number of nonzero values, len(exact), if that is finite.
    tail_energy : float or None
        The sum of squares of the values beyond `exact`, so that E[h^2] = sum(exact^2) + tail_energy; None if unknown.
    accuracy : float
        Every value of `exact` is correct to this, relative to the first. The default is rounding.
    breaks : Breaks
        Where h breaks, or changes fast; for references and tests alone, not for the methods.
    mu_x, mu_y : Gaussian
    """

    name: str
    tags: frozenset[str]
    h: Callable[..., Any] = field(repr=False)
    exact: np.ndarray = field(repr=False)
    source: str = field(repr=False)
    rank: int | None = None
    tail_energy: float | None = 0.0
    accuracy: float = 1e-15
    breaks: Breaks = field(default=NO_BREAKS, repr=False)
    mu_x: Gaussian = STANDARD
    mu_y: Gaussian = STANDARD

    def __str__(self) -> str:
        """The name; use ``ids=str`` in pytest.mark.parametrize."""
        return self.name


def infinite(name, tags, h, values, source, *, beyond=0.0, **fields):
    """A problem of infinite rank from many of its values; `beyond` is the sum of squares of those not given."""
    keep = min(60, int(np.sum(values > 1e-14 * values[0])))
    return Problem(name, frozenset(tags.split()), h, values[:keep], source,
                   tail_energy=float(np.sum(values[keep:] ** 2)) + beyond, **fields)


def finite(name, tags, h, values, source, **fields):
    """A problem of finite rank from all its values."""
    values = np.asarray(values, dtype=np.float64)
    return Problem(name, frozenset({"finite-rank", *tags.split()}), h, values, source, rank=len(values), **fields)
