"""Random kernels, built together with the curves along which they break, and their spectra by brute force.

A kernel is drawn as text, so that a failing one can be read and pasted. Sums of smooth functions times functions that
jump or bend along a line, a parabola, an ellipse or a hyperbola; maxima of linear forms; small networks of rectified
units; all under shifted Gaussians. The reference knows where they break, and shares nothing with the methods of opsvd.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
from references import Breaks, spectrum

from opsvd.measures import Gaussian

__all__ = ["RandomKernel", "draw_kernel", "either", "excess", "reference", "uniform"]

# Widths of the smallest panel at the tangent of a curve, beside the flat point of a hyperbola, and at a corner.
_TANGENT, _FLAT, _CORNER = 1e-4, 0.01, 1.0
# Width of the smallest piece of an integral beside a line along which h is steep.
_STEEP = 0.02
_LEADING = 8

Graph = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Curve:
    """The curve u(x, y) = 0: its form as text, its graphs (n,) -> (n, k), and points that make functions singular."""

    text: str
    y_at: Graph = field(repr=False)
    x_at: Graph = field(repr=False)
    x_points: dict[float, float] = field(default_factory=dict)
    y_points: dict[float, float] = field(default_factory=dict)


@dataclass(frozen=True)
class RandomKernel:
    """A kernel as text, its measures, and where it breaks; it goes to `references.spectrum` as a problem does."""

    text: str
    mu_x: Gaussian
    mu_y: Gaussian
    breaks: Breaks = field(repr=False)

    @property
    def h(self) -> Callable[..., Any]:
        """The kernel, from its text."""
        return eval(f"lambda x, y: {self.text}", {"np": np})  # noqa: S307 - the text is drawn below

    def __str__(self) -> str:
        """As it would be typed."""
        return f"lambda x, y: {self.text}, {self.mu_x!r}, {self.mu_y!r}"


# ----------------------------------------------------------------------------------------------------------------------
# Curves


def _pair(middle: float, root: np.ndarray) -> np.ndarray:
    return middle + np.stack([root, -root], axis=1)


def _line(a: float, b: float, c: float) -> Curve:
    return Curve(f"({a} * x + {b} * y - {c})",
                 lambda x: ((c - a * x) / b)[:, None], lambda y: ((c - b * y) / a)[:, None])


def _parabola(p: float, q: float, r: float) -> Curve:
    return Curve(f"(y - {p} * (x - {q}) ** 2 - {r})", lambda x: (p * (x - q) ** 2 + r)[:, None],
                 lambda y: _pair(q, np.sqrt((y - r) / p)), {q: _FLAT}, {r: _TANGENT})


def _ellipse(p: float, q: float, a: float, b: float) -> Curve:
    return Curve(f"(((x - {p}) / {a}) ** 2 + ((y - {q}) / {b}) ** 2 - 1)",
                 lambda x: _pair(q, b * np.sqrt(1 - ((x - p) / a) ** 2)),
                 lambda y: _pair(p, a * np.sqrt(1 - ((y - q) / b) ** 2)),
                 {p - a: _TANGENT, p: _FLAT, p + a: _TANGENT}, {q - b: _TANGENT, q: _FLAT, q + b: _TANGENT})


def _hyperbola(c: float) -> Curve:
    flat = {0.0: _FLAT, -0.2: _CORNER, 0.2: _CORNER}
    return Curve(f"(x * y - {c})", lambda x: (c / x)[:, None], lambda y: (c / y)[:, None], flat, flat)


def uniform(rng: Random, low: float, high: float) -> float:
    """A number between the two, of two digits, so that a kernel can be written down."""
    return round(rng.uniform(low, high), 2)


def either(rng: Random, low: float, high: float) -> float:
    """Such a number, with either sign."""
    return rng.choice([-1, 1]) * uniform(rng, low, high)


def _draw_line(rng: Random) -> Curve:
    return _line(either(rng, 0.5, 1.5), either(rng, 0.5, 1.5), uniform(rng, -1.5, 1.5))


def _draw_curve(rng: Random) -> Curve:
    return rng.choice([
        _draw_line, _draw_line,
        lambda rng: _parabola(either(rng, 0.3, 1.5), uniform(rng, -1.0, 1.0), uniform(rng, -1.0, 1.0)),
        lambda rng: _ellipse(*(uniform(rng, -0.8, 0.8) for _ in range(2)), *(uniform(rng, 0.5, 2.0) for _ in range(2))),
        lambda rng: _hyperbola(either(rng, 0.3, 1.5)),
    ])(rng)


# ----------------------------------------------------------------------------------------------------------------------
# Kernels


_BENT = ("1.0 * ({u} > 0)", "np.maximum({u}, 0)", "np.abs({u})", "np.sign({u})", "np.where({u} > 0, np.exp(-x * x), 0)")
_SMOOTH = ("1.0", "np.cos({a} * x + {b} * y)", "np.exp(-(x - {a}) ** 2 / 2 - (y - {b}) ** 2 / 4)",
           "(1 + {a} * x * y) / (1 + x * x)", "np.tanh({a} * x * y + {b})")


def _draw_smooth(rng: Random) -> str:
    return f"{either(rng, 0.2, 1.5)} * {rng.choice(_SMOOTH).format(a=either(rng, 0.2, 1.5), b=uniform(rng, -1, 1))}"


def _sum(rng: Random) -> tuple[str, Sequence[Curve]]:
    """A smooth function, and one or two terms that each break along a curve of their own."""
    curves = [_draw_curve(rng) for _ in range(rng.randint(1, 2))]
    terms = [f"{_draw_smooth(rng)} * {rng.choice(_BENT).format(u=curve.text)}" for curve in curves]
    return " + ".join([*terms, _draw_smooth(rng)]), curves


def _maximum(rng: Random) -> tuple[str, Sequence[Curve]]:
    """The largest of three linear forms."""
    forms = [(either(rng, 0.2, 2.0), either(rng, 0.2, 2.0), uniform(rng, -1.0, 1.0)) for _ in range(3)]
    a, b, c = (_line(*form).text for form in forms)
    return f"np.maximum(np.maximum({a}, {b}), {c})", _cornered([_between(f, g) for f, g in combinations(forms, 2)])


def _network(rng: Random) -> tuple[str, Sequence[Curve]]:
    """A bend or a step of the difference of two rectified units, with every line on which it could break."""
    u, v = ((either(rng, 0.3, 1.5), either(rng, 0.3, 1.5), uniform(rng, -1.0, 1.0)) for _ in range(2))
    p, q, c = uniform(rng, 0.5, 2.0), uniform(rng, 0.5, 2.0), uniform(rng, -0.8, 0.8)
    inner = f"({p} * np.maximum({_line(*u).text}, 0) - {q} * np.maximum({_line(*v).text}, 0) - {c})"
    scaled_u, scaled_v = tuple(p * t for t in u), tuple(q * t for t in v)
    constant = (0.0, 0.0, -c)
    lines = [_between(scaled_u, constant), _between(scaled_v, (0.0, 0.0, c)),
             _between(scaled_u, (scaled_v[0], scaled_v[1], scaled_v[2] - c))]
    return rng.choice(_BENT[:4]).format(u=inner), _cornered([_line(*u), _line(*v), *lines])


def _between(f: Sequence[float], g: Sequence[float]) -> Curve:
    """Where two linear forms are equal; a line along an axis, which could be none, is moved a little."""
    a, b, c = (s - t for s, t in zip(f, g, strict=True))
    return _line(a or 1e-9, b or 1e-9, c)


def _cornered(lines: Sequence[Curve]) -> Sequence[Curve]:
    """The lines, with panels that end where they cross, and where they carry these points to."""
    x, y = set[float](), set[float]()
    for first, second in combinations(lines, 2):
        start, end = (float((first.y_at(np.array([t])) - second.y_at(np.array([t])))[0, 0]) for t in (0.0, 1.0))
        if start != end and abs(crossing := start / (start - end)) < 8.0:
            x.add(crossing)
            y.add(float(first.y_at(np.array([crossing]))[0, 0]))
    for line in lines:
        carried = line.x_at(np.array([*y])).ravel(), line.y_at(np.array([*x])).ravel()
        line.x_points.update({t: _CORNER for t in [*x, *carried[0].tolist()] if abs(t) < 8.0})
        line.y_points.update({t: _CORNER for t in [*y, *carried[1].tolist()] if abs(t) < 8.0})
    return lines


def _steep(rng: Random) -> tuple[str, Sequence[Curve]]:
    """A function that is nearly a step, along a line."""
    line, slope = _draw_line(rng), rng.choice([4, 8, 16])
    return f"{_draw_smooth(rng)} * np.tanh({slope} * {line.text}) + {_draw_smooth(rng)}", [line]


def draw_kernel(rng: Random) -> RandomKernel:
    """Draw a kernel of one of the kinds, and its measures."""
    kind = rng.choice([_sum, _sum, _sum, _maximum, _network, _steep])
    text, curves = kind(rng)
    mu_x, mu_y = (Gaussian(uniform(rng, -0.5, 0.5), uniform(rng, 0.7, 1.3)) if rng.random() < 0.5 else Gaussian()
                  for _ in range(2))
    y_at, x_at = ((lambda t, graphs=graphs: np.concatenate([g(t) for g in graphs], axis=1))
                  for graphs in ([c.y_at for c in curves], [c.x_at for c in curves]))
    points = [{}, {}]
    for curve in curves:
        points[0] |= curve.x_points
        points[1] |= curve.y_points
    return RandomKernel(text, mu_x, mu_y, Breaks(y_at, x_at, *points, _STEEP if kind is _steep else None))


# ----------------------------------------------------------------------------------------------------------------------
# The reference


def reference(kernel: RandomKernel) -> tuple[np.ndarray, float]:
    """The leading values, and how far two discretisations are apart, with a margin, and rounding."""
    with np.errstate(all="ignore"):
        coarse, fine = (spectrum(kernel, reach=9.0, panels=panels, order=order)[:_LEADING]
                        for panels, order in ((20, 14), (26, 16)))
    return fine, 4.0 * float(np.abs(fine - coarse).max()) + 1e-13 * float(fine[0])


def excess(svd: Any, values: np.ndarray, error: float) -> np.ndarray:
    """By how much each value is farther from the reference than its bar and the reference allow, in units of s_1."""
    count = min(svd.rank, len(values))
    distance = np.abs(svd.singular_values[:count] - values[:count])
    return (distance - svd.errors[:count] - error) / values[0]
