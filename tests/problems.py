"""The problem table: kernels whose spectra are known, with their measures and where the values come from."""

import cmath
import math

import numpy as np
from broken_problems import BROKEN
from problem import TAGS, Problem, finite, infinite
from references import Breaks, lines
from scipy.special import ndtr, polygamma

from opsvd import exact
from opsvd.measures import Gaussian

__all__ = ["ARCTAN", "EXP_ABS", "GELU", "LOGISTIC", "PROBLEMS", "TAGS", "TANH", "Problem", "tagged"]


def _reference(name, tags, h, values, source):
    """A problem without a closed form; its tail is unknown."""
    return Problem(name, frozenset({"reference", *tags.split()}), h, values, source, tail_energy=None)


def _mehler_ratio(r):
    """The density of two standard Gaussians of correlation r over the product of their marginals."""
    return lambda x, y: np.exp(-(r * r * (x * x + y * y) - 2 * r * x * y) / (2 - 2 * r * r)) / np.sqrt(1 - r * r)


# Enough for every geometric spectrum here: 0.9^(2 * 400) < 1e-36.
MANY = 400

# The sums of squares beyond the 60th value: of 1/((i - 1/2) pi), of its square, and of it with every value twice.
_JUMP_TAIL = float(polygamma(1, 60.5)) / np.pi**2
_MIN_TAIL = float(polygamma(3, 60.5)) / (6 * np.pi**4)
_SIGN_TAIL = 2 * float(polygamma(1, 30.5)) / np.pi**2

_GEOMETRIC = (
    infinite("sin(xy)", "entire", lambda x, y: np.sin(x * y), exact.sin_product(1, MANY), "exact.sin_product"),
    infinite("sin(2xy)", "entire", lambda x, y: np.sin(2 * x * y), exact.sin_product(2, MANY), "exact.sin_product"),
    infinite("cos(xy)", "entire", lambda x, y: np.cos(x * y), exact.cos_product(1, MANY), "exact.cos_product"),
    infinite("cos(0.1xy)", "entire", lambda x, y: np.cos(0.1 * x * y), exact.cos_product(0.1, MANY),
             "exact.cos_product"),
    infinite("exp(0.3xy)", "entire growth", lambda x, y: np.exp(0.3 * x * y), exact.exp_product(0.3, MANY),
             "exact.exp_product"),
    infinite("exp(0.45xy)", "entire growth", lambda x, y: np.exp(0.45 * x * y), exact.exp_product(0.45, MANY),
             "exact.exp_product"),
    infinite("exp(-0.45xy)", "entire growth", lambda x, y: np.exp(-0.45 * x * y), exact.exp_product(-0.45, MANY),
             "exact.exp_product"),
    infinite("exp(0.48xy)", "entire growth", lambda x, y: np.exp(0.48 * x * y), exact.exp_product(0.48, MANY),
             "exact.exp_product"),
    infinite("Mehler ratio, r = 0.5", "entire growth", _mehler_ratio(0.5), exact.mehler(0.5, MANY), "exact.mehler"),
    infinite("Mehler ratio, r = 0.9", "entire growth", _mehler_ratio(0.9), exact.mehler(0.9, MANY), "exact.mehler"),
    infinite("exp(-(x-y)^2/2)", "entire", lambda x, y: np.exp(-((x - y) ** 2) / 2),
             exact.squared_exponential(1, MANY), "exact.squared_exponential"),
    infinite("squared exponential, length 0.5", "entire", lambda x, y: np.exp(-2 * (x - y) ** 2),
             exact.squared_exponential(0.5, MANY), "exact.squared_exponential"),
    infinite("squared exponential, length 2", "entire", lambda x, y: np.exp(-((x - y) ** 2) / 8),
             exact.squared_exponential(2, MANY), "exact.squared_exponential"),
)

