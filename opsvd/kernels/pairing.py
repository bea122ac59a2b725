"""A kernel and the measures of its variables, which must be of the same dimensions."""

from collections.abc import Callable
from typing import Any

from .._support.user_function import UserFunction
from ..measures import Gaussian, Measure, MeasureLike, as_measure, require_line
from .kernel import PROBED, Kernel, as_function, as_kernel
from .matrix_kernels import MatrixKernel, matrix_shape
from .probe_grid import probe_grid


def paired(h: "Callable[..., Any] | Kernel", mu_x: MeasureLike,
           mu_y: MeasureLike) -> tuple[Kernel, Measure, Measure]:
    """Return h as a kernel, with measures that fit it.

    A callable takes its dimensions from the measures, and one that returns matrices is a `MatrixKernel`. A kernel knows
    its dimensions, as ``elementwise(phi, k)`` does: then the default measure Gaussian() stands for the standard
    Gaussian of that dimension.

    Raises
    ------
    TypeError
        If a measure is not one.
    ValueError
        If a kernel and a measure are of different dimensions.
    """
    measures = [require_line(measure, name) if measure.dim == 1 else measure for measure, name in
                ((as_measure(mu_x, "mu_x"), "mu_x"), (as_measure(mu_y, "mu_y"), "mu_y"))]
    dims = (measures[0].dim, measures[1].dim)
    if not isinstance(h, Kernel) and max(dims) <= PROBED:
        pair = (measures[0], measures[1])
        function = UserFunction(as_function(h), "h")
        matrices = matrix_shape(function, probe_grid(dims, pair)) is not None
        h = MatrixKernel(h, dims=dims, measures=pair) if matrices else Kernel(function, dims=dims, measures=pair)
    kernel = as_kernel(h, dims)
    for side, dim in enumerate(kernel.dims):
        if measures[side] == Gaussian():
            measures[side] = Gaussian.standard(dim)
        if measures[side].dim != dim:
            raise ValueError(f"mu_{'xy'[side]} must be a measure on R^{dim}, as the kernel takes such points, got "
                             f"{measures[side]!r} of dimension {measures[side].dim}; pass for example "
                             f"Gaussian.standard({dim})")
    return kernel, measures[0], measures[1]
