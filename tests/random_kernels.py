"""Random kernels built together with the curves along which they break, and a brute-force spectrum of theirs.

A kernel is drawn as text, so that a failing one can be read and pasted; every curve comes with its two graphs and the
points where it turns, so that `references.spectrum` can cut its integrals there. Nothing of the methods of opsvd is used.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
from numpy.polynomial.legendre import leggauss, legvander
from references import Breaks, _ladder, _sorted_edges, panel_edges, sqrt_density

from opsvd.measures import Gaussian

__all__ = ["Curve", "RandomKernel", "circle", "draw_kernel", "hyperbola", "line", "make", "parabola", "reference",
           "sinusoid"]

# Widths of the smallest panel beside points where singular functions are singular: square roots at the tangent of a
# jump; what these become when they are integrated once; corners, where the end of a panel is enough.
_ROOT, _WEAK, _EDGE = 1e-7, 1e-4, 1.0
# And of the smallest piece beside a curve on which h itself has a root.
_STEEP = 1e-7
_REACH, _PANELS, _ORDER = 9.5, 19, 14
_HALVINGS, _RESOLVED = 7, 3e-7
_NODES, _CHUNK = 20, 128
# Points farther out than this carry less than 1e-13 of a bounded singular function's energy.
_FAR = 7.5
_MOST_POINTS = 60

Graph = Callable[[np.ndarray], np.ndarray]


def _nowhere(t: np.ndarray) -> np.ndarray:
    return np.empty((len(t), 0))


@dataclass(frozen=True)
class Curve:
    """The curve u(x, y) = 0.

    Attributes
    ----------
    text : str
        u, as Python.
    y_at, x_at : callable
        Where it is, (n,) -> (n, k), as a function of x and of y; not finite where there is less.
    turns_x, turns_y : tuple of float
        The x of vertical tangents, and the y of horizontal ones.
    flat_x, flat_y : tuple of float
        The x of horizontal tangents, and the y of vertical ones.
    """

    text: str
    y_at: Graph = field(default=_nowhere, repr=False)
    x_at: Graph = field(default=_nowhere, repr=False)
    turns_x: tuple[float, ...] = ()
    turns_y: tuple[float, ...] = ()
    flat_x: tuple[float, ...] = ()
    flat_y: tuple[float, ...] = ()


def line(a: float, b: float, c: float) -> Curve:
    """a x + b y = c; one of a and b may be zero, a point of one axis."""
    text = f"({a} * x + {b} * y - {c})"
    if a == 0.0 or b == 0.0:
        return Curve(text, turns_x=() if a == 0.0 else (c / a,), turns_y=() if b == 0.0 else (c / b,))
    return Curve(text, lambda x: ((c - a * x) / b)[:, None], lambda y: ((c - b * y) / a)[:, None])


def _both(root: np.ndarray) -> np.ndarray:
    return np.stack([root, -root], axis=1)


def parabola(p: float, q: float, r: float, *, swapped: bool = False) -> Curve:
    """y = p (x - q)^2 + r, or with x and y exchanged."""
    if swapped:
        return _exchanged(parabola(p, q, r))
    return Curve(f"(y - {p} * (x - {q}) ** 2 - {r})", lambda x: (p * (x - q) ** 2 + r)[:, None],
                 lambda y: q + _both(np.sqrt((y - r) / p)), turns_y=(r,), flat_x=(q,))


def circle(p: float, q: float, a: float, b: float) -> Curve:
    """The ellipse ((x - p) / a)^2 + ((y - q) / b)^2 = 1."""
    return Curve(f"(((x - {p}) / {a}) ** 2 + ((y - {q}) / {b}) ** 2 - 1)",
                 lambda x: q + b * _both(np.sqrt(1 - ((x - p) / a) ** 2)),
                 lambda y: p + a * _both(np.sqrt(1 - ((y - q) / b) ** 2)),
                 turns_x=(p - a, p + a), turns_y=(q - b, q + b), flat_x=(p,), flat_y=(q,))


def hyperbola(p: float, q: float, c: float) -> Curve:
    """(x - p) (y - q) = c."""
    return Curve(f"((x - {p}) * (y - {q}) - {c})", lambda x: (q + c / (x - p))[:, None],
                 lambda y: (p + c / (y - q))[:, None], flat_x=(p,), flat_y=(q,))


def sinusoid(height: float, frequency: float, phase: float, r: float, *, swapped: bool = False) -> Curve:
    """y = height * sin(frequency * x + phase) + r, or with x and y exchanged."""
    if swapped:
        return _exchanged(sinusoid(height, frequency, phase, r))
    turns = np.arange(-np.ceil(_REACH * frequency) - 3, np.ceil(_REACH * frequency) + 3)

    def x_at(y: np.ndarray) -> np.ndarray:
        first = np.arcsin((y - r) / height)[:, None]
        angle = np.concatenate([first + 2 * np.pi * turns, np.pi - first + 2 * np.pi * turns], axis=1)
        return (angle - phase) / frequency

    flat = (np.pi * (turns + 0.5) - phase) / frequency
    return Curve(f"(y - {height} * np.sin({frequency} * x + {phase}) - {r})",
                 lambda x: (height * np.sin(frequency * x + phase) + r)[:, None], x_at,
                 turns_y=(r - abs(height), r + abs(height)), flat_x=tuple(flat.tolist()))


def _exchanged(curve: Curve) -> Curve:
    """x and y exchanged."""
    text = curve.text.replace("x", "?").replace("y", "x").replace("?", "y")
    return Curve(text, curve.x_at, curve.y_at, curve.turns_y, curve.turns_x, curve.flat_y, curve.flat_x)


@dataclass(frozen=True)
class RandomKernel:
    """A kernel, its text, and where it breaks; it goes to `references.spectrum` as a problem does."""

    text: str
    breaks: Breaks = field(repr=False)
    mu_x: Gaussian = Gaussian()  # noqa: RUF009
    mu_y: Gaussian = Gaussian()  # noqa: RUF009

    @property
    def h(self) -> Callable[..., Any]:
        """The kernel, from its text."""
        return eval(f"lambda x, y: {self.text}", {"np": np})  # type: ignore[no-any-return]  # noqa: S307

    def __repr__(self) -> str:
        """As it would be typed."""
        return f"lambda x, y: {self.text}"


def make(text: str, curves: Sequence[Curve], *, smallest: float | None = None, corners: bool = True,
         jumps: bool = True) -> RandomKernel:
    """A kernel of known breaks.

    Parameters
    ----------
    text : str
        h, as Python.
    curves : sequence of Curve
        Where h may break: more curves do no harm.
    smallest : float or None
        Width of the smallest piece beside a curve; None where h is smooth up to them.
    corners : bool
        Whether the singular functions have corners where curves cross, as they do unless h is a sum over the curves.
    jumps : bool
        Whether h jumps, so that tangents of curves make square roots.
    """
    y_at, x_at = _all([curve.y_at for curve in curves]), _all([curve.x_at for curve in curves])
    steep = _WEAK if smallest is None else min(_WEAK, 1e3 * smallest)
    root = min(steep, _ROOT if jumps else _WEAK)
    x: dict[float, float] = {}
    y: dict[float, float] = {}
    for curve in curves:
        x.update(dict.fromkeys(curve.turns_x, root))
        y.update(dict.fromkeys(curve.turns_y, root))
        x.update({point: min(x.get(point, _EDGE), _WEAK) for point in curve.flat_x})
        y.update({point: min(y.get(point, _EDGE), _WEAK) for point in curve.flat_y})
    if corners:
        size = _EDGE if smallest is None else steep
        for point in _crossings(y_at):
            x.setdefault(point[0], size)
            y.setdefault(point[1], size)
    for _ in range(2):
        x, y = _carried(x, y, x_at), _carried(y, x, y_at)
    return RandomKernel(text, Breaks(y_at, x_at, _near(x), _near(y), smallest))


def _all(graphs: Sequence[Graph]) -> Graph:
    def at(t: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            return np.concatenate([np.empty((len(t), 0)), *(graph(t) for graph in graphs)], axis=1)
    return at


def _crossings(y_at: Graph) -> list[tuple[float, float]]:
    """Where two graphs cross, by bisection between 4000 points."""
    x = np.linspace(-_FAR, _FAR, 4001) + 1e-5
    found = []
    for i, j in combinations(range(y_at(x[:1]).shape[1]), 2):
        def gap(t: np.ndarray, i: int = i, j: int = j) -> np.ndarray:
            at = y_at(t)
            return at[:, i] - at[:, j]
        change = np.flatnonzero(gap(x[:-1]) * gap(x[1:]) < 0.0)
        low, high = x[change], x[change + 1]
        for _ in range(60):
            middle = 0.5 * (low + high)
            left = gap(low) * gap(middle) <= 0.0
            low, high = np.where(left, low, middle), np.where(left, middle, high)
        height = y_at(low)[:, i]
        found += list(zip(low.tolist(), height.tolist(), strict=True))
    return found


def _near(points: Mapping[float, float]) -> dict[float, float]:
    """The points that matter, equal ones once, with the smaller width."""
    kept: dict[float, float] = {}
    for point in sorted(points):
        if abs(point) < _FAR:
            same = [other for other in kept if abs(other - point) < 1e-11]
            if same:
                kept[same[0]] = min(kept[same[0]], points[point])
            else:
                kept[point] = points[point]
    return kept


def _carried(own: Mapping[float, float], other: Mapping[float, float], at: Graph) -> dict[float, float]:
    """The points, and those to which curves carry those of the other variable, where functions are smoother."""
    merged, fresh = _near(own), _near(other)
    if len(merged) > _MOST_POINTS or not fresh:
        return merged
    places = at(np.array(list(fresh)))
    for row, size in zip(places, fresh.values(), strict=True):
        for place in row[np.isfinite(row)].tolist():
            merged.setdefault(place, min(_EDGE, 1e3 * size))
    return _near(merged)


def reference(kernel: RandomKernel, count: int = 6) -> tuple[np.ndarray, float]:
    """The leading values, and how far two discretisations are apart, with a margin and rounding.

    Panels are halved where the leading singular functions are not resolved, as near a curve that is steep; the values
    then have the square of what is missed. The second discretisation has polynomials of higher degree.
    """
    x, y = (panel_edges(mu, _REACH, _PANELS, points)
            for mu, points in ((kernel.mu_x, kernel.breaks.x_points), (kernel.mu_y, kernel.breaks.y_points)))
    for _ in range(_HALVINGS):
        u, s, v = _leading(_matrix(kernel, x, y, _ORDER), count)
        finer_x, finer_y = _halved(x, u * s), _halved(y, v * s)
        if len(finer_x) == len(x) and len(finer_y) == len(y):
            break
        x, y = finer_x, finer_y
    finer = _leading(_matrix(kernel, x, y, _ORDER + 4), count)[1]
    return finer, 4.0 * float(np.abs(finer - s).max()) + 2e-14 * float(finer[0])


def _matrix(kernel: RandomKernel, x_edges: np.ndarray, y_edges: np.ndarray, order: int) -> np.ndarray:
    """The operator between Legendre polynomials on panels: outer integrals are cut where curves cross the ends of panels."""
    with np.errstate(all="ignore"):
        cuts = kernel.breaks.x_at(y_edges).ravel()
        cuts = (cuts[np.isfinite(cuts), None] + _ladder(kernel.breaks.smallest)).ravel()
    edges = _sorted_edges(np.concatenate([x_edges, cuts]), x_edges[0], x_edges[-1])
    t, w = leggauss(_NODES)
    half = 0.5 * np.diff(edges)[:, None]
    x, w = (edges[:-1, None] + half * (1.0 + t)).ravel(), (half * w).ravel()
    panel = np.searchsorted(x_edges, x) - 1
    matrix = np.zeros((len(x_edges) - 1, order, (len(y_edges) - 1) * order))
    for start in range(0, len(x), _CHUNK):
        part = slice(start, start + _CHUNK)
        integrals = _along_y(kernel, x[part], y_edges, order)
        functions = (w[part] * sqrt_density(kernel.mu_x, x[part]))[:, None] * _legendre(x_edges, panel[part], x[part], order)
        for p in np.unique(panel[part]):
            here = panel[part] == p
            matrix[p] += functions[here].T @ integrals[here]
    return matrix.reshape(-1, matrix.shape[2])


def _along_y(kernel: RandomKernel, x: np.ndarray, edges: np.ndarray, order: int) -> np.ndarray:
    """The integrals of h(x, .) sqrt(rho) against the functions of all panels: shape (n, panels * order)."""
    left, right = np.broadcast_to(edges[:-1], (len(x), len(edges) - 1)), np.broadcast_to(edges[1:], (len(x), len(edges) - 1))
    panel = np.broadcast_to(np.arange(len(edges) - 1), left.shape)
    total = _on_pieces(kernel, x[:, None], left, right, edges, panel, order)
    with np.errstate(all="ignore"):
        at = (kernel.breaks.y_at(x)[:, :, None] + _ladder(kernel.breaks.smallest)).reshape(len(x), -1)
    at = np.where(np.isfinite(at), at, edges[-1])
    cut = np.zeros(left.shape, dtype=bool)
    np.put_along_axis(cut, np.clip(np.searchsorted(edges, at) - 1, 0, len(edges) - 2), True, axis=1)
    row, column = np.nonzero(cut)
    if len(row):
        ends = np.concatenate([edges[column, None], np.clip(at[row], edges[column, None], edges[column + 1, None]),
                               edges[column + 1, None]], axis=1)
        ends.sort(axis=1)
        which, k = np.nonzero(np.diff(ends, axis=1) > 0.0)
        parts = _on_pieces(kernel, x[row[which]], ends[which, k], ends[which, k + 1], edges, column[which], order)
        total[row, column] = 0.0
        np.add.at(total, (row[which], column[which]), parts)
    return total.reshape(len(x), -1)


def _on_pieces(kernel: RandomKernel, x: np.ndarray, left: np.ndarray, right: np.ndarray, edges: np.ndarray,
               panel: np.ndarray, order: int) -> np.ndarray:
    """Integrals over pieces of panels, shape (...), against their functions: shape (..., order)."""
    t, w = leggauss(_NODES)
    half = 0.5 * (right - left)[..., None]
    y = left[..., None] + half * (1.0 + t)
    with np.errstate(all="ignore"):
        values = kernel.h(np.broadcast_to(x[..., None], y.shape), y) * sqrt_density(kernel.mu_y, y) * half * w
    values = np.where(np.isfinite(values), values, 0.0)
    if left.ndim == 2:    # whole panels, the same for all x
        functions = _legendre(edges, panel[:1].T, y[0], order)
        return np.asarray((values.transpose(1, 0, 2) @ functions).transpose(1, 0, 2))
    return np.asarray((values[:, None] @ _legendre(edges, panel[:, None], y, order))[:, 0])


def _legendre(edges: np.ndarray, panel: np.ndarray, t: np.ndarray, order: int) -> np.ndarray:
    """Orthonormal Legendre polynomials of the given panels at points t: shape (..., order)."""
    width = edges[panel + 1] - edges[panel]
    values = legvander(2.0 * (t - edges[panel]) / width - 1.0, order - 1)
    return np.asarray(values * np.sqrt((2.0 * np.arange(order) + 1.0) / width[..., None]))


def _leading(matrix: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The leading singular triplets by subspace iteration, whose error is below rounding for values that decay."""
    basis = np.random.default_rng(0).standard_normal((matrix.shape[1], count + 50))
    for _ in range(8):
        basis = np.linalg.qr(matrix.T @ np.linalg.qr(matrix @ basis)[0])[0]
    u, s, v = np.linalg.svd(matrix @ basis, full_matrices=False)
    return u[:, :count], s[:count], (basis @ v.T)[:, :count]


