"""How accurate the values of a kernel are, from values at points that double precision hardly tells apart."""

import math

import numpy as np

from .._support.floats import EPS
from .._support.quad import EPS_QUAD, as_quad
from ..kernels import QuadKernel
from ..measures import LineMeasure


def rounding_of_values(kernel: QuadKernel, mu_x: LineMeasure, mu_y: LineMeasure) -> float:
    r"""The root mean square of the errors of values h(x, y), relative to that of h, under two measures.

    Eight points on a line towards the medians, which are less than a rounding of double precision apart, give the
    seventh difference of h. Of a smooth h that is no number to quadruple precision, so that it is made of errors: of
    :math:`\sqrt{3432}` times their size, if they are independent. Where h takes single precision on the way,
    differences that small vanish; then those of points 1e-8 apart show it. The errors of a correct function are about a
    third of a rounding.

    Zero, if h is constant along all these lines.
    """
    rng = np.random.default_rng(56)
    x, y = (as_quad(mu.coordinate(mu.sample(64, rng)))[:, None] for mu in (mu_x, mu_y))
    values, noise = kernel(x, y), as_quad(np.zeros(len(x)))
    inwards = [np.sign(mu.quantile(np.array(0.5)) - z) * np.abs(z) for z, mu in ((x, mu_x), (y, mu_y))]
    for spacing in (0.4 * EPS, 0.4 * math.sqrt(EPS)):
        steps = spacing * as_quad(np.arange(8))
        found = kernel(x + steps * inwards[0], y + steps * inwards[1])
        for _ in range(7):
            found = found[:, 1:] - found[:, :-1]
        noise = np.maximum(noise, np.abs(found[:, 0]) / math.sqrt(3432.0))
    finite = np.isfinite(noise) & np.isfinite(values[:, 0])
    energy = float((values[finite] ** 2).sum())
    return math.sqrt(float((noise[finite] ** 2).sum()) / energy) if energy > 0.0 else 0.0


def few_digits(rounding: float) -> str:
    """Why there is no more to be had, if values have fewer digits than quadruple precision; else empty."""
    if rounding <= 1e3 * EPS_QUAD:
        return ""
    return (f"The values of h have some {max(-math.log10(rounding), 0.0):.0f} digits only, as they change by steps "
            f"between points that quadruple precision tells apart: write h with numpy's functions of its arguments, "
            f"and take nothing through float or float64 on the way")
