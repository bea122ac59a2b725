"""Distributions of other libraries that are measures of this one, by name: parameters are read, nothing is fitted."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import i0e

from .beta import Beta
from .density import Density
from .exponential import Exponential
from .gamma import Gamma
from .gaussian import Gaussian
from .line import LineMeasure
from .lognormal import LogNormal
from .student_t import StudentT
from .uniform import Uniform

Parameters = dict[str, float]


def _at_zero(make: Callable[[Parameters], LineMeasure]) -> Callable[[Parameters], LineMeasure | None]:
    """What makes the measure of a law on the half-line, if it begins at zero."""
    return lambda p: make(p) if p["loc"] == 0.0 else None


def _on_circle(p: Parameters) -> LineMeasure | None:
    """The von Mises law between the ends that samples of scipy have; it calls the support infinite, with many turns."""
    def pdf(x: np.ndarray) -> np.ndarray:
        return np.exp(p["kappa"] * (np.cos(x - p["loc"]) - 1.0)) / (2.0 * np.pi * i0e(p["kappa"]))

    return Density(pdf, (-np.pi, np.pi)) if p["scale"] == 1.0 else None


# In the parameters of scipy.stats: shapes by name, loc and scale.
_FAMILIES: dict[str, Callable[[Parameters], LineMeasure | None]] = {
    "norm": lambda p: Gaussian(p["loc"], p["scale"]),
    "uniform": lambda p: Uniform(p["loc"], p["loc"] + p["scale"]),
    "beta": lambda p: Beta(p["a"], p["b"], p["loc"], p["loc"] + p["scale"]),
    "arcsine": lambda p: Beta(0.5, 0.5, p["loc"], p["loc"] + p["scale"]),
    "semicircular": lambda p: Beta(1.5, 1.5, p["loc"] - p["scale"], p["loc"] + p["scale"]),
    "powerlaw": lambda p: Beta(p["a"], 1.0, p["loc"], p["loc"] + p["scale"]),
    "t": lambda p: StudentT(p["df"], p["loc"], p["scale"]),
    "cauchy": lambda p: StudentT(1.0, p["loc"], p["scale"]),
    "expon": _at_zero(lambda p: Exponential(1.0 / p["scale"])),
    "gamma": _at_zero(lambda p: Gamma(p["a"], p["scale"])),
    "erlang": _at_zero(lambda p: Gamma(p["a"], p["scale"])),
    "chi2": _at_zero(lambda p: Gamma(0.5 * p["df"], 2.0 * p["scale"])),
    "lognorm": _at_zero(lambda p: LogNormal(math.log(p["scale"]), p["s"])),
    "vonmises": _on_circle,
    "Normal": lambda p: Gaussian(p["mu"], p["sigma"]),
    "StandardNormal": lambda _: Gaussian(),
    "Uniform": lambda p: Uniform(p["a"], p["b"]),
}


def known_law(law: Any) -> LineMeasure | None:
    """The measure that a distribution is by its name and parameters; None if it is not among those that are known.

    A name may be that of something else: the densities are compared.
    """
    family = getattr(law, "dist", law)    # frozen distributions of scipy.stats have it
    make = _FAMILIES.get(str(getattr(family, "name", type(law).__name__)))
    try:
        measure = None if make is None else make(_parameters(law, family))
    except (TypeError, ValueError, KeyError, AttributeError):    # other parameters than these names have
        return None
    return measure if measure is not None and _same_density(law, measure) else None


def _parameters(law: Any, family: Any) -> Parameters:
    """Shapes, location and scale of a frozen distribution, or the attributes of a random variable, by name."""
    if not hasattr(family, "shapes"):
        return {name: float(getattr(law, name)) for name in ("mu", "sigma", "a", "b") if hasattr(law, name)}
    names = [*(name.strip() for name in (family.shapes or "").split(",") if name.strip()), "loc", "scale"]
    given = {"loc": 0.0, "scale": 1.0, **dict(zip(names, getattr(law, "args", ()), strict=False)),
             **getattr(law, "kwds", {})}
    return {name: float(value) for name, value in given.items()}


def _same_density(law: Any, measure: LineMeasure) -> bool:
    """Whether densities are the same at some quantiles of the measure, up to one factor."""
    t = measure.quantile(np.array([0.11, 0.29, 0.47, 0.68, 0.86]))
    x, step = measure.points(t), 1e-4 * measure.scale
    own = measure.sqrt_density(t) ** 2 * 2.0 * step / (measure.points(t + step) - measure.points(t - step))
    return bool(np.allclose(np.asarray(law.pdf(x), dtype=np.float64), own, rtol=1e-5, atol=0.0))
