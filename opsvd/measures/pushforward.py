"""Images of measures on the line under monotone maps."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .._support.user_function import UserFunction, real_values
from .._support.validation import described, function, points
from .base import LARGEST_COORDINATE
from .line import LineMeasure, require_line


class Pushforward(LineMeasure):
    r"""The law of x = m(y), y under another measure on the line, for a strictly monotone map m.

    The coordinate, the density and the polynomials are those of the other measure, so that nothing is lost where m is
    steep or flat. Where m decreases the coordinate is turned about zero. Values of m beyond 1e150 are cut off there.

    Parameters
    ----------
    measure : LineMeasure
        Of y.
    map : callable
        The map m: arrays y, (...), -> points x, (...).
    inverse : callable
        The inverse of m: arrays x, (...), -> y, (...).

    Raises
    ------
    TypeError
        If `measure` is not one on the line, or `map` or `inverse` not callable.
    ValueError
        If `map` is not finite and strictly monotone, or `inverse` does not undo it, at 41 quantiles of the measure.
    KernelError
        If `map` or `inverse` changes its argument, or returns anything but real numbers.

    Notes
    -----
    It holds functions, and a file cannot: results under it cannot be saved. `LogNormal` is one that can.

    Examples
    --------
    >>> import numpy as np
    >>> from opsvd import Pushforward, Uniform
    >>> mu = Pushforward(Uniform(), lambda y: y**3, np.cbrt)
    >>> rule = mu.gauss_rule(10)
    >>> print(round(float(rule.weights @ mu.points(rule.nodes)), 10))    # E[y^3]
    0.25
    """

    arguments: tuple[str, ...] = ("measure", "map", "inverse")

    def __init__(self, measure: LineMeasure, map: Callable[..., Any], inverse: Callable[..., Any]) -> None:  # noqa: A002 -- it is one
        self.measure = require_line(measure, "measure")
        self.map, self.inverse = (function(one, name, f"{name}(array)", "np.exp", 1) for one, name in
                                  ((map, "map"), (inverse, "inverse")))
        self._turn = self._checked()
        self.most_polynomials = self.measure.most_polynomials
        self.uncertainty = self.measure.uncertainty
        self.edges = np.sort(self._turn * self.measure.edges)
        self.symmetry = self._symmetry()

    def state(self) -> dict[str, Any]:
        """Refuse, or give the arguments of a subclass.

        Raises
        ------
        TypeError
            If it is made of functions.
        """
        if type(self).arguments == Pushforward.arguments:
            raise TypeError("a measure must be made of numbers to be saved, got a Pushforward, which holds functions; "
                            "save the values alone with numpy.savez, or use opsvd.LogNormal if that is meant")
        return super().state()

    def _checked(self) -> float:
        """1.0 if the map rises, and -1.0 if it falls; or raise."""
        p = np.concatenate([[1e-6], np.linspace(0.0, 1.0, 41)[1:-1], [1.0 - 1e-6]])
        y = self.measure.points(self.measure.quantile(p))
        y = y[np.append(True, np.diff(y) > 0.0)]
        x = self._mapped("map", y)
        if x.shape != y.shape or not np.isfinite(x).all():
            raise ValueError(f"map must give a finite number for each of its points, got {described(x)} for y = "
                             f"{described(y)}; write it with numpy's functions, and let it take the whole support")
        steps = np.sign(np.diff(x))
        if not (steps == steps[0]).all() or steps[0] == 0.0:
            i = int(np.argmax(steps != steps[0])) if steps[0] else 0
            raise ValueError(f"map must rise or fall throughout, got map({y[i]:.6g}) = {x[i]:.6g} and "
                             f"map({y[i + 1]:.6g}) = {x[i + 1]:.6g}; make a Mixture of the parts on which it does, or "
                             f"use opsvd.Density")
        back = self._mapped("inverse", x)
        apart = np.abs(back - y) if back.shape == y.shape else np.full(len(y), np.inf)
        spread = float(np.diff(np.quantile(y, [0.25, 0.75]))[0])
        if not (apart <= 1e-6 * (np.abs(y) + spread)).all():    # a map may lose digits where it is flat
            i = int(np.argmax(np.where(np.isfinite(apart), apart, np.inf)))
            found = f"{back[i]:.6g}" if back.shape == y.shape else described(back)
            raise ValueError(f"inverse must undo map, got inverse(map({y[i]:.6g})) = inverse({x[i]:.6g}) = "
                             f"{found}; pass the inverse function of map")
        return float(steps[0])

    def _mapped(self, name: str, points: np.ndarray) -> np.ndarray:
        """What the map or its inverse makes of points."""
        values = real_values(UserFunction(getattr(self, name), name)(points), name).astype(np.float64, copy=False)
        return np.asarray(np.clip(values, -LARGEST_COORDINATE, LARGEST_COORDINATE))

    def _symmetry(self) -> float | None:
        """The point about which it is symmetric: the measure of y is so, and the map is odd about its middle."""
        middle = self.measure.symmetry
        if middle is None or not self.measure.plain:
            return None
        y = self.measure.points(self.measure.quantile(np.linspace(0.5, 1.0 - 1e-6, 41)[1:])) - middle
        place, right, left = (self._mapped("map", middle + part) for part in (np.zeros(1), y, -y))
        odd = np.abs(right + left - 2.0 * place) <= 1e-14 * np.maximum(np.abs(right), np.abs(left))
        return float(place[0]) if odd.all() else None

    @property
    def span(self) -> tuple[float, float]:
        """That of the measure of y, turned where the map falls."""
        low, high = self.measure.span
        return (low, high) if self._turn > 0.0 else (-high, -low)

    @property
    def center(self) -> float:
        """That of the measure of y."""
        return self._turn * self.measure.center

    @property
    def scale(self) -> float:
        """That of the measure of y."""
        return self.measure.scale

    def sqrt_density(self, t: np.ndarray) -> np.ndarray:
        """The square root of the density of t."""
        return self.measure.sqrt_density(self._turn * points(t, "t", 1))

    def points(self, t: np.ndarray) -> np.ndarray:
        """The points x of coordinates t."""
        return self._mapped("map", self.variable(t))

    def coordinate(self, x: np.ndarray) -> np.ndarray:
        """The coordinates t of points x."""
        return self.coordinate_of_variable(self._mapped("inverse", np.asarray(x, dtype=np.float64)))

    def box(self, tol: float) -> tuple[float, float]:
        """That of the measure of y."""
        low, high = self.measure.box(tol)
        return (low, high) if self._turn > 0.0 else (-high, -low)

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw n independent points x, shape (n,)."""
        return self._mapped("map", self.measure.sample(n, rng))

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """The coordinates t below which there is the part p of the mass."""
        p = np.asarray(p, dtype=np.float64)
        return self._turn * self.measure.quantile(p if self._turn > 0.0 else 1.0 - p)

    def variable(self, t: np.ndarray) -> np.ndarray:
        """The variable of the polynomials of y."""
        return self.measure.points(self._turn * np.asarray(t, dtype=np.float64))

    def coordinate_of_variable(self, v: np.ndarray) -> np.ndarray:
        """The inverse of `variable`."""
        return self._turn * self.measure.coordinate(v)

    def recurrence(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """That of the measure of y."""
        return self.measure.recurrence(n)
