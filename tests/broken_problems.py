"""Rows of the problem table without a closed form: h breaks, or nearly does, along curves that are known."""

import math

import numpy as np
from computed_values import VALUES
from problem import Problem
from references import Breaks, lines
from scipy.special import gamma, ndtr

from opsvd.measures import Gaussian

__all__ = ["BROKEN"]

_SOURCE = "Galerkin on panels, integrated between the known breaks (tests/references.py); two discretisations agree"


def _broken(name, tags, h, breaks, *, energy=None, source=_SOURCE, **measures):
    """A row from the values computed for it; with E[h^2] in closed form, `energy`, the tail is known."""
    accuracy, values = VALUES[name]
    values = np.array(values)
    tail = None if energy is None else energy - float(np.sum(values**2))
    return Problem(name, frozenset({"reference", *tags.split()}), h, values, source, tail_energy=tail,
                   accuracy=accuracy, breaks=breaks, **measures)


def _density(t):
    """The standard Gaussian density."""
    return math.exp(-t * t / 2) / math.sqrt(2 * math.pi)


def _columns(*functions):
    """One function with the values of several in its columns."""
    return lambda t: np.stack([function(t) for function in functions], axis=1)


# The functions of phi(xy) are smooth at 0, but the curves xy = c make them like exp(-1/x^2): no Taylor series there.
_FLAT = {0.0: 0.01, **dict.fromkeys((-0.28, -0.2, -0.12, 0.12, 0.2, 0.28), 1.0)}
# Beside a tangent of a jump the functions have a square root: the panels of width w leave its w^(3/2) times 1e-3.
_ROOT = 1e-9
# Weaker singularities, such as the power 3/2 of what a root becomes once integrated.
_WEAK = 1e-5
# A corner: smooth from both sides, the end of a panel is all it takes.
_EDGE = 1.0


def _hyperbolas(*levels, smallest=None):
    """The curves xy = level."""
    c = np.array(levels)
    return Breaks(lambda t: c / t[:, None], lambda t: c / t[:, None], _FLAT, _FLAT, smallest)


_PRODUCT = (
    _broken("clip(xy, -1, 1)", "curve kink", lambda x, y: np.clip(x * y, -1, 1), _hyperbolas(-1, 1)),
    _broken("soft threshold of xy at 1", "curve kink",
            lambda x, y: np.sign(x * y) * np.maximum(np.abs(x * y) - 1, 0), _hyperbolas(-1, 1)),
    _broken("Huber function of xy", "curve kink",
            lambda x, y: np.where(np.abs(x * y) < 1, (x * y) ** 2 / 2, np.abs(x * y) - 0.5), _hyperbolas(-1, 1)),
    _broken("relu(xy - 1)", "curve kink", lambda x, y: np.maximum(x * y - 1, 0), _hyperbolas(1)),
    _broken("(xy > 1)", "curve jump", lambda x, y: x * y > 1, _hyperbolas(1)),
    _broken("sign(xy) (|xy| > 0.5)", "curve jump", lambda x, y: np.sign(x * y) * (np.abs(x * y) > 0.5),
            _hyperbolas(-0.5, 0.5)),
    _broken("|xy - 1|^(1/2)", "curve root", lambda x, y: np.sqrt(np.abs(x * y - 1)), _hyperbolas(1, smallest=1e-12)),
    _broken("relu(xy - 1), means 0.5 and -1", "curve kink shifted-measure", lambda x, y: np.maximum(x * y - 1, 0),
            _hyperbolas(1), mu_x=Gaussian(0.5, 1.5), mu_y=Gaussian(-1, 0.8)),
)

_DIAGONAL = lines(1, -1, 0)
_ROOT_3, _ROOT_5 = math.sqrt(3), math.sqrt(5)