def _halved(edges: np.ndarray, functions: np.ndarray) -> np.ndarray:
    """The panels, of which those with large last Legendre coefficients are halved."""
    last = functions.reshape(len(edges) - 1, _ORDER, -1)[:, -3:]
    tails = np.sqrt(np.sum(last**2, axis=(1, 2)))
    rough = (tails > _RESOLVED * np.linalg.norm(functions)) & (np.diff(edges) > 1e-7)
    return np.sort(np.concatenate([edges, 0.5 * (edges[:-1] + edges[1:])[rough]]))


# ----------------------------------------------------------------------------------------------------------------------
# Drawing


def _number(rng: Random, low: float, high: float) -> float:
    return round(rng.uniform(low, high), 2)


def _sign(rng: Random) -> float:
    return rng.choice([-1.0, 1.0])


def draw_curve(rng: Random, kinds: str = "LLLPCSH") -> Curve:
    """A line, parabola, ellipse, sinusoid or hyperbola within reach of the measure."""
    kind, swapped = rng.choice(kinds), rng.random() < 0.5
    if kind == "L":
        a, b = rng.choice([1.0, _number(rng, 0.2, 2.0)]), _sign(rng) * rng.choice([1.0, _number(rng, 0.2, 2.0)])
        return line(a, b, _number(rng, -2.0, 2.0))
    if kind == "P":
        return parabola(_sign(rng) * _number(rng, 0.2, 2.0), _number(rng, -1.0, 1.0), _number(rng, -1.5, 1.5),
                        swapped=swapped)
    if kind == "C":
        return circle(_number(rng, -1.0, 1.0), _number(rng, -1.0, 1.0), _number(rng, 0.3, 2.0), _number(rng, 0.3, 2.0))
    if kind == "H":
        return hyperbola(_number(rng, -1.0, 1.0), _number(rng, -1.0, 1.0), _sign(rng) * _number(rng, 0.2, 1.5))
    return sinusoid(_number(rng, 0.3, 1.5), _number(rng, 0.5, 3.0), _number(rng, 0.0, 3.0), _number(rng, -1.0, 1.0),
                    swapped=swapped)


