"""The grossest errors of a user's measure, found before anything is computed under it."""

import numpy as np

from .line import LineMeasure


def require_consistent(measure: LineMeasure, name: str) -> LineMeasure:
    """Return a measure on the line if its density is finite at the ends and has the mass one, or raise naming it.

    That is looked at once for each measure, and only for classes that are not of this library.
    """
    if type(measure).__module__.partition(".")[0] == "opsvd" or "_consistent" in vars(measure):
        return measure
    what = _wrong(measure)
    if what:
        raise ValueError(f"{name} must be a probability measure, got {measure!r}, {what}; correct it, and let "
                         f"opsvd.testing.check_measure look at all of it")
    vars(measure)["_consistent"] = True
    return measure


def _wrong(measure: LineMeasure) -> str:
    """What is wrong with a measure, or nothing."""
    low, high = measure.span
    if not (low < high and low <= measure.center <= high and 0.0 < measure.scale < np.inf):
        return (f"whose span is {(low, high)}, its center {measure.center!r} and its scale {measure.scale!r}: the "
                f"center must lie in the span, and the scale be positive")
    t = np.array([low, measure.center, high])
    with np.errstate(all="ignore"):
        roots = np.asarray(measure.sqrt_density(t[np.isfinite(t)]), dtype=np.float64)
    if roots.shape != (int(np.isfinite(t).sum()),):
        return f"whose sqrt_density gives shape {roots.shape} for {int(np.isfinite(t).sum())} points"
    if not (np.isfinite(roots) & (roots >= 0.0)).all():
        return (f"whose sqrt_density is {roots.tolist()} at {t[np.isfinite(t)].tolist()}: it must be finite and not "
                f"negative, at the ends of the span as well")
    mass = measure.distribution.mass
    return "" if abs(mass - 1.0) <= 1e-6 else f"whose sqrt_density has squares with the integral {mass:.9g}, not one"
