"""What is to be decomposed, and how accurately: built once, and handed on."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

import numpy as np

from .._support.budget import Budget
from ..kernels import BlockKernel, Elementwise, Kernel, MatrixKernel, Side, sides
from ..measures import Chi, Discrete, Gaussian, GaussianVector, LineMeasure, Measure, lengths_of
from ..probing.bilinear import Bilinear, find_bilinear
from ..probing.coordinates import Coordinates, find_coordinates
from ..probing.curves import breaks_along_curve
from ..probing.domain import Domain, find_domain
from ..probing.factors import Factor, Factors, find_factors, find_summands
from ..probing.inner_product import InnerProduct, find_inner_product
from ..probing.invariance import is_invariant, is_invariant_function_of_product
from ..probing.quadratic_exponent import QuadraticExponent, find_quadratic_exponent
from ..probing.random_pairs import RandomPairs
from ..probing.structure import Structure, find_structure
from ..probing.varied_points import is_rare
from .tolerances import Tolerances

# What is found out about a kernel whatever the tolerance is.
_WHATEVER_RTOL = ("kernel", "sides", "quadratic_exponent", "invariant", "inner_product", "bilinear", "rare",
                  "coordinates", "factors", "summands", "known_phi", "random_pairs", "pairs", "function_of_product")


@dataclass(frozen=True, eq=False)
class Problem:
    """A kernel under two measures, with the accuracy that is asked for; what is found out about it is kept.

    Attributes
    ----------
    given : Kernel
        Of points x and y.
    mu_x, mu_y : Measure
    rtol : float
        Error bars are to be at most ``rtol * s_1``.
    max_rank : int or None
        The most singular values that are wanted.
    """

    given: Kernel
    mu_x: Measure
    mu_y: Measure
    rtol: float = 1e-10
    max_rank: int | None = None

    @property
    def of_numbers(self) -> bool:
        """Whether x and y are numbers, and the values of h as well."""
        return self.given.dims == (1, 1) and not isinstance(self.given, BlockKernel | MatrixKernel)

    @property
    def discrete(self) -> bool:
        """Whether both measures have atoms alone."""
        return isinstance(self.mu_x, Discrete) and isinstance(self.mu_y, Discrete)

    @property
    def half_discrete(self) -> bool:
        """Whether one measure has atoms alone, the other is on the line and has not, and values of h are numbers."""
        lines = all(isinstance(mu, LineMeasure) for mu in (self.mu_x, self.mu_y))
        atoms = isinstance(self.mu_x, Discrete) != isinstance(self.mu_y, Discrete)
        return lines and atoms and not isinstance(self.given, BlockKernel | MatrixKernel)

    @cached_property
    def kernel(self) -> Kernel:
        """The kernel of the coordinates of the measures, where they have some; see `opsvd.LineMeasure`."""
        on_lines = self.of_numbers or self.discrete or self.half_discrete
        return self.given.along(*self.lines) if on_lines else self.given

    @property
    def few_edges(self) -> bool:
        """Whether panels that end at all edges of the measures are few: each atom is a panel of its own."""
        return self.of_numbers and max(len(mu.edges) for mu in self.lines) < 100

    @property
    def lines(self) -> tuple[LineMeasure, LineMeasure]:
        """The measures, for kernels of numbers or of atoms."""
        return cast("tuple[LineMeasure, LineMeasure]", (self.mu_x, self.mu_y))

    @property
    def gaussian(self) -> bool:
        """Whether both measures are Gaussians on the line."""
        return isinstance(self.mu_x, Gaussian) and isinstance(self.mu_y, Gaussian)

    @property
    def gaussians(self) -> tuple[Gaussian, Gaussian]:
        """The measures, where `gaussian` holds."""
        return cast("tuple[Gaussian, Gaussian]", (self.mu_x, self.mu_y))

    @property
    def round(self) -> bool:
        """Whether both measures are those of vectors, and invariant under rotations."""
        return self.mu_x.round and self.mu_y.round

    @property
    def deviations(self) -> tuple[float, float]:
        """The standard deviations of all coordinates of x, and of y, where both are round Gaussian vectors."""
        x, y = (cast("Chi", lengths_of(measure)).std for measure in (self.mu_x, self.mu_y))
        return x, y

    @property
    def whitened(self) -> bool:
        """Whether both measures are Gaussian, of numbers or vectors."""
        return all(isinstance(measure, Gaussian | GaussianVector) for measure in (self.mu_x, self.mu_y))

    @property
    def budget(self) -> Budget:
        """What pays for values of the kernel; without limits if it has none."""
        return self.given.budget or Budget()

    @cached_property
    def tolerances(self) -> Tolerances:
        """All that follows from `rtol`, and from the rounding of values of h."""
        return Tolerances(self.rtol, self.given.eps)

    @cached_property
    def sides(self) -> tuple[Side, Side]:
        """The points on either side, and the values that functions have there."""
        return sides(self.kernel, self.mu_x, self.mu_y)

    @cached_property
    def domain(self) -> Domain:
        """Where h has its energy, for kernels of numbers."""
        return find_domain(self.kernel, *self.lines, self.rtol)

    @cached_property
    def structure(self) -> Structure:
        """What h turns out to be, for kernels of numbers."""
        return find_structure(self.given, self.domain, *self.lines)

    @cached_property
    def quadratic_exponent(self) -> QuadraticExponent | None:
        """What the polynomial is, for Gaussian kernels of numbers, the exponentials of polynomials of degree two."""
        return find_quadratic_exponent(self.kernel, *self.lines)

    @cached_property
    def broken(self) -> bool:
        """Whether h breaks along a curve, for kernels of numbers, by more than functions are to be resolved to."""
        return breaks_along_curve(self.kernel, self.domain, *self.lines, self.tolerances.functions)

    @cached_property
    def invariant(self) -> bool:
        """Whether h(Qx, Qy) = h(x, y) for rotations Q, as far as random points tell."""
        return is_invariant(self.kernel, self.mu_x, self.mu_y)

    @cached_property
    def inner_product(self) -> InnerProduct | None:
        """What a kernel of vectors is of <x, M y>, if it is a function of such a form under centred Gaussians."""
        return find_inner_product(self.kernel, self.mu_x, self.mu_y, self.sides,
                                  lambda: self.bilinear if self.affords_forms else None)

    @property
    def affords_forms(self) -> bool:
        """Whether there are the values that it takes to find a form, and then phi of it."""
        if self.invariant_black_box:
            return False
        budget = self.budget
        return (budget.values_left if self.given.dear else budget.evaluations_left) > self.values_of_forms

    @property
    def invariant_black_box(self) -> bool:
        """Whether h is a black box with h(Qx, Qy) = h(x, y): if it is a form's, then that of `function_of_product`."""
        return self.round and self.invariant and not isinstance(self.given, Elementwise)

    @property
    def values_of_forms(self) -> int:
        """How many values it takes to find a form, and then phi of it.

        These are some thousand where phi is remembered, and otherwise some millions, at many points with many digits.
        """
        size = max(side.measure.dim for side in self.sides)
        return 2 * (3000 + 96 * (size + 2) * size) if self.given.dear else 5_000_000

    @cached_property
    def known_phi(self) -> dict[float, float]:
        """Values of phi by their points, of a kernel that is a function of one number, where values are dear."""
        return {}

    @cached_property
    def random_pairs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Random pairs of points of a kernel of vectors, (n, p) and (n, q), and h there: they confirm what it is.

        400 values tell a mean square to a tenth, and a hundred to a fifth.
        """
        rng, count = np.random.default_rng(7), 100 if self.given.dear else 400
        x, y = (measure.sample(count, rng) for measure in (self.mu_x, self.mu_y))
        return x, y, self.kernel(x, y)

    @cached_property
    def pairs(self) -> RandomPairs:
        """Random pairs of coordinates of a kernel of numbers, which answers are held against where values are dear."""
        return RandomPairs(self.kernel, self.lines)

    @cached_property
    def bilinear(self) -> Bilinear | None:
        """What h is of a form that is affine in one vector or number, and linear in a centred Gaussian vector."""
        return find_bilinear(self.given, self.mu_x, self.mu_y)

    @cached_property
    def rare(self) -> bool:
        """Whether h differs from a constant at few pairs of vectors only, and probing does not see what it is."""
        return is_rare(self.given, self.mu_x, self.mu_y)

    @cached_property
    def coordinates(self) -> Coordinates:
        """The directions that h uses, and the components that it is a sum of, for kernels of vectors."""
        return find_coordinates(self.kernel, self.mu_x, self.mu_y)

    @cached_property
    def function_of_product(self) -> bool:
        """Whether an invariant h is a function of <x, y>, as far as random points tell."""
        return is_invariant_function_of_product(self.given, self.mu_x, self.mu_y)

    @cached_property
    def factors(self) -> Factors | None:
        """The kernels of numbers whose product h is; None if it is no product, or one that methods for vectors know.

        These are real functions of <x, y>, and in many dimensions of <x, y> and lengths. Where h differs from a
        constant at few pairs, probing does not see what it is.
        """
        known = isinstance(self.given, Elementwise) and (self.mu_x.dim > 3 or self.given.dtype.kind != "c")
        plain = not isinstance(self.given, BlockKernel | MatrixKernel) and not known and not self.of_numbers
        least = 4000 if self.given.dear else 0    # values of a smooth kernel of numbers, and of what finds factors
        if not plain or self.discrete or self.budget.values_left < least:
            return None
        found = find_factors(self.given, self.mu_x, self.mu_y)
        if found is None or self.budget.values_left < least * found.different or self.rare:
            return None
        # A thousand products reach farther than multiplets do in three dimensions at most. exp(i <x, y>) oscillates too
        # fast in log|x| for sectors: in R^2 they take 9 s, and have 45 values in place of 990.
        by_rotations = self.round and self.invariant and (self.mu_x.dim > 3 or (
            self.given.dtype.kind != "c" and self.function_of_product))
        return None if by_rotations else found

    @cached_property
    def summands(self) -> Factors | None:
        """The kernels of numbers whose sum h is; None if it is no sum, or one that methods for vectors know.

        Where values are dear, products of polynomials take fewer.
        """
        plain = not isinstance(self.given, Elementwise | BlockKernel | MatrixKernel) and not self.of_numbers
        if not plain or self.discrete or self.half_discrete or self.given.dear or not (
                self.mu_x.lines and self.mu_y.lines):
            return None
        if self.budget.evaluations_left < 5_000_000:    # two summands with their images, and the grid of h
            return None
        if (self.round and self.invariant) or self.rare:
            return None
        return find_summands(self.coordinates)

    def of_factor(self, factor: Factor) -> "Problem":
        """The problem of one of the factors, or summands, as accurately as all of them together need it.

        The values of a sum depend on all values of the summands, those of a product on as many as are wanted.
        """
        factors, most = (self.factors, self.max_rank) if self.factors is not None else (self.summands, None)
        return Problem(factor.kernel, *factor.laws, self.rtol / (len(factors.each) if factors else 1), most)

    def at(self, rtol: float) -> "Problem":
        """The same problem with another tolerance: what does not depend on that stays known where values are dear."""
        other = replace(self, rtol=rtol)
        if self.given.dear:
            vars(other).update({name: vars(self)[name] for name in _WHATEVER_RTOL if name in vars(self)})
        return other