_OUTER = {"step": "1.0 * ({u} > 0)", "relu": "np.maximum({u}, 0)", "abs": "np.abs({u})", "sign": "np.sign({u})",
          "root": "np.sqrt(np.abs({u}))", "tanh": "np.tanh({a} * {u})"}
_SMOOTH = ("1.0", "1.0", "np.cos({a} * x + {b} * y)", "np.exp(-(x - {a}) ** 2 / 2 - (y - {b}) ** 2 / 4)",
           "(1 + {a} * x * y) / (1 + x * x)", "(1 + 0.3 * x - {b} * y)")


def draw_smooth(rng: Random) -> str:
    """A smooth function of size one."""
    return rng.choice(_SMOOTH).format(a=_number(rng, -2.0, 2.0), b=_number(rng, -2.0, 2.0))


def draw_kernel(rng: Random) -> RandomKernel:
    """A sum of one to three terms, a product of two, a maximum, a small net, or a near-jump."""
    return rng.choice([_sum, _sum, _sum, _product, _maximum, _net, _near_jump, _smooth_only])(rng)


def _term(rng: Random, kinds: Sequence[str]) -> tuple[str, Curve, str]:
    kind, curve = rng.choice(kinds), draw_curve(rng)
    text = _OUTER[kind].format(u=curve.text, a=0)
    return f"{_sign(rng) * _number(rng, 0.2, 2.0)} * {draw_smooth(rng)} * {text}", curve, kind