_DIFFICULT = (
    infinite("exp(0.49xy)", "entire growth wide", lambda x, y: np.exp(0.49 * x * y), exact.exp_product(0.49, MANY),
             "exact.exp_product"),
    infinite("Mehler ratio, r = 0.99", "entire growth wide", _mehler_ratio(0.99), exact.mehler(0.99, 60),
             "exact.mehler", beyond=0.99**120 / (1 - 0.99**2)),
    infinite("squared exponential, length 0.05", "entire narrow", lambda x, y: np.exp(-200 * (x - y) ** 2),
             exact.squared_exponential(0.05, MANY), "exact.squared_exponential"),
    infinite("sin(10xy)", "entire oscillating", lambda x, y: np.sin(10 * x * y), exact.sin_product(10, MANY),
             "exact.sin_product"),
    infinite("cos(10xy)", "entire oscillating", lambda x, y: np.cos(10 * x * y), exact.cos_product(10, MANY),
             "exact.cos_product"),
    infinite("cos(30xy)", "entire oscillating", lambda x, y: np.cos(30 * x * y), exact.cos_product(30, 4 * MANY),
             "exact.cos_product"),
)


def _bump_moment(mean, width, frequency=0.0):
    """E[exp(-(x - mean)^2 / (2 width^2)) exp(i frequency x)]: the bump shifts and shrinks the Gaussian."""
    variance = width**2 / (1 + width**2)
    scale = math.sqrt(variance) * math.exp(-(mean**2) / (2 * (1 + width**2)))
    return scale * cmath.exp(1j * frequency * mean / (1 + width**2) - frequency**2 * variance / 2)


def _waves_and_bump(mean, width):
    """The Gram matrix of cos x, sin x and a bump."""
    wave, square = _bump_moment(mean, width, 1.0), _bump_moment(mean, width / math.sqrt(2)).real
    cos2, sin2 = (1 + math.exp(-2)) / 2, (1 - math.exp(-2)) / 2
    return np.array([[cos2, 0, wave.real], [0, sin2, wave.imag], [wave.real, wave.imag, square]])


def _bump(x, y):
    """A Gaussian of width 0.02 around (1.7, -2.3)."""
    return np.exp(-((x - 1.7) ** 2 + (y + 2.3) ** 2) / (2 * 0.02**2))


_STEPS = 0.04 * np.arange(-4, 5)
_AROUND_BUMP = Breaks(x_points=dict.fromkeys(1.7 + _STEPS, 1.0), y_points=dict.fromkeys(-2.3 + _STEPS, 1.0))

_NARROW = (
    finite("a bump of width 0.02 at (1.7, -2.3)", "entire narrow", _bump,
           exact.separable(_bump_moment(1.7, 0.02 / math.sqrt(2)).real, _bump_moment(-2.3, 0.02 / math.sqrt(2)).real),
           "exact.separable with Gaussian integrals", breaks=_AROUND_BUMP),
    finite("cos(x - y) + a bump of width 0.02", "entire narrow", lambda x, y: np.cos(x - y) + _bump(x, y),
           exact.finite_rank(_waves_and_bump(1.7, 0.02), _waves_and_bump(-2.3, 0.02)),
           "exact.finite_rank with Gaussian integrals", breaks=_AROUND_BUMP),
)

_LINES = (
    finite("(x > 0.7) (y < -0.4)", "line", lambda x, y: 1.0 * (x > 0.7) * (y < -0.4),
           exact.separable(float(ndtr(-0.7)), float(ndtr(-0.4))), "exact.separable",
           breaks=Breaks(x_points={0.7: 1.0}, y_points={-0.4: 1.0})),
    finite("|x - 0.3| exp(y/3)", "line", lambda x, y: np.abs(x - 0.3) * np.exp(y / 3),
           exact.separable(1.09, math.exp(2 / 9)), "exact.separable with E(x - a)^2 = 1 + a^2",
           breaks=Breaks(x_points={0.3: 1.0})),
)

