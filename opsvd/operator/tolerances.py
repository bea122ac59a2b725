"""Every tolerance of a method that follows from rtol."""

import math

from .._support.floats import EPS


class Tolerances:
    """What the steps of a method may miss, relative to the norm, for error bars of at most ``rtol * s_1``.

    Factors below one leave room for errors that add up. One that is too large costs another discretisation, one that is
    too small costs evaluations: benchmarks/decompose.py shows both. Neither makes a bar false, since the bars come from
    the answer and not from these. Roundings are those of the type that h returns: eps is the distance from one to the
    next number in it.

    Attributes
    ----------
    coefficients : float
        Of coefficients left out: between rtol, if errors are of first order, and its root, if they are of second.
    left_out : float
        Of the last third of coefficients where values of h are dear, and the norm of what is left is all the evidence:
        if they fall geometrically, what is beyond them is this to the power of 3/2.
    functions : float
        Of singular functions: the error of a value is the square of theirs.
    standstill : float
        Of moves of values from one matrix to a larger one: then those still to come add up to less than rtol.
    panels : float
        Of what polynomials miss on a panel, of which there are tens; rounding leaves 4 eps there.
    pieces : float
        Of what polynomials miss on a piece of a function of one variable, of which there may be thousands.
    integrals : float
        Of integrals along slices, which must be as accurate as values are; rounding leaves 16 eps there.
    images : float
        Of images T g on panels, for product integration; the square of 1e-9 is beyond rounding.
    convolutions : float
        Of the leading functions of a ridge function on equal panels; the square of 1e-8 is rounding.
    trapezoid : float
        Of functions by the trapezoid rule in log|x|, where two more digits take few nodes.
    broken_trapezoid : float
        Of the same where phi breaks: there finer steps give more values, and not better ones.
    lengths : float
        Of functions of |x| on a grid in log|x|, and of the energy that it misses; rounding leaves 4.5 eps there.
    polar : float
        Of singular functions on lengths and directions, which are cheap: the error of a value is the square of theirs,
        and their bars are divided by gaps; rounding leaves 1e-8 there.
    angles : float
        Of integrals over the angle, whose errors are in the bars of every degree; rounding leaves 45 eps there.
    profiles : float
        Of integrals over the angle of phi(<x, y>), which is split once for all lengths and all degrees.
    degrees : float
        Of values on degrees that are left out, as norms on a coarse grid tell: these are no singular values.
    products : float
        Of coefficients of products of polynomials, of which each direction leaves some out.
    negligible_products : float
        Of rows and columns of a matrix between products, of which those of many degrees do not matter.
    """

    def __init__(self, rtol: float, eps: float = EPS) -> None:
        self.coefficients = rtol**0.75
        self.left_out = (0.3 * rtol) ** (2.0 / 3.0)
        self.functions = math.sqrt(rtol)
        self.standstill = 0.1 * rtol
        self.panels = max(0.1 * rtol, 4.0 * eps)
        self.pieces = 1e-2 * rtol
        self.integrals = max(1e-2 * rtol, 16.0 * eps)
        self.images = max(3e-4 * self.functions, 1e-9)
        self.convolutions = max(3e-3 * self.functions, 1e-8)
        self.trapezoid = max(0.03 * rtol, eps)
        self.broken_trapezoid = max(self.trapezoid, 0.01 * self.functions)
        self.lengths = max(0.03 * rtol, 4.5 * eps)
        self.polar = max(0.01 * self.functions, 1e-8)
        self.angles = max(0.01 * rtol, 45.0 * eps)
        self.profiles = max(0.1 * self.lengths, 45.0 * eps)
        self.degrees = 0.3 * rtol
        self.products = max(0.3 * self.coefficients, 4.5 * eps)
        self.negligible_products = 1e-3 * rtol