_DIFFERENCE = (
    _broken("|x - y|", "curve kink", lambda x, y: np.abs(x - y), _DIAGONAL, energy=2.0),
    _broken("|x - y|, stds 1 and 2", "curve kink shifted-measure", lambda x, y: np.abs(x - y), _DIAGONAL, energy=5.0,
            mu_y=Gaussian(0, 2)),
    _broken("exp(-|x - y|)", "curve kink", lambda x, y: np.exp(-np.abs(x - y)), _DIAGONAL,
            energy=2 * math.exp(4) * float(ndtr(-2 * math.sqrt(2)))),
    _broken("Matern 3/2", "curve kink", lambda x, y: (1 + _ROOT_3 * np.abs(x - y)) * np.exp(-_ROOT_3 * np.abs(x - y)),
            _DIAGONAL),
    _broken("Matern 5/2", "curve kink",
            lambda x, y: (1 + _ROOT_5 * np.abs(x - y) + 5 / 3 * (x - y) ** 2) * np.exp(-_ROOT_5 * np.abs(x - y)),
            _DIAGONAL),
    _broken("max(x, y)", "curve kink", np.maximum, _DIAGONAL, energy=1.0),
    _broken("|x - y| sin(5xy)", "curve kink oscillating", lambda x, y: np.abs(x - y) * np.sin(5 * x * y), _DIAGONAL),
    _broken("cos(5(x - y)) (x > y)", "curve jump oscillating", lambda x, y: np.cos(5 * (x - y)) * (x > y), _DIAGONAL,
            energy=(1 + math.exp(-100)) / 4),
    _broken("|sin(2(x - y))|", "curve kink oscillating", lambda x, y: np.abs(np.sin(2 * (x - y))),
            lines(1, -1, *(math.pi / 2 * np.arange(-14, 15))), energy=(1 - math.exp(-16)) / 2),
)

_ROOTS = (
    _broken("|x - y|^(1/2)", "curve root", lambda x, y: np.sqrt(np.abs(x - y)), lines(1, -1, 0, smallest=1e-12),
            energy=2 / math.sqrt(math.pi)),
    _broken("log|x - y|", "curve root", lambda x, y: np.log(np.abs(x - y)), lines(1, -1, 0, smallest=1e-15),
            energy=(np.euler_gamma / 2) ** 2 + math.pi**2 / 8),
    _broken("exp(-|x - y|^(1/2))", "curve root", lambda x, y: np.exp(-np.sqrt(np.abs(x - y))),
            lines(1, -1, 0, smallest=1e-12)),
    _broken("|x - 2y|^0.7", "curve root", lambda x, y: np.abs(x - 2 * y) ** 0.7, lines(1, -2, 0, smallest=1e-12),
            energy=10**0.7 * float(gamma(1.2)) / math.sqrt(math.pi)),
)

_SUM = (
    _broken("max(x + y - 1/2, 0)", "curve kink", lambda x, y: np.maximum(x + y - 0.5, 0), lines(1, 1, 0.5),
            energy=2.25 * float(ndtr(-0.5 / math.sqrt(2))) - 0.5 * math.sqrt(2) * _density(0.5 / math.sqrt(2))),
    _broken("(x > y) + (x + y > 1)", "curve jump", lambda x, y: (x > y) + 1.0 * (x + y > 1),
            Breaks(*[_columns(lambda t: t, lambda t: 1 - t)] * 2, {0.5: _EDGE}, {0.5: _EDGE}),
            energy=0.5 + 2 * float(ndtr(-1 / math.sqrt(2)))),
    _broken("clip(round(x + y), -2, 2)", "curve jump", lambda x, y: np.clip(np.round(x + y), -2, 2),
            lines(1, 1, -1.5, -0.5, 0.5, 1.5),
            energy=2 * float(ndtr(-0.5 / math.sqrt(2))) + 6 * float(ndtr(-1.5 / math.sqrt(2)))),
    # E floor(s)^2 is the sum of 2k - 1 times P(s >= k) and of 2k + 1 times P(s < -k), k = 1, 2, ..., and P(s < 0).
    _broken("floor(x + y)", "curve jump", lambda x, y: np.floor(x + y), lines(1, 1, *np.arange(-18, 19)),
            energy=0.5 + sum(4 * k * float(ndtr(-k / math.sqrt(2))) for k in range(1, 40))),
)

_SQRT = _columns(np.sqrt, lambda t: -np.sqrt(t))


def _cubic_roots(y):
    """The real roots of x^3 - x = y, with trigonometric functions where there are three, which does not cancel."""
    scaled = y * 1.5 * _ROOT_3
    three = 2 / _ROOT_3 * np.cos((np.arccos(scaled)[:, None] - 2 * np.pi * np.arange(3)) / 3)
    one = 2 / _ROOT_3 * np.sign(y) * np.cosh(np.arccosh(np.abs(scaled)) / 3)
    return np.column_stack([three, one])


_SINE_TURNS = math.pi * np.arange(-5, 6)
_CUBIC_TOP = 2 / (3 * _ROOT_3)