_POLYNOMIAL = (
    finite("(xy)^2", "entire", lambda x, y: (x * y) ** 2, exact.monomial_product(2), "exact.monomial_product"),
    finite("(xy)^3", "entire", lambda x, y: (x * y) ** 3, exact.monomial_product(3), "exact.monomial_product"),
    finite("x + y", "entire", lambda x, y: x + y, exact.linear_sum(), "exact.linear_sum"),
    finite("x^2 + y^2", "entire", lambda x, y: x**2 + y**2, [math.sqrt(3) + 1, math.sqrt(3) - 1],
           "exact.sum_of_functions with means 1 and variances 2"),
    finite("(x + y)^2", "entire", lambda x, y: (x + y) ** 2, [math.sqrt(3) + 1, 2, math.sqrt(3) - 1],
           "x^2 + y^2 is even and 2xy is odd: the values of both"),
    finite("(1 + xy)^3", "entire", lambda x, y: (1 + x * y) ** 3, exact.polynomial_kernel(np.diag([1, 3, 3, 1])),
           "exact.polynomial_kernel"),
    finite("a cubic", "entire", lambda x, y: 1 - 2 * x + 0.5 * y**2 + x * y + 3 * x**2 * y - x * y**3 + 0.25 * x**3,
           exact.polynomial_kernel([[1, 0, 0.5, 0], [-2, 1, 0, -1], [0, 3, 0, 0], [0.25, 0, 0, 0]]),
           "exact.polynomial_kernel"),
    finite("a constant", "entire", lambda x, y: -2.0, [2], "exact.separable: |-2|"),
    finite("zero", "entire", lambda x, y: 0.0 * x * y, [], "the zero operator"),
)

_TRIGONOMETRIC_SUM = (
    finite("sin(x + y)", "entire", lambda x, y: np.sin(x + y), np.full(2, math.sqrt(1 - math.exp(-4)) / 2),
           "sin x cos y + cos x sin y, with E sin^2 = (1 - e^-2)/2, E cos^2 = (1 + e^-2)/2, E[sin cos] = 0"),
    finite("cos(x - y)", "entire", lambda x, y: np.cos(x - y), [(1 + math.exp(-2)) / 2, (1 - math.exp(-2)) / 2],
           "cos x cos y + sin x sin y, with the same moments"),
)

_SEPARABLE = (
    finite("|xy|", "axis-singular", lambda x, y: np.abs(x * y), exact.abs_power_product(1), "exact.abs_power_product"),
    finite("|xy|^(1/2)", "axis-singular", lambda x, y: np.sqrt(np.abs(x * y)), exact.abs_power_product(0.5),
           "exact.abs_power_product"),
    finite("sign(xy)", "axis-singular", lambda x, y: np.sign(x * y), exact.sign_product(), "exact.sign_product"),
    finite("sign(x) y", "axis-singular", lambda x, y: np.sign(x) * y, exact.separable(1, 1), "exact.separable"),
    finite("exp(x + y)", "entire growth", lambda x, y: np.exp(x + y), exact.separable(math.exp(2), math.exp(2)),
           "exact.separable with E exp(2x) = e^2"),
    finite("exp(x) |y|", "axis-singular growth", lambda x, y: np.exp(x) * np.abs(y), exact.separable(math.exp(2), 1),
           "exact.separable with E exp(2x) = e^2"),
    finite("|x|^(1/2) exp(y/2)", "axis-singular growth", lambda x, y: np.sqrt(np.abs(x)) * np.exp(y / 2),
           exact.separable(math.sqrt(2 / math.pi), math.exp(0.5)),
           "exact.separable with E|x| = sqrt(2/pi), E exp(y) = e^(1/2)"),
)

