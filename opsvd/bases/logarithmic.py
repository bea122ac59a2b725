"""Functions of log|x| with a parity, or of positive numbers: where products xy are sums."""

import numpy as np

from ..measures import LineMeasure, LogarithmicLine
from ..quadrature import joined
from .base import LineBasis
from .cardinal import CardinalFunctions
from .digits import SPARSE


class LogarithmicBasis(LineBasis):
    r"""Cardinal functions on an equidistant grid in :math:`u = \log(|x| / s)`: even or odd in x, or each of one sign.

    With :math:`x = \pm s e^u` a function f of one parity has the half-density :math:`F(u) = f \sqrt{2 \rho\, |dx/du|}`,
    of norm one in :math:`L^2(du)` if f has norm one in :math:`L^2(\mu)`. The basis is

    .. math:: b_i(x) \sqrt{\rho(x)} = \frac{\{1, \operatorname{sign} x\}}{\sqrt{2 |x|}} \,
              \frac{1}{\sqrt h} D\Big(\frac{u - u_i}{h}\Big), \qquad
              D(t) = \frac{\sin \pi t}{N \sin(\pi t / N)},

    with D the cardinal function of trigonometric interpolation on [u_0 - h/2, u_{N-1} + h/2], N odd: a sinc function
    made periodic, so that the basis is exactly orthonormal on a finite interval. Outside of it the functions are zero.
    It carries every f whose F vanishes at both ends and has no frequencies above :math:`\pi / h`. Functions of one sign
    have no factor of two: N of positive numbers, and before them N of negative ones if the measure has these.

    Parameters
    ----------
    measure : LineMeasure
        Symmetric about zero, or of positive numbers; see `opsvd.measures.LogarithmicLine` for the unit s of x.
    step : float
        The distance h of the nodes in u.
    last : float
        The largest node :math:`u_{N-1}`.
    count : int
        The number N of nodes, odd.
    parity : int
        1 for even functions, -1 for odd ones, 0 for functions of one sign.

    Notes
    -----
    The rule has the 2N nodes :math:`\pm s e^{u_i}`, or N positive ones. Sums in the basis have a small absolute error
    in F, and therefore :math:`f = F / \sqrt{2 |x| \rho}` a large one where \|x\| is tiny, as where :math:`\rho` is: see
    `reliable`.
    """

    arguments = ("step", "last", "count", "parity")

    def __init__(self, measure: LineMeasure, step: float, last: float, count: int, parity: int) -> None:
        self.measure, self.line = measure, LogarithmicLine(measure)
        self.step, self.last, self.count, self.parity = step, last, count, parity
        self.grid = last - step * np.arange(count)[::-1]
        self._cardinal = CardinalFunctions(self.grid, step)
        self._low = float(self.line.points(self.grid[0] - 0.5 * step))
        weights = np.full(count, step)
        self.rule = self.line.rule(self.grid, weights)
        if self.line.symmetric:
            self.rule = joined(self.line.rule(self.grid[::-1], weights, -1.0), self.rule)

    @property
    def size(self) -> int:
        """The number of nodes in u, twice if each sign has functions of its own."""
        return 2 * self.count if self._half_lines_apart else self.count

    @property
    def _half_lines_apart(self) -> bool:
        return self.line.symmetric and self.parity == 0

    @property
    def _end(self) -> float:
        return float(self.line.points(np.array(self.last + 0.5 * self.step)))

    @property
    def interval(self) -> tuple[float, float]:
        """From end to end; a neighbourhood of zero is left out, see `reliable`."""
        low, high = self.measure.coordinate(np.array([-self._end if self.line.symmetric else self._low, self._end]))
        return float(low), float(high)

    @property
    def panels(self) -> np.ndarray:
        """Up to eight steps, four wavelengths of the fastest function, on either side of zero."""
        # Panels are no wider than 0.8 in log|x|: there polynomials in x still follow powers of |x|.
        steps = min(8, max(1, int(0.8 / self.step)))
        x = self.line.points(self.last + self.step * (0.5 - np.append(np.arange(0, self.count, steps), self.count)))
        return self.measure.coordinate(np.concatenate([-x, x[::-1]]) if self.line.symmetric else x[::-1])

    def reliable(self, x: np.ndarray) -> np.ndarray:
        r"""Whether sums in the basis give f itself with at least eight digits: neither close to zero nor far out."""
        size = np.abs(self.measure.points(np.asarray(x, dtype=np.float64)))
        inside = (size >= self._low) & (size <= self._end)
        u = np.log(np.where(inside, size, self.line.unit) / self.line.unit)
        return np.asarray(inside & (self.line.weight(u) > SPARSE))

    @property
    def gap(self) -> float:
        """From where on `reliable` holds: the first half-step of the grid, or where the factor of F is too small."""
        u = np.log(self._low / self.line.unit) + 0.01 * np.arange(1 + int(100.0 * self.count * self.step))
        dense = u[np.argmax(self.line.weight(u) > SPARSE)]
        return max(self._low, float(self.line.points(dense)))

    def half_density(self, x: np.ndarray) -> np.ndarray:
        """Interpolate in u."""
        u, sign, factor = self._place(np.asarray(x, dtype=np.float64))
        values = np.asarray(self._cardinal(u) * factor[..., None])
        return self._of_sign(sign, values[..., ::-1], values) if self._half_lines_apart else values

    def combine(self, x: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Interpolate sums in u, without the functions one by one."""
        u, sign, factor = self._place(np.asarray(x, dtype=np.float64))
        if not self._half_lines_apart:
            return np.asarray(self._cardinal.combine(u, coefficients) * factor[..., None])
        values = np.empty((*u.shape, coefficients.shape[1]), coefficients.dtype)
        for there, part in ((sign < 0.0, coefficients[self.count - 1::-1]), (sign >= 0.0, coefficients[self.count:])):
            values[there] = self._cardinal.combine(u[there], part)
        return np.asarray(values * factor[..., None])

    @staticmethod
    def _of_sign(sign: np.ndarray, negative: np.ndarray, positive: np.ndarray) -> np.ndarray:
        """Functions of negative numbers, and of positive ones, each zero at the others."""
        below = sign[..., None] < 0.0
        return np.concatenate([np.where(below, negative, 0.0), np.where(below, 0.0, positive)], axis=-1)

    def _place(self, t: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The coordinate u of points, their sign, and the factor from cardinal functions to half-densities."""
        # At zero, which is outside of the grid, all functions are zero.
        u, sign, slope = self.line.place(t)
        factor = np.sqrt(slope / (self.step if self.parity == 0 else 2.0 * self.step))
        return u, sign, np.asarray(sign * factor if self.parity < 0 else factor)

    def analyse(self, samples: np.ndarray) -> np.ndarray:
        """The part of the samples that has this parity."""
        if self.parity == 0:
            return samples
        negative, positive = samples[:self.count][::-1], samples[self.count:]
        return np.asarray((positive + self.parity * negative) * np.sqrt(0.5))

    def synthesise(self, coefficients: np.ndarray) -> np.ndarray:
        """The coefficients on both sides of zero."""
        if self.parity == 0:
            return coefficients
        half = coefficients * np.sqrt(0.5)
        return np.concatenate([self.parity * half[::-1], half])