_GRAPHS = (
    _broken("(y > x^2 - 1)", "curve jump", lambda x, y: y > x**2 - 1,
            Breaks(_columns(lambda x: x**2 - 1), lambda y: _SQRT(y + 1), {0.0: _WEAK}, {-1.0: _ROOT})),
    _broken("|y - x^2|", "curve kink", lambda x, y: np.abs(y - x**2),
            Breaks(_columns(np.square), _SQRT, {0.0: _WEAK}, {0.0: _WEAK}), energy=4.0),
    _broken("min(x, y^2)", "curve kink", lambda x, y: np.minimum(x, y**2),
            Breaks(_SQRT, _columns(np.square), {0.0: _WEAK}, {0.0: _WEAK})),
    _broken("|x|^(1/3) (y > x^2 - 1)", "curve jump axis-singular", lambda x, y: np.cbrt(np.abs(x)) * (y > x**2 - 1),
            Breaks(_columns(lambda x: x**2 - 1), lambda y: _SQRT(y + 1), {0.0: 1e-10}, {-1.0: 1e-10})),
    _broken("(y > sin(2x))", "curve jump", lambda x, y: y > np.sin(2 * x),
            Breaks(_columns(lambda x: np.sin(2 * x)),
                   lambda y: np.column_stack([np.arcsin(y)[:, None] / 2 + _SINE_TURNS,
                                              np.pi / 2 - np.arcsin(y)[:, None] / 2 + _SINE_TURNS]),
                   {math.pi * (k / 2 + 0.25): 1e-3 for k in range(-7, 7)}, {-1.0: _ROOT, 1.0: _ROOT}), energy=0.5),
    _broken("(y > x^3 - x)", "curve jump", lambda x, y: y > x**3 - x,
            Breaks(_columns(lambda x: x**3 - x), _cubic_roots,
                   {sign * k / _ROOT_3: _WEAK for sign in (-1, 1) for k in (1, 2)},
                   {-_CUBIC_TOP: _ROOT, _CUBIC_TOP: _ROOT}), energy=0.5),
    _broken("(y > |x|)", "curve jump", lambda x, y: y > np.abs(x),
            Breaks(_columns(np.abs), _columns(lambda y: y, np.negative), {0.0: _EDGE}, {0.0: _EDGE}), energy=0.25),
    _broken("max(x, y, 0)", "curve kink", lambda x, y: np.maximum(np.maximum(x, y), 0),
            Breaks(_DIAGONAL.y_at, _DIAGONAL.x_at, {0.0: _EDGE}, {0.0: _EDGE}), energy=0.75 + 0.5 / math.pi),
)

_UNIT = {-1.0: _ROOT, 0.0: _WEAK, 1.0: _ROOT}


def _circle(t):
    return _SQRT(1 - t**2)


def _diamond(t):
    return np.where(np.abs(t) < 1, 1 - np.abs(t), np.nan)[:, None] * [1, -1]


_CLOSED = (
    _broken("(x^2 + y^2 < 1)", "curve jump", lambda x, y: x**2 + y**2 < 1, Breaks(_circle, _circle, _UNIT, _UNIT),
            energy=-math.expm1(-0.5)),
    _broken("max(1 - x^2/2 - y^2, 0)", "curve kink", lambda x, y: np.maximum(1 - x**2 / 2 - y**2, 0),
            Breaks(lambda x: _SQRT(1 - x**2 / 2), lambda y: _SQRT(2 - 2 * y**2),
                   {-math.sqrt(2): _WEAK, 0.0: _WEAK, math.sqrt(2): _WEAK}, {-1.0: _WEAK, 0.0: _WEAK, 1.0: _WEAK})),
    _broken("(|x| + |y| < 1)", "curve jump", lambda x, y: np.abs(x) + np.abs(y) < 1,
            Breaks(*[_diamond] * 2, *[dict.fromkeys((-1.0, 0.0, 1.0), _EDGE)] * 2),
            energy=(2 * float(ndtr(math.sqrt(0.5))) - 1) ** 2),
    _broken("(x^2 - y^2 > 1)", "curve jump", lambda x, y: x**2 - y**2 > 1,
            Breaks(lambda x: _SQRT(x**2 - 1), lambda y: _SQRT(y**2 + 1), {-1.0: _ROOT, 1.0: _ROOT}, {0.0: _WEAK})),
    _broken("|x^2 - y^2|", "curve kink", lambda x, y: np.abs(x**2 - y**2),
            Breaks(*[_columns(lambda t: t, np.negative)] * 2, {0.0: _EDGE}, {0.0: _EDGE}), energy=4.0),
)

# A net with three and two hidden units, its weights drawn once and rounded.
_W1, _B1 = np.array([[1.1, -0.6], [-0.4, 1.3], [0.9, 0.8]]), np.array([0.3, -0.5, 0.7])
_W2, _B2 = np.array([[1.2, -0.9, 0.5], [-0.7, 1.4, -1.1]]), np.array([-0.6, 0.4])
_V = np.array([1.0, -1.5])