def _sum(rng: Random) -> RandomKernel:
    terms = [_term(rng, ["step", "relu", "abs", "sign", "root"] if rng.random() < 0.3 else ["step", "relu", "abs"])
             for _ in range(rng.randint(1, 3))]
    text = " + ".join([*(term for term, _, _ in terms), draw_smooth(rng)])
    smallest = _STEEP if any(kind == "root" for _, _, kind in terms) else None
    return make(text, [curve for _, curve, _ in terms], smallest=smallest, corners=False)


def _product(rng: Random) -> RandomKernel:
    (first, a, _), (second, b, _) = (_term(rng, ["step", "relu", "abs", "sign"]) for _ in range(2))
    return make(f"{first} * {second} + {draw_smooth(rng)}", [a, b])


def _maximum(rng: Random) -> RandomKernel:
    forms = [(_number(rng, -2, 2), _number(rng, 0.2, 2), _number(rng, -1, 1)) for _ in range(3)]
    texts = [line(*form).text for form in forms]
    pairs = [tuple(round(s - t, 6) for s, t in zip(f, g, strict=True)) for f, g in combinations(forms, 2)]
    return make(f"np.maximum(np.maximum({texts[0]}, {texts[1]}), {texts[2]})",
                [line(*pair) for pair in pairs if pair[0] and pair[1]], jumps=False)


