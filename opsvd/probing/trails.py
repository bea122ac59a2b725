"""Where two breaks that approach each other from slice to slice will meet, by extrapolation."""

from typing import NamedTuple

import numpy as np


class Trail(NamedTuple):
    """The last three places of pairs of breaks that approach each other, (m, 3) each: x, the middle and the distance.

    The first place may not be known: NaN.
    """

    first: np.ndarray
    before: np.ndarray
    now: np.ndarray

    @property
    def _derivatives(self) -> tuple[np.ndarray, np.ndarray]:
        """Divided differences of first order, at the last two places, and of second order, zero where not known."""
        first, before, now = self
        slope = (now - before) / (now - before)[:, :1]
        bend = (slope - (before - first) / (before - first)[:, :1]) / (now - first)[:, :1]
        return slope, np.where(np.isfinite(bend), bend, 0.0)

    @property
    def _end(self) -> tuple[np.ndarray, np.ndarray]:
        r"""How far in x the tangents meet, :math:`g / |g'|`, NaN if they part; and :math:`g g'' / g'^2`."""
        slope, bend = (part[:, 2] for part in self._derivatives)
        gap, step = self.now[:, 2], (self.now - self.before)[:, 0]
        slope = slope + step * bend
        slope = np.where(slope * step < 0.0, slope, np.nan)
        return -gap / slope, 2.0 * gap * bend / slope**2

    @property
    def ahead(self) -> np.ndarray:
        r"""How far in x the pairs meet; NaN if they part.

        A distance :math:`g = c\, d^p` has :math:`d = p\, g / |g'|` and :math:`p = (1 - g g'' / g'^2)^{-1}`.
        """
        # Curves that touch to a higher order are nearer to each other than nodes far from the point already.
        (tangent, curved), highest = self._end, 4.0
        return np.asarray(tangent / np.clip(1.0 - curved, 1.0 / highest, 1.0))

    @property
    def smooth(self) -> np.ndarray:
        """Whether the distance ends like a power of at least three quarters, and not like a root."""
        return np.asarray(self._end[1] > -1.0 / 3.0)

    def at(self, x: np.ndarray) -> np.ndarray:
        """The places at x, (m,), by quadratic extrapolation, or linear where the first is not known."""
        slope, bend = self._derivatives
        step, back = ((x - place[:, 0])[:, None] for place in (self.now, self.before))
        return np.asarray(self.now + step * (slope + back * bend))

    def followed(self, places: np.ndarray, good: np.ndarray) -> "Trail":
        """With further places of some of the pairs."""
        chosen = good[:, None]
        return Trail(np.where(chosen, self.before, self.first), np.where(chosen, self.now, self.before),
                      np.where(chosen, places, self.now))
