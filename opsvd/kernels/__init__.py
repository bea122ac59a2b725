"""Kernels: the pointwise evaluation of h, on numbers, vectors, blocks, and with matrices for values."""

from .blocks import BlockKernel, blockwise, entrywise
from .coordinate_kernel import of_coordinates
from .elementwise import Elementwise, elementwise
from .kernel import SMALLEST_SIZE, Kernel, as_kernel, size_out_of_range, untried
from .kernel_values import kernel_values, require_same_kernel
from .matrix_kernels import MatrixKernel
from .pairing import paired
from .quad_kernel import QuadKernel
from .sides import Side, operator_grid, sides
from .unit_size import power_of_two, require_squares, unit_factor

__all__ = ["SMALLEST_SIZE", "BlockKernel", "Elementwise", "Kernel", "MatrixKernel", "QuadKernel", "Side", "as_kernel",
           "blockwise", "elementwise", "entrywise", "kernel_values", "of_coordinates", "operator_grid", "paired",
           "power_of_two", "require_same_kernel", "require_squares", "sides", "size_out_of_range", "unit_factor",
           "untried"]
