"""Kernels and spectra of a size far from one: a power of two is divided out, and multiplied onto the answer."""

import math

import numpy as np

from ..measures import Discrete, Measure
from .blocks import BlockKernel
from .kernel import SMALLEST_SIZE, Kernel, size_out_of_range


def power_of_two(size: float) -> float:
    """The power of two that is about a size far from one, finite or zero; 1 for sizes that need not be divided out."""
    exponent = min(math.frexp(size)[1], 1023)
    # Sizes from 2^-40 to 2^40 stay as they are: their squares are numbers in single precision too.
    return math.ldexp(1.0, exponent) if size > 0.0 and abs(exponent) > 40 else 1.0


def require_squares(*matrices: np.ndarray) -> None:
    """Raise KernelError if squares of the entries of matrices that make up an operator are no numbers."""
    largest = max(float(np.abs(matrix).max(initial=0.0)) for matrix in matrices)
    if 0.0 < largest < SMALLEST_SIZE or largest > 1.0 / SMALLEST_SIZE:
        raise size_out_of_range(largest)


def unit_factor(kernel: Kernel, mu_x: Measure, mu_y: Measure, *, required: bool = False, few: bool = False) -> float:
    """The power of two that brings a kernel to the size of one; 1 where it is not far from it, or its size not seen.

    Powers of two change no digit. The size is the largest value at points drawn from the measures, or at a `few` of
    them. If it is required to be seen, and is not, KernelError is raised where squares of the values are no numbers.
    """
    # Any seed will do, as long as a kernel has the same size in each run.
    rng, b = np.random.default_rng(20240306), kernel.b if isinstance(kernel, BlockKernel) else 1
    # Up to 32 points a side, or 8 where values are dear, of some 400 000 coordinates together: 3 MB.
    # Five where hardly more values are allowed than the smallest answer takes: 25 values of a kernel of numbers.
    most = 5 if few else 8 if kernel.dear else 32
    count = math.ceil(max(2, min(most, 400_000 // max(kernel.dims))) / b)
    values = np.abs(kernel.grid(mu_x.sample(b * count, rng), mu_y.sample(b * count, rng)))
    values = np.where(np.isfinite(values), values, 0.0)
    largest = float(values.max())
    unit = power_of_two(largest)
    if unit == 1.0:
        return 1.0
    if isinstance(mu_x, Discrete) and isinstance(mu_y, Discrete):    # the values are all of a kind
        return 1.0 / unit
    energy = (values / largest) ** 2
    sides = [energy.sum(axis=axis).reshape(count, -1).sum(axis=1) for axis in (0, 1)]
    # What is seen at one or two points is the trace of something narrow, or of something far out: the third largest
    # energy of a point x, and of a point y, must be a millionth of the largest.
    if min(np.sort(side)[-min(3, count)] / side.max() for side in sides) >= 1e-6:
        return 1.0 / unit
    if required and not SMALLEST_SIZE <= largest <= 1.0 / SMALLEST_SIZE:
        raise size_out_of_range(largest)
    return 1.0
