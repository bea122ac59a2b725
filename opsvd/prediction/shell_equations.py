r"""The equations of the free law of sampled matrices, at any complex :math:`\sigma^2`, solved by Newton's method."""

import math
import warnings
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..errors import ConvergenceWarning

_ROUNDING = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class ShellEquations:
    r"""The equations for D and E of `RadialEquivalent`, for an operator whose squared norm is one.

    At :math:`z = \sigma^2` off the positive axis, with :math:`H_l = F_l G_l^T`, and the functions that are not in
    levels as noise of energy :math:`T_{pq}`,

    .. math:: D_p (1 + a_p / n w_p) = 1, \qquad E_q (1 + b_q / m v_q) = 1, \qquad \sum_p D_p a_p = \mathrm{df}(z),

    where :math:`a_p = \sum_l N_l [F_l Q_l (P_l Q_l - z)^{-1} F_l^T]_{pp} - (T E)_p / z` with
    :math:`P_l = F_l^T D F_l` and :math:`Q_l = G_l^T E G_l`, and :math:`b_q` with the sides exchanged. Derivatives of
    these are squares of matrices that are needed anyway, so that Newton's method costs little more than iteration.

    Attributes
    ----------
    of_x, of_y : ndarray, shape (L, p, r) and (L, q, r)
        The factors F and G of the levels.
    multiplicities : ndarray, shape (L,)
    tail : ndarray, shape (p, q)
    points : ndarray, shape (p + q,)
        The expected numbers of points in the shells of x, and of y.
    rank : int
        How many singular values are not zero.
    """

    of_x: np.ndarray
    of_y: np.ndarray
    multiplicities: np.ndarray
    tail: np.ndarray
    points: np.ndarray
    rank: int

    def counts(self) -> tuple[np.ndarray, np.ndarray, bool]:
        r"""Points :math:`u = \log \sigma^2`, shape (j,), and how many singular values there are there for a unit of u.

        A bool says whether these are all, or the points end where inverses lose their digits.

        The counts are the imaginary part of df just above the positive axis, over pi. It is followed along arcs from
        the negative axis to the angles 0.16, 0.08 and 0.04, where Newton's method starts from the angle before, and is
        extrapolated to the angle zero by a quadratic polynomial. At an angle a the counts are those on the axis, seen
        through a Lorentzian of the width a: hence the steps in u, which are halved as the angles are.
        """
        u, scales, complete = self._on_the_negative_axis()
        from scipy.interpolate import CubicSpline  # importing opsvd would take a fifth longer
        seen: list[CubicSpline] = []
        last, solved = math.pi, True
        for angle in (2.5, 1.9, 1.28, 0.64, 0.32, 0.16, 0.08, 0.04):
            while u[1] - u[0] > angle:
                finer = np.linspace(u[0], u[-1], 2 * u.size - 1)
                u, scales = finer, CubicSpline(u, scales)(finer)
            scales, degrees, good = self._followed(u, scales, last, angle)
            last, solved = angle, solved and bool(good.all())
            seen.append(CubicSpline(u, degrees.imag / math.pi))
        if not solved:
            warnings.warn("the equations of the law were not solved everywhere: quantiles and densities may be wrong; "
                          "the nuclear norm and the effective rank do not depend on it", ConvergenceWarning,
                          stacklevel=4)
        # Half of the steps again, so that sums over them are integrals to a thousandth.
        u = np.linspace(u[0], u[-1], 2 * u.size - 1)
        return u, (8.0 * seen[-1](u) - 6.0 * seen[-2](u) + seen[-3](u)) / 3.0, complete

    def _on_the_negative_axis(self) -> tuple[np.ndarray, np.ndarray, bool]:
        """Points u that increase, D and E at the squares -e^u, which are real there, and whether all values are above.

        They begin where less than 2 per cent of a value can lie above, and end where less than half of one can lie
        below, or where inverses lose their digits.
        """
        # D and E are one above all values. The squared norm is one, and no value is 100 times as large.
        u, scales, found = math.log(1e4), np.ones((1, self.points.size)), []
        # P Q has the norm one at most, so that the inverse of P Q - z has relative errors of rounding / |z|: here one
        # per cent at most. Steps of Newton's method are wrong by 1e-5 then, and must come below 1e-4.
        while u > math.log(100.0 * _ROUNDING):
            scales, degrees, _ = self._solved(scales, np.exp([u]))
            found.append((u, scales[0], float(degrees[0])))
            # Of values beyond a point at least half is counted there.
            complete = self.rank - float(degrees[0]) < min(0.25, 0.01 * self.rank)
            if complete:
                break
            u -= 0.5
        above = sum(degrees < 0.01 for _, _, degrees in found)
        kept = found[max(min(above, len(found) - 4) - 1, 0):][::-1]    # four at least, for a cubic spline
        return np.array([one[0] for one in kept]), np.array([one[1] for one in kept], dtype=np.complex128), complete

    def _followed(self, u: np.ndarray, scales: np.ndarray, start: float, end: float, halvings: int = 5
                  ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """D and E and df at an angle, from those at another, by way of angles between where that goes astray."""
        after, degrees, good = self._solved(scales, -np.exp(u + 1j * end))
        # In the upper half-plane each shell's part of df has a positive imaginary part: other solutions have not.
        good &= (after.imag < 0.0).all(axis=1)
        if halvings and not good.all():
            bad, middle = ~good, math.sqrt(start * end)
            halfway = self._followed(u[bad], scales[bad], start, middle, halvings - 1)[0]
            after[bad], degrees[bad], good[bad] = self._followed(u[bad], halfway, middle, end, halvings - 1)
        return after, degrees, good

    def _solved(self, scales: np.ndarray, squares: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """D and E, (j, p + q), and df, (j,), at j values of -z, from guesses, and where Newton's method converged."""
        # So many together that arrays take some megabytes.
        parts = [self._solved_together(scales[chosen], squares[chosen]) for chosen in np.array_split(
            np.arange(squares.size), 1 + squares.size * self.multiplicities.size * self.tail.size // 2**16)]
        after, degrees, good = zip(*parts, strict=True)
        return np.concatenate(after), np.concatenate(degrees), np.concatenate(good)

    def _solved_together(self, scales: np.ndarray, squares: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        for _ in range(30):    # from a neighbouring angle three or four suffice
            change, degrees = self._step(scales, squares)
            size = np.abs(change / scales).max(axis=1)
            # At most half of the way to zero.
            scales = scales - change * np.minimum(1.0, 0.5 / np.maximum(size, 0.5))[:, None]
            if (size < 1e-4).all():    # whose square is what is then left
                break
        return scales, degrees, size < 1e-4

    def _step(self, scales: np.ndarray, squares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """By how much a step of Newton's method lowers D and E, and df before it."""
        first, counts = self.of_x.shape[1], self.multiplicities
        d, e, t = scales[:, :first], scales[:, first:], squares[:, None]
        sums = partial(np.einsum, optimize=True)
        p, q = sums("lpa,jp,lpb->jlab", self.of_x, d, self.of_x), sums("lqa,jq,lqb->jlab", self.of_y, e, self.of_y)
        inverse = np.linalg.inv(squares[:, None, None, None] * np.eye(p.shape[-1]) + p @ q)
        turned_x, turned_y = self.of_x.swapaxes(-1, -2), self.of_y.swapaxes(-1, -2)
        xx, yy = self.of_x @ (q @ inverse) @ turned_x, self.of_y @ (inverse @ p) @ turned_y
        xy = self.of_x @ inverse.swapaxes(-1, -2) @ turned_y
        a = sums("l,jlpp->jp", counts, xx) + e @ self.tail.T / t
        b = sums("l,jlqq->jq", counts, yy) + d @ self.tail / t
        cross = sums("l,jlpq->jpq", counts, xy**2) * t[..., None] + self.tail / t[..., None]
        slopes = np.concatenate([
            np.concatenate([-sums("l,jlpr->jpr", counts, xx**2), cross], axis=2),
            np.concatenate([cross.swapaxes(1, 2), -sums("l,jlqs->jqs", counts, yy**2)], axis=2)], axis=1)
        sides = np.concatenate([a, b], axis=1) / self.points
        # Written as D = 1 / (1 + a / n w), which loses no digits as D becomes small.
        right = 1.0 / (1.0 + sides)
        jacobian = np.eye(scales.shape[1]) + (right**2 / self.points)[..., None] * slopes
        return np.linalg.solve(jacobian, (scales - right)[..., None])[..., 0], (d * a).sum(axis=1)


def shell_equations(levels: np.ndarray, multiplicities: np.ndarray, masses: tuple[np.ndarray, np.ndarray],
                    tail: np.ndarray, sizes: tuple[int, int]) -> ShellEquations:
    """Build the equations from the matrices between shells, (L, p, q); the energy need not be one.

    Energies below the rounding of their sum are left out: values so small are not known.
    """
    energy = float(multiplicities @ (levels**2).sum(axis=(1, 2)) + tail.sum())
    if not len(levels):    # noise alone: a level that stands zero times
        levels, multiplicities = np.zeros((1, *tail.shape)), np.zeros(1)
    u, s, vt = np.linalg.svd(levels / math.sqrt(energy), full_matrices=False)
    kept = multiplicities[:, None] * s**2 > _ROUNDING
    width = int(kept.sum(axis=1).max(initial=1))
    roots = np.sqrt(s * kept)[:, None, :width]
    noise = tail / energy if tail.sum() > _ROUNDING * energy else np.zeros_like(tail)
    rank = min(*sizes, math.inf if noise.any() else float(multiplicities @ kept.sum(axis=1)))
    return ShellEquations(u[..., :width] * roots, vt.swapaxes(-1, -2)[..., :width] * roots, multiplicities, noise,
                          points_in_shells(masses, sizes), int(rank))


def points_in_shells(masses: tuple[np.ndarray, np.ndarray], sizes: tuple[int, int]) -> np.ndarray:
    """The expected numbers of points in the shells of x, and of y: shape (p + q,)."""
    return np.concatenate([size * mass for size, mass in zip(sizes, masses, strict=True)])
