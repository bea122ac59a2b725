"""Functions of log|x| with a parity: where products xy are sums."""

import numpy as np

from ..measures import Gaussian
from .base import LineBasis
from .cardinal import CardinalFunctions
from .digits import SPARSE


class LogarithmicBasis(LineBasis):
    r"""Cardinal functions on an equidistant grid in :math:`u = \log(|x| / s)`, even or odd in x.

    With :math:`x = \pm s e^u` a function f of one parity has the half-density :math:`F(u) = f \sqrt{2 \rho\, |dx/du|}`,
    of norm one in :math:`L^2(du)` if f has norm one in :math:`L^2(\mu)`. The basis is

    .. math:: b_i(x) \sqrt{\rho(x)} = \frac{\{1, \operatorname{sign} x\}}{\sqrt{2 |x|}} \,
              \frac{1}{\sqrt h} D\Big(\frac{u - u_i}{h}\Big), \qquad
              D(t) = \frac{\sin \pi t}{N \sin(\pi t / N)},

    with D the cardinal function of trigonometric interpolation on [u_0 - h/2, u_{N-1} + h/2], N odd: a sinc function
    made periodic, so that the basis is exactly orthonormal on a finite interval. Outside of it the functions are zero.
    It carries every f whose F vanishes at both ends and has no frequencies above :math:`\pi / h`.

    Parameters
    ----------
    measure : Gaussian
        Of mean zero; its standard deviation is the unit s of x.
    step : float
        The distance h of the nodes in u.
    last : float
        The largest node :math:`u_{N-1}`.
    count : int
        The number N of nodes, odd.
    parity : int
        1 for even functions, -1 for odd ones.

    Notes
    -----
    The rule has the 2N nodes :math:`\pm s e^{u_i}`. Sums in the basis have a small absolute error in F, and therefore
    :math:`f = F / \sqrt{2 |x| \rho}` a large one where \|x\| is tiny, as where :math:`\rho` is: see `reliable`.
    """

    arguments = ("step", "last", "count", "parity")

    def __init__(self, measure: Gaussian, step: float, last: float, count: int, parity: int) -> None:
        self.measure: Gaussian = measure
        self.step, self.last, self.count, self.parity = step, last, count, parity
        self.grid = last - step * np.arange(count)[::-1]
        self._cardinal = CardinalFunctions(self.grid, step)
        self._low = float(measure.std * np.exp(self.grid[0] - 0.5 * step))
        x = measure.std * np.exp(self.grid)
        self.rule = measure.rule(np.concatenate([-x[::-1], x]), step * np.concatenate([x[::-1], x]))

    @property
    def size(self) -> int:
        """The number of nodes in u."""
        return self.count

    @property
    def interval(self) -> tuple[float, float]:
        """From end to end; a neighbourhood of zero is left out, see `reliable`."""
        end = self.measure.std * float(np.exp(self.last + 0.5 * self.step))
        return -end, end

    @property
    def panels(self) -> np.ndarray:
        """Up to eight steps, four wavelengths of the fastest function, on either side of zero."""
        # Panels are no wider than 0.8 in log|x|: there polynomials in x still follow powers of |x|.
        steps = min(8, max(1, int(0.8 / self.step)))
        ends = self.last + self.step * (0.5 - np.append(np.arange(0, self.count, steps), self.count))
        x = self.measure.std * np.exp(ends)
        return np.concatenate([-x, x[::-1]])

    def reliable(self, x: np.ndarray) -> np.ndarray:
        r"""Whether sums in the basis give f itself with at least eight digits: neither close to zero nor far out."""
        x = np.asarray(x, dtype=np.float64)
        sparse = np.sqrt(2.0 * np.abs(x)) * self.measure.sqrt_density(x) <= SPARSE
        return np.asarray((np.abs(x) >= self._low) & (np.abs(x) <= self.interval[1]) & ~sparse)

    @property
    def gap(self) -> float:
        """From where on `reliable` holds: the first half-step of the grid, or where the factor of F is too small."""
        return max(self._low, 0.5 * (SPARSE / float(self.measure.sqrt_density(np.zeros(())))) ** 2 * (1.0 + 1e-9))

    def half_density(self, x: np.ndarray) -> np.ndarray:
        """Interpolate in u."""
        u, factor = self._coordinate(np.asarray(x, dtype=np.float64))
        return np.asarray(self._cardinal(u) * factor[..., None])

    def combine(self, x: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
        """Interpolate sums in u, without the functions one by one."""
        u, factor = self._coordinate(np.asarray(x, dtype=np.float64))
        return np.asarray(self._cardinal.combine(u, coefficients) * factor[..., None])

    def _coordinate(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The coordinate u of points, and the factor from cardinal functions to half-densities."""
        with np.errstate(divide="ignore"):
            u = np.log(np.abs(x) / self.measure.std)
        # At zero, which is outside of the grid, all functions are zero.
        size = np.sqrt(2.0 * self.step * np.where(x == 0.0, 1.0, np.abs(x)))
        return u, np.asarray((np.sign(x) if self.parity < 0 else 1.0) / size)

    def analyse(self, samples: np.ndarray) -> np.ndarray:
        """The part of the samples that has this parity."""
        negative, positive = samples[:self.count][::-1], samples[self.count:]
        return np.asarray((positive + self.parity * negative) * np.sqrt(0.5))

    def synthesise(self, coefficients: np.ndarray) -> np.ndarray:
        """The coefficients on both sides of zero."""
        half = coefficients * np.sqrt(0.5)
        return np.concatenate([self.parity * half[::-1], half])