def _net(rng: Random) -> RandomKernel:
    """relu(a relu(u) + b relu(v) + c), or a step of that: every line on which it could break, from all signs of u, v."""
    u, v = ([_number(rng, 0.3, 1.5) * _sign(rng), _number(rng, 0.3, 1.5), _number(rng, -1, 1)] for _ in range(2))
    a, b, c = _number(rng, 0.5, 2), -_number(rng, 0.5, 2), _number(rng, -1, 1)
    outer = rng.choice(["np.maximum({z}, 0)", "1.0 * ({z} > 0)", "np.abs({z})"])
    z = f"({a} * np.maximum({line(*u).text}, 0) + {b} * np.maximum({line(*v).text}, 0) + {c})"
    curves = [line(*u), line(*v)]
    for p, q in ((a, 0.0), (0.0, b), (a, b)):
        form = [round(p * s + q * t, 9) for s, t in zip(u, v, strict=True)]
        if form[0] and form[1]:
            curves.append(line(form[0], form[1], round(form[2] - c, 9)))
    return make(f"{outer.format(z=z)} + 0.3 * {draw_smooth(rng)}", curves, jumps=False)


def _near_jump(rng: Random) -> RandomKernel:
    curve, a = draw_curve(rng, "LLLPS"), rng.choice([5, 10, 20, 50])
    text = f"{draw_smooth(rng)} * np.tanh({a} * {curve.text}) + {draw_smooth(rng)}"
    kernel = make(text, [curve], smallest=0.1 / a, corners=False)
    return replace(kernel, breaks=replace(kernel.breaks, x_points={p: max(s, 0.03 / a) for p, s in kernel.breaks.x_points.items()},
                                          y_points={p: max(s, 0.03 / a) for p, s in kernel.breaks.y_points.items()}))


def _smooth_only(rng: Random) -> RandomKernel:
    return make(" + ".join(f"{_number(rng, 0.2, 2.0)} * {draw_smooth(rng)}" for _ in range(3)), [])
