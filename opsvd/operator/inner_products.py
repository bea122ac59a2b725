"""Inner products of singular functions of two decompositions."""

import numpy as np

from .._support.floats import chunks
from .._support.validation import instance
from ..measures import Discrete
from ..quadrature import composite_gauss_legendre
from .extension import SummedFunctions

_NODES = 24    # exact to degree 47: on panels functions are resolved by polynomials of degree 20


def inner_products(functions: SummedFunctions, others: SummedFunctions) -> np.ndarray:
    r""":math:`E[\bar f_i g_j]`, shape (r, q), of functions of numbers, or of atoms, under one measure."""
    measure = functions.measure
    if instance(others, "other", type(functions), "pass svd.left or svd.right").measure != measure:
        raise ValueError(f"other must have functions under the same measure, {measure!r}, got {others.measure!r}; "
                         f"decompose both kernels under one measure")
    if isinstance(measure, Discrete) and functions(measure.atoms[:1]).ndim == 2:
        f, g = (side(measure.atoms) for side in (functions, others))
        return np.asarray((f * measure.masses[:, None]).conj().T @ g)
    if not (functions.on_line and others.on_line):
        raise ValueError(f"inner products are computed for functions of numbers alone, got variables under {measure!r};"
                         f" average left(x)[..., :, None] * other(x)[..., None, :] over samples x of the measure")
    low, high = (pick(*ends) for pick, ends in zip((max, min), zip(functions.interval, others.interval, strict=True),
                                                   strict=True))
    edges = np.unique(np.clip(np.concatenate([functions.panels, others.panels]), low, high))
    nodes, weights = composite_gauss_legendre(edges, _NODES)
    total = np.zeros((len(functions), len(others)), np.result_type(functions.dtype, others.dtype))
    for some in chunks(len(nodes), len(functions) + len(others)):
        f, g = (side.half_density(nodes[some]) for side in (functions, others))
        total += (f * weights[some, None]).conj().T @ g
    return total
