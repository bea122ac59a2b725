"""Whether a kernel breaks along a curve, as where x = y: then neither panels in x and y nor polynomials resolve it."""

import numpy as np

from ..kernels import Kernel
from ..measures import LineMeasure
from ..quadrature import PIECE_ORDER, Rule
from .domain import Domain, within
from .slice_splitter import slice_integrals


def breaks_along_curve(kernel: Kernel, domain: Domain, mu_x: LineMeasure, mu_y: LineMeasure, tol: float) -> bool:
    """Whether most of eight slices h(x_i, .), drawn from mu_x, break, and not all at the same places.

    Breaks that change integrals by less than a part `tol` of the norm do not count, nor those that are not found by
    bisection. A curve that few of the slices meet goes unseen: this is for choosing a method, and for nothing else.
    """
    count = 8
    x = mu_x.quantile((np.arange(count) + np.random.default_rng(count).random(count)) / count)
    x = x[within(x, domain.x)]
    if len(x) < count // 2:
        return False
    density = mu_x.sqrt_density(x)
    rule = Rule(x, 1.0 / (np.sqrt(len(x)) * density), density)
    # Nine panels, of which none ends in the middle. A jump takes some 4000 values, a root 16 000.
    slices = slice_integrals(kernel, rule, mu_y, np.linspace(*domain.y, 10), tol, order=PIECE_ORDER,
                             budget=4000 if kernel.dear else 50_000)
    if slices.exhausted:    # noise, or more breaks than could be followed
        return False
    # What two slices have in common is a break along a line of constant y, which panels end at.
    far = 1e-6 * mu_y.scale
    at, y = slices.breaks.T
    alone = ((np.abs(y[:, None] - y) > far) | (at[:, None] == at)).all(axis=1)
    return len(np.unique(at[alone])) > len(x) // 2
