"""The default method: Hermite polynomials while they work; then whatever the kernel turns out to need."""

from collections.abc import Generator, Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import Any

import numpy as np

from ..errors import KernelError, NotSquareIntegrableError
from ..operator.discretisation import Discretisation
from ..operator.problem import Problem
from .atoms import Atoms
from .base import Method
from .curved_stand_in import curved_stand_in
from .few_values import FewValues
from .finite_rank import FiniteRank
from .gaussian_kernel import GaussianKernel
from .logarithmic import Logarithmic
from .panel_rules import MOST_AT_POINTS, panel_tails
from .panels import Panels
from .polynomial_attempt import PolynomialAttempt
from .polynomials import DEGREES, Polynomials, degrees, galerkin
from .product_integration import ProductIntegration
from .quasi_random import QuasiRandom
from .ridge import Ridge
from .scaled_hermite import ScaledHermite, from_few_values
from .stand_in import stand_in
from .uniform import UniformPanels


class Auto(Method):
    """The first method that does it, after what the kernel turns out to be.

    Where there are so few values that what finds out about h takes most of them, polynomials take them all; of vectors
    and heavy tails one random matrix. Else two discrete measures take their atoms, and one on the line beside a
    discrete one takes panels. Under others:

    1. Orthonormal polynomials of degree 47 to 191, on circles to 1535, are given up if their coefficients decay too
       slowly: if the energy of those in the last third of the degrees, which is what the error bars will be about, is
       above the tolerance, and would be so too at the highest degree were the decay geometric.
    2. Under Gaussians, exponentials of polynomials of degree two have closed forms.
    3. A kernel of small rank takes integrals of functions of one variable.
    4. Under Gaussians, Hermite functions of other Gaussians do kernels that grow, oscillate, or have a short length.
    5. Functions of xy go to the logarithmic grid where the measures are smooth in log|x|, before that if they are
       bounded; under Gaussians, those of x + b y go to equal panels.
    6. Panels are tried unless slices of the kernel stay unresolved on many of them. Neither they nor Hermite functions
       of other Gaussians are tried where most of a few slices break, and not at the same points.
    7. The rest, broken along curves or narrow, goes to product integration.

    Where values are dear, another kernel may stand for h: pieces of a function of one variable, first of all, and cells
    between curves where polynomials of degree 47 do not do.

    The note of the result says what was chosen and why.
    """

    def in_quad(self) -> Method:
        """Polynomials, or logarithms."""
        from .quad_auto import QuadAuto  # few decompose in quadruple precision

        return QuadAuto()

    def discretisations(self, problem: Problem) -> Iterator[Discretisation]:
        """Yield from one method after the other, which share what the problem has found out."""
        if problem.discrete:
            return Atoms().discretisations(problem)
        if problem.budget.few:
            few = FewValues() if FewValues().refusal(problem) is None else QuasiRandom()
            return few.discretisations(problem)
        if problem.half_discrete:
            return self._of_atoms_and_line(problem)
        if problem.of_numbers:
            return self._of_numbers(problem)
        from .auto_vectors import discretisations_of_vectors  # forty files, of which numbers need none

        return discretisations_of_vectors(problem, self._of_numbers)

    def refusal(self, problem: Problem) -> str | None:
        """What is not for `Atoms`; there is a method for every other kernel."""
        return Atoms().refusal(problem) if problem.discrete else None

    def _of_atoms_and_line(self, problem: Problem) -> Iterator[Discretisation]:
        """Panels for all atoms; where they do not do, what other numbers need, or points where atoms are too many."""
        found = False
        for attempt in Atoms().discretisations(problem):
            found = True
            yield attempt
        if problem.few_edges:
            yield from self._of_numbers(problem)
        elif not found:
            yield from QuasiRandom().discretisations(problem)

    def _of_numbers(self, problem: Problem) -> Generator[Discretisation, Any, None]:
        """What a kernel of numbers needs."""
        try:
            _ = problem.domain
        except (KernelError, NotSquareIntegrableError):    # floats do not reach the energy, or the ridge is too narrow
            if not self._is_gaussian(problem):
                raise
            yield from GaussianKernel().discretisations(problem)
            return
        done = (yield from self._of_few_values(problem)) if problem.given.dear else False
        if not done:
            reason = yield from self._of_polynomials(problem)
            if reason is None:
                return
            for finer in self._later(problem):
                yield replace(finer, note=f"{finer.note} (auto: {reason}; {problem.structure})")

    def _of_polynomials(self, problem: Problem) -> Generator[Discretisation, Any, str | None]:
        """Orthonormal polynomials, while they promise anything; return what is against more, or None if all is done.

        Where values are dear, curves come before degrees that promise too little.
        """
        reason = "a measure has few polynomials of finite norm"
        name = "Hermite coefficients" if problem.gaussian else "coefficients of orthonormal polynomials"
        tried = degrees(problem) if Polynomials().refusal(problem) is None else ()
        curves = problem.given.dear
        attempt: PolynomialAttempt | None = None
        for degree, following in zip_longest(tried, tried[1:]):
            before, attempt = attempt, PolynomialAttempt(problem, degree)
            promising = following is not None and self._promising(attempt, before, following)
            if curves and degree >= DEGREES[1] and attempt.tail > problem.tolerances.left_out and not (
                    promising or self._smooth(attempt, before)):
                curves = False
                if (yield from self._between_curves(problem)):
                    return None
            if attempt.tail <= problem.tolerances.coefficients and not promising:
                yield galerkin(attempt, f" (auto: the {name} decay to {attempt.tail:.0e})")
            reason = f"the last {name}, to degree {degree}, are still {attempt.tail:.0e} of all"
            hopeless = (self._takes_logarithms(problem) if degree == DEGREES[0] else
                        attempt.tail_at(tried[-1]) > problem.rtol)
            if degree == DEGREES[0] and problem.gaussian and not hopeless:
                for found in from_few_values(problem, attempt):
                    yield replace(found, note=f"{found.note} (auto: {reason})")
            # The higher degrees of circles are for coefficients that do decay geometrically.
            if hopeless or (before is not None and DEGREES[-1] <= degree < tried[-1] and not attempt.geometric(before)):
                break
        if curves and not self._takes_logarithms(problem) and (yield from self._between_curves(problem)):
            return None
        return reason

    @staticmethod
    def _promising(attempt: PolynomialAttempt, before: PolynomialAttempt | None, following: int) -> bool:
        """Whether the next degree is worth its values, where these are dear, as more of them will have decayed by far.

        It costs less than the images that an answer of fewer polynomials asks for.
        """
        problem = attempt.problem
        return problem.given.dear and problem.gaussian and (before is None or Auto._falls(attempt, before)) and (
            attempt.tail_at(following) <= problem.tolerances.left_out**1.5 < attempt.tail)

    @staticmethod
    def _smooth(attempt: PolynomialAttempt, before: PolynomialAttempt | None) -> bool:
        """Whether coefficients fall as those of smooth functions do, and twice the degree is nearly enough.

        The logarithm of their tail then grows by 1.3 at twice the degree, by 1.2 at the most where h breaks
        (benchmarks/dear_kernels.py). To degree 47 they take 3000 values, to 95 12 000, and curves 10 000.
        """
        twice = attempt.tail**1.3
        return before is not None and Auto._falls(attempt, before) and (
            twice <= 2.0 * attempt.problem.tolerances.left_out)

    @staticmethod
    def _falls(attempt: PolynomialAttempt, before: PolynomialAttempt) -> bool:
        """Whether the tail of coefficients falls as that of smooth functions does: see `_smooth`."""
        more = (attempt.degree + 1) / (before.degree + 1)
        return bool(attempt.tail <= before.tail ** (more**0.32))    # by 1.25 at twice the degree

    def _between_curves(self, problem: Problem) -> Generator[Discretisation, Any, bool]:
        """Polynomials between curves in place of h, if they do; return whether that is all."""
        with problem.budget.nothing_kept():
            found = curved_stand_in(problem)
        if found is None:
            return False
        yield from found.discretisations(self._coarse_first(found.problem))
        return found.enough

    def _coarse_first(self, problem: Problem) -> Generator[Discretisation, Any, None]:
        """An answer that is there soon, and then what a kernel of numbers needs, which may take all of the time."""
        yield UniformPanels(10).discretisation(problem)
        yield from self._of_numbers(problem)

    def _of_few_values(self, problem: Problem) -> Generator[Discretisation, Any, bool]:
        """Where values are dear, what takes few of them: another kernel in place of h, or finite ranks.

        Return whether that is all.
        """
        with problem.budget.nothing_kept():
            found = stand_in(problem)
        if found is not None:
            yield from found.discretisations(self._of_numbers(found.problem))
            return found.enough
        done = False
        for attempt in FiniteRank().discretisations(problem) if problem.structure.skeleton is not None else ():
            done = True
            yield attempt
        return done

    @staticmethod
    def _takes_logarithms(problem: Problem) -> bool:
        """Whether h is a bounded function of xy: logarithmic coordinates take fewer values than high degrees do."""
        return problem.structure.product and not problem.domain.widened and Logarithmic().refusal(problem) is None

    @staticmethod
    def _is_gaussian(problem: Problem) -> bool:
        """Whether h is a Gaussian kernel under Gaussians; not looked at where values are dear."""
        return problem.gaussian and not problem.given.dear and problem.quadratic_exponent is not None

    def _later(self, problem: Problem) -> Iterator[Discretisation]:
        """What comes after Hermite polynomials."""
        if self._is_gaussian(problem):
            yield from GaussianKernel().discretisations(problem)
        if not (problem.structure.product and Logarithmic().refusal(problem) is None and problem.gaussian):
            for found in FiniteRank().discretisations(problem):
                yield found
                if found.remark:    # what it has not resolved, others do not
                    return
        yield from self._of_higher_rank(problem)

    def _of_higher_rank(self, problem: Problem) -> Iterator[Discretisation]:
        """What comes after finite ranks."""
        resolved = False    # as a ridge function, for which product integration would do no more
        for method in self._of_few_variables(problem):
            for attempt in method.discretisations(problem) if method.refusal(problem) is None else ():
                resolved = isinstance(method, Ridge)
                yield attempt
        for attempt in () if problem.broken else Panels().discretisations(problem):
            matrix = attempt.blocks[0].matrix
            tails = np.concatenate([panel_tails(matrix), panel_tails(matrix.T)])
            # A singular point leaves a few panels unresolved, a break along a curve most of them.
            if np.count_nonzero(tails > problem.tolerances.coefficients * np.linalg.norm(matrix)) > MOST_AT_POINTS:
                break
            yield attempt
        if not resolved:
            yield from ProductIntegration().discretisations(problem)

    @staticmethod
    def _of_few_variables(problem: Problem) -> Iterator[Method]:
        """Methods for functions of xy, for those of x + b y, and for what is smooth at one scale."""
        form, grows, dear = problem.structure.linear_form, problem.domain.widened, problem.given.dear
        product = problem.structure.product and Logarithmic().refusal(problem) is None
        if product and not grows:
            yield Logarithmic()
        if form is not None and dear:    # which takes some hundred values, and gives fewer digits
            yield Ridge(form[1])
        if not problem.broken:    # of a ridge function the leading values are had otherwise
            yield ScaledHermite(leading=form is None)
        if product and grows:    # what grows takes Hermite functions first
            yield Logarithmic()
        if form is not None and not dear:
            yield Ridge(form[1])
