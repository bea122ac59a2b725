"""Kernels: the pointwise evaluation of h, on numbers, vectors, blocks, and with matrices for values."""

from .blocks import BlockKernel, blockwise, entrywise
from .kernel import (
    PROBED,
    SMALLEST_SIZE,
    Elementwise,
    Kernel,
    as_dims,
    as_function,
    as_kernel,
    elementwise,
    non_finite,
    probe_grid,
    size_out_of_range,
)
from .kernel_values import kernel_values, require_same_kernel
from .matrix_kernels import MatrixKernel, matrix_shape
from .pairing import paired
from .sides import Side, operator_grid, sides
from .unit_size import power_of_two, unit_factor

__all__ = [
    "PROBED",
    "SMALLEST_SIZE",
    "BlockKernel",
    "Elementwise",
    "Kernel",
    "MatrixKernel",
    "Side",
    "as_dims",
    "as_function",
    "as_kernel",
    "blockwise",
    "elementwise",
    "entrywise",
    "kernel_values",
    "matrix_shape",
    "non_finite",
    "operator_grid",
    "paired",
    "power_of_two",
    "probe_grid",
    "require_same_kernel",
    "sides",
    "size_out_of_range",
    "unit_factor",
]