_HALVES = (
    finite("relu(xy)", "axis-singular", lambda x, y: np.maximum(x * y, 0), exact.relu_product(), "exact.relu_product"),
    finite("relu(x)relu(y) + relu(-x)relu(-y)/2", "axis-singular",
           lambda x, y: np.maximum(x, 0) * np.maximum(y, 0) + 0.5 * np.maximum(-x, 0) * np.maximum(-y, 0),
           [0.5, 0.25], "two orthogonal products, each factor of second moment 1/2"),
    finite("log|xy|", "axis-singular", lambda x, y: np.log(np.abs(x * y)), exact.log_abs_product(),
           "exact.log_abs_product"),
    finite("|x| + |y|", "axis-singular", lambda x, y: np.abs(x) + np.abs(y),
           exact.sum_of_functions(math.sqrt(2 / math.pi), math.sqrt(1 - 2 / math.pi),
                                  math.sqrt(2 / math.pi), math.sqrt(1 - 2 / math.pi)),
           "exact.sum_of_functions with E|x| = sqrt(2/pi), var|x| = 1 - 2/pi"),
)

_DIAGONAL = lines(1, -1, 0)
# The line y = x where both are positive, and the panels' ends at zero.
_WEDGE = Breaks(*[lambda t: np.where(t > 0, t, np.nan)[:, None]] * 2, {0.0: 1.0}, {0.0: 1.0})

_CURVE = (
    infinite("(x > y)", "curve jump", lambda x, y: x > y, exact.heaviside_difference(60), "exact.heaviside_difference",
             beyond=_JUMP_TAIL, breaks=_DIAGONAL),
    infinite("sign(x - y)", "curve jump", lambda x, y: np.sign(x - y), exact.sign_difference(60),
             "exact.sign_difference", beyond=_SIGN_TAIL, breaks=_DIAGONAL),
    # With u = Phi(x) and v = Phi(y) between 1/2 and 1: integration over an interval of half the length.
    infinite("(0 < y < x)", "curve line jump", lambda x, y: (y > 0) & (y < x), 0.5 * exact.heaviside_difference(60),
             "exact.heaviside_difference, halved", beyond=0.25 * _JUMP_TAIL, breaks=_WEDGE),
    infinite("min(Phi(x), Phi(y))", "curve kink", lambda x, y: np.minimum(ndtr(x), ndtr(y)), exact.min_cdf(60),
             "exact.min_cdf", beyond=_MIN_TAIL, breaks=_DIAGONAL),
)

_SHIFTED = (
    infinite("sin(xy), stds 2 and 1/2", "entire shifted-measure", lambda x, y: np.sin(x * y),
             exact.sin_product(1, MANY), "exact.sin_product with c = 2 * 1/2",
             mu_x=Gaussian(0, 2), mu_y=Gaussian(0, 0.5)),
    infinite("cos((x-1)(y+2)), means 1 and -2", "entire shifted-measure", lambda x, y: np.cos((x - 1) * (y + 2)),
             exact.cos_product(0.75, MANY), "exact.cos_product with c = 3/2 * 1/2",
             mu_x=Gaussian(1, 1.5), mu_y=Gaussian(-2, 0.5)),
    infinite("exp(-(x-y)^2/2), mean 5, std 2", "entire shifted-measure", lambda x, y: np.exp(-((x - y) ** 2) / 2),
             exact.squared_exponential(1, MANY, std=2), "exact.squared_exponential",
             mu_x=Gaussian(5, 2), mu_y=Gaussian(5, 2)),
    finite("exp(x + y), means -1 and 3/2", "entire growth shifted-measure", lambda x, y: np.exp(x + y),
           exact.separable(math.exp(-2 + 2 * 1.5**2), math.exp(3 + 2 * 0.5**2)),
           "exact.separable with E exp(2x) = exp(2m + 2s^2)", mu_x=Gaussian(-1, 1.5), mu_y=Gaussian(1.5, 0.5)),
    finite("|xy|, means 1 and -1/2", "axis-singular shifted-measure", lambda x, y: np.abs(x * y),
           exact.separable(5, 1.25), "exact.separable with E x^2 = m^2 + s^2",
           mu_x=Gaussian(1, 2), mu_y=Gaussian(-0.5, 1)),
    finite("x + y, means 3 and -1", "entire shifted-measure", lambda x, y: x + y,
           exact.sum_of_functions(3, 0.5, -1, 2), "exact.sum_of_functions",
           mu_x=Gaussian(3, 0.5), mu_y=Gaussian(-1, 2)),
)

