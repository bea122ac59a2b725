"""Every tolerance of a method that follows from rtol."""

import math
from dataclasses import dataclass

from .._support.floats import EPS


@dataclass(frozen=True)
class Tolerances:
    """What the steps of a method may miss, relative to the norm, for error bars of at most ``rtol * s_1``.

    Factors below one leave room for errors that add up. One that is too large costs another discretisation, one that is
    too small costs evaluations: benchmarks/decompose.py shows both. Neither makes a bar false, since the bars come from
    the answer and not from these.
    """

    rtol: float

    @property
    def coefficients(self) -> float:
        """Of coefficients left out: between rtol, if errors are of first order, and its root, if they are of second."""
        return float(self.rtol**0.75)

    @property
    def functions(self) -> float:
        """Of singular functions: the error of a value is the square of theirs."""
        return math.sqrt(self.rtol)

    @property
    def standstill(self) -> float:
        """Of moves of values from one matrix to a larger one: then those still to come add up to less than rtol."""
        return 0.1 * self.rtol

    @property
    def panels(self) -> float:
        """Of what polynomials miss on a panel, of which there are tens; rounding leaves 4 eps there."""
        return max(0.1 * self.rtol, 4.0 * EPS)

    @property
    def pieces(self) -> float:
        """Of what polynomials miss on a piece of a function of one variable, of which there may be thousands."""
        return 1e-2 * self.rtol

    @property
    def integrals(self) -> float:
        """Of integrals along slices, which must be as accurate as values are; rounding leaves 16 eps there."""
        return max(1e-2 * self.rtol, 16.0 * EPS)

    @property
    def images(self) -> float:
        """Of images T g on panels, for product integration; the square of 1e-9 is beyond rounding."""
        return max(3e-4 * self.functions, 1e-9)

    @property
    def convolutions(self) -> float:
        """Of the leading functions of a ridge function on equal panels; the square of 1e-8 is rounding."""
        return max(3e-3 * self.functions, 1e-8)

    @property
    def trapezoid(self) -> float:
        """Of functions by the trapezoid rule in log|x|, where two more digits take few nodes."""
        return max(0.03 * self.rtol, EPS)

    @property
    def broken_trapezoid(self) -> float:
        """Of the same where phi breaks: there finer steps give more values, and not better ones."""
        return max(self.trapezoid, 0.01 * self.functions)

    @property
    def lengths(self) -> float:
        """Of functions of |x| on a grid in log|x|, and of the energy that it misses; rounding leaves 1e-15 there."""
        return max(0.03 * self.rtol, 1e-15)

    @property
    def angles(self) -> float:
        """Of integrals over the angle, whose errors are in the bars of every degree; rounding leaves 1e-14 there."""
        return max(0.01 * self.rtol, 1e-14)

    @property
    def profiles(self) -> float:
        """Of integrals over the angle of phi(<x, y>), which is split once for all lengths and all degrees."""
        return max(0.1 * self.lengths, 1e-14)

    @property
    def degrees(self) -> float:
        """Of values on degrees that are left out, as norms on a coarse grid tell: these are no singular values."""
        return 0.3 * self.rtol

    @property
    def products(self) -> float:
        """Of coefficients of products of polynomials, of which each direction leaves some out."""
        return max(0.3 * self.coefficients, 1e-15)

    @property
    def negligible_products(self) -> float:
        """Of rows and columns of a matrix between products, of which those of many degrees do not matter."""
        return 1e-3 * self.rtol