def _net(x, y):
    hidden = [np.maximum(a * x + b * y + c, 0) for (a, b), c in zip(_W1, _B1, strict=True)]
    outer = [np.maximum(sum(w * z for w, z in zip(row, hidden, strict=True)) + c, 0)
             for row, c in zip(_W2, _B2, strict=True)]
    return _V[0] * outer[0] + _V[1] * outer[1]


def _net_breaks(start, step):
    """The t at which the net has a kink at start + t step, both (n, 2): shape (n, 11), NaN or far where none."""
    constant, slope = start @ _W1.T + _B1, step @ _W1.T
    # A line along which a unit is constant does not meet its kink, or lies in it: moved out of the way.
    first = np.nan_to_num(-constant / slope, nan=1e9, posinf=1e9, neginf=-1e9)
    ends = np.sort(first, axis=1)
    middle = np.column_stack([ends[:, 0] - 1, (ends[:, :-1] + ends[:, 1:]) / 2, ends[:, -1] + 1])
    active = constant[:, None] + slope[:, None] * middle[:, :, None] > 0
    # Between the kinks of the first layer the second is linear in t.
    second = -(active * constant[:, None] @ _W2.T + _B2) / (active * slope[:, None] @ _W2.T)
    low, high = np.insert(ends, 0, -np.inf, axis=1), np.insert(ends, 3, np.inf, axis=1)
    inside = (second > low[:, :, None]) & (second < high[:, :, None])
    return np.column_stack([first, np.where(inside, second, np.nan).reshape(len(first), -1)])


def _net_corners():
    """The points where kinks of the second layer turn, which they do on those of the first: shape (m, 2)."""
    start = -_W1 * (_B1 / np.sum(_W1**2, axis=1))[:, None]
    step = _W1[:, ::-1] * [1, -1]
    t = _net_breaks(start, step)
    corners = start[:, None] + t[:, :, None] * step[:, None]
    return corners[np.all(np.abs(corners) < 20, axis=2)]


def _net_at(column):
    """The breaks on the lines where the given coordinate (0 for x, 1 for y) is fixed."""
    unit = np.eye(2)
    return lambda t: _net_breaks(t[:, None] * unit[column], np.broadcast_to(unit[1 - column], (len(t), 2)))


def _net_points():
    """The ends of panels in x and in y: the corners, and what the kinks carry them to."""
    x, y = _net_corners().T
    carried = _net_at(1)(y).ravel(), _net_at(0)(x).ravel()
    return [dict.fromkeys(np.concatenate([a, b[np.isfinite(b)]]), _EDGE) for a, b in zip((x, y), carried, strict=True)]


with np.errstate(all="ignore"):
    _SEVERAL = (
        _broken("a relu net with layers 3 and 2", "curve kink", _net, Breaks(_net_at(0), _net_at(1), *_net_points())),
    )

_POINT = {0.0: 1e-7}

_POINTS = (
    _broken("sqrt(x^2 + y^2)", "point-singular", lambda x, y: np.sqrt(x**2 + y**2),
            Breaks(x_points=_POINT, y_points=_POINT), energy=2.0),
    _broken("arctan2(y, x)", "point-singular axis-singular", lambda x, y: np.arctan2(y, x),
            Breaks(x_points=_POINT, y_points=_POINT), energy=math.pi**2 / 3),
)

_PERIODIC = ("trapezoid rule on the circle, where h is periodic and the Gaussian a theta function; Galerkin on panels "
             "agrees. Rounding of x + y limits h itself to 1e-12 at its peaks")

_NEAR = (
    _broken("tanh(20(x - y))", "near-singular", lambda x, y: np.tanh(20 * (x - y)), lines(1, -1, 0, smallest=0.01)),
    _broken("softplus(30(x - y)) / 30", "near-singular", lambda x, y: np.logaddexp(0, 30 * (x - y)) / 30,
            lines(1, -1, 0, smallest=0.01)),
    _broken("1/(1 + 400(x - y)^2)", "near-singular", lambda x, y: 1 / (1 + 400 * (x - y) ** 2),
            lines(1, -1, 0, smallest=0.01)),
    _broken("1/(1.0001 + sin(x + y))", "near-singular", lambda x, y: 1 / (1.0001 + np.sin(x + y)),
            lines(1, 1, *(math.pi * (2 * np.arange(-3, 4) - 0.5)), smallest=0.002), source=_PERIODIC),
)

BROKEN = (*_PRODUCT, *_DIFFERENCE, *_ROOTS, *_SUM, *_GRAPHS, *_CLOSED, *_SEVERAL, *_POINTS, *_NEAR)
