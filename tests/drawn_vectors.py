"""Random kernels of vectors, with kinks and jumps in the angle, the lengths, the product, sums and components.

A kernel is drawn as text, so that a failing one can be read and pasted: r = |x|, s = |y|, w = <x, y>, t = w / (r s),
d = |x - y|, and u, v are the sums of the components of x and of y over sqrt(k); x1, x2, ... are components. Whoever
draws it knows where it breaks, and so knows its singular values by `vector_quadrature`.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce
from random import Random
from typing import Any

import numpy as np
from drawn_kernels import either, uniform
from vector_quadrature import (
    Breaks,
    Level,
    Spectrum,
    angular,
    gaussian,
    joined,
    norms,
    of_distance,
    of_finite_rank,
    of_integrals,
    of_matrices,
    product_table,
    radial,
    radial_edges,
)

import opsvd
from opsvd import Gaussian

__all__ = ["DrawnVectors", "draw_vectors", "held_against"]

_SEPARABLE = (Level(160, 0, 28), Level(160, 0, 40))
_JOINT = (Level(24, 10, 28), Level(24, 14, 40))
_DISTANCE = (Level(12, 8, 20), Level(12, 10, 28))
_PLANE = (Level(1, 12, 28), Level(1, 18, 40))
# Values from products of T and its adjoint are not known below this part of the largest.
_LEAST = 1e-5
# How many values are compared at most.
_MOST = 400
# How many values of each factor of a product go into it.
_FACTORS = 40
_LINE = np.array([0.1, 0.25, 0.5, 0.9, 1.3, 1.8, 2.4, 3.1, 4.0, 5.0, 6.3, 8.0])

# Functions and where they break, {c} standing for a number that is drawn.
_OF_ANGLE = (("np.arccos({v})", ()), ("np.arcsin({v})", ()), ("np.sqrt(1 - {v})", ()), ("(1 - {v}) ** 0.25", ()),
             ("np.sqrt(1 - {v} * {v})", ()), ("(np.sqrt(1 - {v} * {v}) + (np.pi - np.arccos({v})) * {v})", ()),
             ("np.abs({v} - {c})", ("{c}",)), ("1.0 * ({v} > {c})", ("{c}",)), ("np.maximum({v} - {c}, 0)", ("{c}",)),
             ("np.sqrt(np.abs({v} - {c}))", ("{c}",)), ("np.abs({v})", ("0",)), ("np.sign({v})", ("0",)),
             ("np.abs({v} - {c}) ** 1.5", ("{c}",)), ("np.abs(np.abs({v}) - abs({c}))", ("{c}", "-{c}", "0")),
             ("np.where({v} > {c}, np.cos({v}), 0.3)", ("{c}",)), ("np.exp({a} * {v})", ()), ("1 / (1.3 - {v})", ()),
             ("np.maximum(np.abs({v}), abs({c}))", ("{c}", "-{c}")))
_OF_RADIUS = (("1.0", ()), ("1.0", ()), ("np.exp(-{a} * {v})", ()), ("{v} ** {a}", ()), ("{v} ** -0.3", ()),
              ("1 / (1 + {v} * {v})", ()), ("1.0 * ({v} > {c})", ("{c}",)), ("np.abs({v} - {c})", ("{c}",)),
              ("np.minimum({v}, {c})", ("{c}",)), ("np.sqrt(np.abs({v} - {c}))", ("{c}",)), ("np.log({v})", ()),
              ("np.maximum({v} - {c}, 0)", ("{c}",)))
_OF_PRODUCT = (("np.abs(w - {c})", ("{c}",)), ("1.0 * (w > {c})", ("{c}",)), ("np.maximum(w - {c}, 0)", ("{c}",)),
               ("np.sqrt(np.abs(w - {c}))", ("{c}",)), ("np.clip(w, -{c}, {c})", ("{c}", "-{c}")),
               ("np.sign(w)", ("0",)), ("np.abs(w)", ("0",)), ("np.abs(w) ** 0.5", ("0",)),
               ("np.log(np.abs(w))", ("0",)), ("np.maximum(w, 0) * np.exp(-w)", ("0",)),
               ("np.where(w > {c}, np.cos(w), 0.2)", ("{c}",)),
               ("np.tanh(w)", ()), ("np.abs(np.abs(w) - {c})", ("{c}", "-{c}", "0")))
_SMOOTH_IN_PRODUCT = ("np.tanh({a} * w)", "np.cos({a} * w)", "np.exp(-{a} * w * w)", "(1 + {a} * w)", "1 / (1 + w * w)")
# With the curve along which they break, as v of u and as u of v.
_OF_TWO = (("np.maximum(u, v)", "u", "v"), ("1.0 * (u > v)", "u", "v"), ("np.abs(u - v)", "u", "v"),
           ("np.abs(u - v - {c})", "u - {c}", "v + {c}"), ("np.maximum(u + v - {c}, 0)", "{c} - u", "{c} - v"),
           ("np.abs(u * v - {c})", "{c} / u", "{c} / v"), ("1.0 * (u * v > {c})", "{c} / u", "{c} / v"),
           ("np.exp(-np.abs(u - v))", "u", "v"), ("np.sqrt(np.abs(u - v))", "u", "v"))
_ODD = (("np.tanh({z})", ()), ("np.sign({z})", ("0",)), ("np.clip({z}, -{c}, {c})", ("{c}", "-{c}")),
        ("{z} / (1 + np.abs({z}))", ("0",)))
_OF_DISTANCE = (("d", None), ("np.exp(-d)", None), ("1.0 * (d < {c})", "{c}"), ("np.abs(d - {c})", "{c}"))
_OF_RADII = (("np.abs(r - s)", "r"), ("1.0 * (r > s)", "r"), ("np.maximum(r, s)", "r"), ("np.exp(-np.abs(r - s))", "r"),
             ("1.0 * (r * s > {c})", "{c} / r"), ("np.abs(r * s - {c})", "{c} / r"))

Function = Callable[..., np.ndarray]


@dataclass(frozen=True)
class DrawnVectors:
    """A kernel as text, its dimension, the standard deviations of x and y, and its spectrum, coarse or fine.

    `elementwise` says that it goes through `opsvd.elementwise`, as a function of w.
    """

    text: str
    k: int
    stds: tuple[float, float]
    levels: tuple[Level, Level] = field(repr=False)
    spectrum: Callable[[Level], Spectrum] = field(repr=False)
    elementwise: bool = False

    @property
    def h(self) -> Any:
        """The kernel."""
        if self.elementwise:
            return opsvd.elementwise(_function(self.text, "w"), self.k)
        code = compile(self.text, "kernel", "eval")

        def h(x: np.ndarray, y: np.ndarray) -> np.ndarray:
            return np.asarray(eval(code, {"np": np}, _names(x, y)))  # noqa: S307 - the text is drawn here
        return h

    @property
    def measures(self) -> tuple[Any, Any]:
        """Those of x and y."""
        x, y = (Gaussian(np.zeros(self.k), std**2 * np.eye(self.k)) for std in self.stds)
        return x, y

    def reference(self) -> tuple[np.ndarray, np.ndarray]:
        """The leading values, as often as they stand, and how far they may be off."""
        with np.errstate(all="ignore"):
            coarse, fine = (self.spectrum(level).expanded(_MOST) for level in self.levels)
        count = min(len(coarse), len(fine))
        return fine[:count], 4.0 * np.abs(fine[:count] - coarse[:count]) + 1e-13 * fine[:1].max(initial=0.0)

    def __str__(self) -> str:
        """As it would be typed."""
        route = "elementwise" if self.elementwise else "black box"
        return f"R^{self.k} stds {self.stds[0]:g} {self.stds[1]:g} {route}: {self.text}"


def held_against(svd: Any, values: np.ndarray, unsure: np.ndarray) -> np.ndarray:
    """The errors of singular values over their bars, as far as these are known: at most one, where bars are true."""
    count = min(svd.rank, len(values))
    distance = np.abs(svd.singular_values[:count] - values[:count]) - unsure[:count]
    return np.maximum(distance, 0.0) / np.maximum(svd.errors[:count], 1e-300)


def _names(x: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    """What may stand in a text, at points (..., k)."""
    k = x.shape[-1]
    r, s, w = np.sqrt(np.sum(x * x, axis=-1)), np.sqrt(np.sum(y * y, axis=-1)), np.sum(x * y, axis=-1)
    with np.errstate(all="ignore"):
        t = np.clip(w / (r * s), -1.0, 1.0)
    return {"r": r, "s": s, "w": w, "t": t, "d": np.sqrt(np.sum((x - y) ** 2, axis=-1)),
            "u": np.sum(x, axis=-1) / math.sqrt(k), "v": np.sum(y, axis=-1) / math.sqrt(k),
            **{f"x{i + 1}": x[..., i] for i in range(k)}, **{f"y{i + 1}": y[..., i] for i in range(k)}}


def _function(text: str, *names: str) -> Function:
    """A text as a function of some of its names."""
    return eval(f"lambda {', '.join(names)}: {text}", {"np": np})  # noqa: S307 - the text is drawn here


def _drawn(rng: Random, table: tuple, name: str, low: float, high: float, *,
           signed: bool = False) -> tuple[str, tuple[float, ...]]:
    """A function of a variable as text, and where it breaks."""
    text, breaks = rng.choice(table)
    c, a = (either if signed else uniform)(rng, low, high), uniform(rng, 0.2, 1.2)
    return text.format(v=name, z=name, c=c, a=a), tuple(float(b.format(c=c).replace("--", "")) for b in breaks)


def _of_angle(rng: Random) -> tuple[str, tuple[float, ...]]:
    return _drawn(rng, _OF_ANGLE, "t", 0.05, 0.95, signed=True)


def _of_radius(rng: Random, name: str) -> tuple[str, tuple[float, ...]]:
    return _drawn(rng, _OF_RADIUS, name, 0.5, 2.5)


def _stds(rng: Random) -> tuple[float, float]:
    return (1.0, 1.0) if rng.random() < 0.6 else (uniform(rng, 0.6, 1.5), uniform(rng, 0.6, 1.5))


def _separable(rng: Random, k: int) -> DrawnVectors:
    """Sums of functions of the angle times functions of the lengths."""
    stds = _stds(rng)
    terms = [(either(rng, 0.3, 1.5), _of_angle(rng), _of_radius(rng, "r"), _of_radius(rng, "s"))
             for _ in range(rng.choice([1, 1, 2, 3]))]

    def spectrum(level: Level) -> Spectrum:
        grams = [norms([_function(term[side][0], name) for term in terms],
                       radial_edges(tuple(b for term in terms for b in term[side][1]), std), radial(k, std),
                       level.nodes)[0] for side, name, std in ((2, "r", stds[0]), (3, "s", stds[1]))]
        c = np.array([a * angular(_function(g, "t"), k, np.array([breaks]), level)[:, 0]
                      for a, (g, breaks), _, _ in terms])
        return joined(of_finite_rank(*grams, c.T[:, :, None] * np.eye(len(terms))), k)
    text = " + ".join(f"{a} * {g[0]} * {f[0]} * {e[0]}" for a, g, f, e in terms)
    return DrawnVectors(text, k, stds, _SEPARABLE, spectrum)


def _through_product(rng: Random, k: int) -> DrawnVectors:
    """A function of <x, y> that breaks, alone or times smooth functions of the lengths."""
    alone = rng.random() < 0.7
    stds = (1.0, 1.0) if alone else _stds(rng)
    (phi, breaks) = _drawn(rng, _OF_PRODUCT, "w", 0.3, 1.5)
    a, b = uniform(rng, 0.2, 1.0), uniform(rng, 0.2, 1.0)
    f, e = ("1.0", "1.0") if alone else (f"np.exp(-{a} * r)", f"1 / (1 + {b} * s)")
    of_product, of_x, of_y = _function(phi, "w"), _function(f, "r"), _function(e, "s")
    enters = tuple(sorted({abs(b) for b in breaks if b != 0.0}))

    def spectrum(level: Level) -> Spectrum:
        edges = radial_edges((), stds[0]), radial_edges((), stds[1])
        table = product_table(lambda z, t: of_product(z * t), k, lambda z: np.array((*breaks, 0.0)) / z[:, None],
                              special=enters, highest=edges[0][-1] * edges[1][-1], level=level)
        curves: Breaks = lambda u: np.array(enters) / u[:, None]  # noqa: E731
        return joined(of_integrals(lambda u, v: table(u * v) * of_x(u) * of_y(v), edges,
                                   (radial(k, stds[0]), radial(k, stds[1])), (curves, curves), level), k, _LEAST)
    text = phi if alone else f"{phi} * {f} * {e}"
    return DrawnVectors(text, k, stds, _JOINT, spectrum, elementwise=alone and rng.random() < 0.5)


def _smooth_in_product(rng: Random, k: int) -> DrawnVectors:
    """A smooth function of <x, y> times functions of the angle and of the lengths that break."""
    stds, phi = _stds(rng), rng.choice(_SMOOTH_IN_PRODUCT).format(a=uniform(rng, 0.2, 1.0))
    (g, breaks), (f, f_breaks), (e, e_breaks) = _of_angle(rng), _of_radius(rng, "r"), _of_radius(rng, "s")
    of_product, of_t, of_x, of_y = _function(phi, "w"), _function(g, "t"), _function(f, "r"), _function(e, "s")

    def spectrum(level: Level) -> Spectrum:
        edges = radial_edges(f_breaks, stds[0]), radial_edges(e_breaks, stds[1])
        table = product_table(lambda z, t: of_product(z * t) * of_t(t), k,
                              lambda z: np.broadcast_to(np.array((*breaks, 0.0)), (len(z), len(breaks) + 1)),
                              special=(), highest=edges[0][-1] * edges[1][-1], level=level)
        return joined(of_matrices(lambda u, v: table(u * v) * of_x(u) * of_y(v), edges,
                                  (radial(k, stds[0]), radial(k, stds[1])), level), k)
    return DrawnVectors(f"{phi} * {g} * {f} * {e}", k, stds, _JOINT, spectrum)


def _of_radii(rng: Random, k: int) -> DrawnVectors:
    """A function of the angle times one of both lengths that breaks along a curve."""
    stds, (g, breaks) = _stds(rng), _of_angle(rng)
    q, curve = (text.format(c=_c) for _c in [uniform(rng, 0.5, 3.0)] for text in rng.choice(_OF_RADII))
    of_t, of_both, at = _function(g, "t"), _function(q, "r", "s"), _function(curve, "r")
    curves: Breaks = lambda u: at(u)[:, None]  # noqa: E731 - each of these curves is its own inverse

    def spectrum(level: Level) -> Spectrum:
        edges = radial_edges((), stds[0]), radial_edges((), stds[1])
        sigma = of_integrals(lambda u, v: of_both(u, v)[None], edges, (radial(k, stds[0]), radial(k, stds[1])),
                             (curves, curves), level)[0]
        c = np.abs(angular(of_t, k, np.array([breaks]), Level(100, 0, level.nodes + 16))[:, 0])
        found = joined(np.multiply.outer(c, sigma), k)
        return Spectrum(found.values, found.multiplicities, max(found.floor, _LEAST * float(found.values.max())))
    return DrawnVectors(f"{g} * {q}", k, stds, _PLANE, spectrum)


def _of_distance(rng: Random, k: int) -> DrawnVectors:
    """A function of |x - y|."""
    (text, jump), c = rng.choice(_OF_DISTANCE), uniform(rng, 0.8, 2.5)
    phi = text.format(c=c)
    of_d = _function(phi, "d")

    def spectrum(level: Level) -> Spectrum:
        def kernel(u: np.ndarray, v: np.ndarray) -> np.ndarray:
            shape = np.broadcast_shapes(u.shape, v.shape)
            a, b = (np.broadcast_to(p, shape).ravel() for p in (u, v))
            return of_distance(of_d, (a, b), k, np.full((len(a), 1), c), level).reshape(level.degrees, *shape)

        def curves(u: np.ndarray) -> np.ndarray:
            return u[:, None] if jump is None else np.stack([c - u, c + u, u - c], axis=1)
        edges = radial_edges(() if jump is None else (c,), 1.0)
        values = of_integrals(kernel, (edges, edges), (radial(k, 1.0), radial(k, 1.0)), (curves, curves), level)
        return joined(values, k, _LEAST)
    return DrawnVectors(phi, k, (1.0, 1.0), _DISTANCE, spectrum)


def _plane(of_both: Function, curves: tuple[Breaks, Breaks], level: Level) -> np.ndarray:
    """Singular values of a kernel of two numbers that breaks along curves."""
    edges = np.concatenate([-_LINE[::-1], [0.0], _LINE])
    return of_integrals(lambda u, v: of_both(u, v)[None], (edges, edges), (gaussian, gaussian), curves, level)[0]


def _of_two(rng: Random) -> tuple[str, tuple[Breaks, Breaks]]:
    """A function of two numbers, and the curve along which it breaks."""
    c = uniform(rng, 0.3, 1.5)
    q, *curve = (text.format(c=c) for text in rng.choice(_OF_TWO))
    v_at, u_at = (_function(text, name) for text, name in zip(curve, "uv", strict=True))
    return q, (lambda u: v_at(u)[:, None], lambda v: u_at(v)[:, None])


def _of_sums(rng: Random, k: int) -> DrawnVectors:
    """A function of the sums of the components."""
    q, curves = _of_two(rng)

    def spectrum(level: Level) -> Spectrum:
        values = _plane(_function(q, "u", "v"), curves, level)
        return Spectrum(values, np.ones(len(values)), _LEAST * float(values[0]))
    return DrawnVectors(q, k, (1.0, 1.0), _PLANE, spectrum)


def _product_of_components(rng: Random, k: int) -> DrawnVectors:
    """A product of functions of one component each of x and y."""
    k = min(k, 3)
    factors = [_of_two(rng) for _ in range(k)]

    def spectrum(level: Level) -> Spectrum:
        values = np.ravel(reduce(np.multiply.outer, [
            _plane(_function(q, "u", "v"), curves, level)[:_FACTORS] for q, curves in factors]))
        return Spectrum(values, np.ones(len(values)), _LEAST * float(values.max()))
    text = " * ".join(_renamed(q, i + 1) for i, (q, _) in enumerate(factors))
    return DrawnVectors(text, k, (1.0, 1.0), _PLANE, spectrum)


def _renamed(q: str, i: int) -> str:
    """A text in u and v as one in the i-th components."""
    named = re.sub(r"\bu\b", f"x{i}", re.sub(r"\bv\b", f"y{i}", q))
    return f"({named})"


def _odd_sum(rng: Random, k: int) -> DrawnVectors:
    """The sum over components of an odd function of their product: every value of it stands k times."""
    c = uniform(rng, 0.3, 1.5)
    phi, breaks = rng.choice(_ODD)
    texts = [phi.format(z=f"(x{i} * y{i})", c=c) for i in range(1, k + 1)]
    of_both = _function(phi.format(z="(u * v)", c=c), "u", "v")
    at = np.array([float(b.format(c=c)) for b in breaks])
    curves: Breaks = lambda u: at / u[:, None]  # noqa: E731

    def spectrum(level: Level) -> Spectrum:
        values = _plane(of_both, (curves, curves), level)
        return Spectrum(values, np.full(len(values), float(k)), _LEAST * float(values[0]))
    return DrawnVectors(" + ".join(texts), k, (1.0, 1.0), _PLANE, spectrum)


def _few_components(rng: Random, k: int) -> DrawnVectors:
    """A sum of products of functions of single components, each broken at a number."""
    count = rng.randint(1, min(k, 3))
    terms = [(either(rng, 0.3, 1.5), *(_drawn(rng, _OF_RADIUS[6:10], f"{name}{i + 1}", 0.1, 1.2, signed=True)
                                        for name in "xy")) for i in range(count)]

    def spectrum(level: Level) -> Spectrum:
        grams = []
        for side, name in ((1, "x"), (2, "y")):
            edges = np.unique([*-_LINE, 0.0, *_LINE, *(b for term in terms for b in term[side][1])])
            square, mean = norms([_function(term[side][0], f"{name}{i + 1}") for i, term in enumerate(terms)], edges,
                                 gaussian, level.nodes)
            grams.append(np.where(np.eye(count) > 0, square, np.multiply.outer(mean, mean)))
        values = of_finite_rank(*grams, np.diag([term[0] for term in terms]))
        return Spectrum(values, np.ones(count), 1e-12 * float(values[0]))
    text = " + ".join(f"{a} * {f[0]} * {e[0]}" for a, f, e in terms)
    return DrawnVectors(text, k, (1.0, 1.0), _SEPARABLE, spectrum)


_KINDS = {_separable: 8, _through_product: 4, _smooth_in_product: 3, _of_radii: 2, _of_distance: 1, _of_sums: 2,
          _product_of_components: 1, _odd_sum: 1, _few_components: 1}


def draw_vectors(rng: Random) -> DrawnVectors:
    """Draw a kernel of one of the kinds, in R^2 to R^5."""
    kind = rng.choices(list(_KINDS), weights=list(_KINDS.values()))[0]
    return kind(rng, rng.randint(2, 5))