# For phi(xy) without a closed form: x = +-e^u splits the operator by parity into the Hankel matrices of the even and
# the odd part of phi(e^(u + v)), with the weights of the trapezoid rule in u on [-48, 2.6]. The matrices are applied in
# the 80-bit arithmetic of x86 (numpy.longdouble) to the leading eigenvectors of their double-precision copies, made
# orthonormal in 80 bits after each of two applications: Rayleigh quotients are then correct to about 1e-18. The
# values of 500 nodes on [-44, 2.6] and of 800 on [-48, 2.6] agree to 2e-18 for every value below.
_LOGARITHMIC = "trapezoid rule in x = +-e^u, split by parity; stable to 2e-18 from 500 to 800 nodes"

TANH = np.array([
    0.523183285251284504, 0.059203253091827348, 0.012625784175887372, 0.003157971801017101,
    0.000851120802681537, 0.000239294271001356, 0.000069167865478863, 0.000020435033283349,
])
ARCTAN = np.array([
    0.572165928607778426, 0.048808855635787611, 0.007933112706235636, 0.001644146081470464,
    0.000390083391264447, 0.000101176301830749, 0.000027990543556742, 0.000008136933608668,
])
LOGISTIC = np.array([
    0.500000000000000000, 0.181140212494422488, 0.015528175961887782, 0.002474145580821037,
    0.000477881520575657, 0.000101857783592725, 0.000023113892788376, 0.000005497054845564,
])
GELU = np.array([
    0.500000000000000000, 0.448373531495368923, 0.031638817446280784, 0.007733403347478435,
    0.002269216648336562, 0.000731618164816646, 0.000250416345619429, 0.000089428461574445,
])
EXP_ABS = np.array([
    0.684159275695583534, 0.124636511285062268, 0.020763444608004772, 0.003417262770803749,
    0.000560070730568115, 0.000091617400775459, 0.000014971498959893, 0.000002445026425254,
])

_REFERENCE = (
    _reference("tanh(xy)", "poles", lambda x, y: np.tanh(x * y), TANH, _LOGARITHMIC),
    _reference("arctan(xy)", "poles", lambda x, y: np.arctan(x * y), ARCTAN, _LOGARITHMIC),
    _reference("1/(1 + exp(-xy))", "poles", lambda x, y: 1 / (1 + np.exp(-x * y)), LOGISTIC,
               _LOGARITHMIC + "; the even part is the constant 1/2"),
    _reference("gelu(xy)", "entire", lambda x, y: x * y * ndtr(x * y), GELU,
               _LOGARITHMIC + "; the odd part is xy/2, of rank one"),
    _reference("exp(-|xy|)", "axis-singular", lambda x, y: np.exp(-np.abs(x * y)), EXP_ABS, _LOGARITHMIC),
)

PROBLEMS: tuple[Problem, ...] = (
    *_GEOMETRIC, *_DIFFICULT, *_NARROW, *_LINES, *_POLYNOMIAL, *_TRIGONOMETRIC_SUM, *_SEPARABLE, *_HALVES, *_CURVE,
    *_SHIFTED, *_REFERENCE, *BROKEN,
)


def tagged(tag: str) -> tuple[Problem, ...]:
    """The problems that carry `tag`, a key of `TAGS`."""
    if tag not in TAGS:
        raise KeyError(f"tag must be one of {sorted(TAGS)}, got {tag!r}")
    return tuple(problem for problem in PROBLEMS if tag in problem.tags)
