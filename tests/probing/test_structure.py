"""What a black box turns out to be: every structure is found where it is, and nowhere else."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from opsvd import Beta, Gaussian, Kernel, LogNormal, Mixture, StudentT
from opsvd.kernels import elementwise
from opsvd.probing.domain import find_domain
from opsvd.probing.structure import Structure, find_structure

MU = Gaussian()


def structure_of(h, mu_x=MU, mu_y=MU):
    """Find the structure of a callable under Gaussian measures."""
    kernel = h if isinstance(h, Kernel) else Kernel(h)
    return find_structure(kernel, find_domain(kernel, mu_x, mu_y, 1e-10), mu_x, mu_y)


PRODUCTS = {
    "tanh": np.tanh,
    "sin(10 z)": lambda z: np.sin(10.0 * z),
    "cos(1000 z)": lambda z: np.cos(1000.0 * z),
    "exp(0.49 z)": lambda z: np.exp(0.49 * z),
    "clip": lambda z: np.clip(z, -1.0, 1.0),
    "ternary": lambda z: np.sign(z) * (np.abs(z) > 0.5),
    "z > 1": lambda z: z > 1.0,
    "z > 20": lambda z: z > 20.0,
    "log|z - 1|": lambda z: np.log(np.abs(z - 1.0)),
    "|z|^-0.3": lambda z: np.abs(z) ** -0.3,
    "gelu": lambda z: z * ndtr(z),
    "1e-100 tanh": lambda z: 1e-100 * np.tanh(z),
    "with cancellation": lambda z: (50.0 + np.tanh(z)) - 50.0,
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_functions_of_xy_are_found(name):
    """Smooth, oscillating, growing, with kinks, jumps and singular points; tanh(xy) is no function of x - y."""
    phi = PRODUCTS[name]
    found = structure_of(lambda x, y: phi(x * y))
    assert found.product
    assert found.symmetric
    assert found.linear_form is None
    assert found.rank is None or name == "|z|^-0.3"


@pytest.mark.parametrize(("mu_x", "mu_y"), [
    (Gaussian(std=2.0), Gaussian(std=0.1)),
    (Gaussian(3.0), Gaussian(-1.0, 0.5)),
    (Gaussian(100.0), Gaussian(50.0, 2.0)),
])
def test_functions_of_xy_are_found_under_other_measures(mu_x, mu_y):
    """Where the points are does not matter, even if the box holds one quadrant only."""
    assert structure_of(lambda x, y: np.arctan(x * y / (mu_x.mean * mu_y.mean + 1.0) + 0.3), mu_x, mu_y).product


def test_an_elementwise_kernel_is_a_product_by_its_word():
    """What is declared is not doubted: the feature of this phi is too narrow for any probe."""
    kernel = elementwise(lambda z: np.exp(-(((z - 1.7) / 1e-4) ** 2)), kinks=[])
    assert structure_of(kernel).product


FORMS = {
    "|x - y|": (lambda x, y: np.abs(x - y), -1.0),
    "x > y": (lambda x, y: x > y, -1.0),
    "exp(-|x - y|)": (lambda x, y: np.exp(-np.abs(x - y)), -1.0),
    "log|x - y|": (lambda x, y: np.log(np.abs(x - y)), -1.0),
    "a narrow band": (lambda x, y: np.exp(-(((x - y) / 0.05) ** 2)), -1.0),
    "floor(x + y)": (lambda x, y: np.floor(x + y), 1.0),
    "relu(x + 2 y - 3)": (lambda x, y: np.maximum(x + 2.0 * y - 3.0, 0.0), 2.0),
    "x > 2 y": (lambda x, y: x > 2.0 * y, -2.0),
    "|x - 2 y|^0.7": (lambda x, y: np.abs(x - 2.0 * y) ** 0.7, -2.0),
    "clip(0.3 x + 0.4 y)": (lambda x, y: np.clip(0.3 * x + 0.4 * y, -0.1, 0.1), 4.0 / 3.0),
    "|x - 100 y|": (lambda x, y: np.abs(x - 100.0 * y), -100.0),
    "30 x + y": (lambda x, y: np.tanh(30.0 * x + y), 1.0 / 30.0),
    "irrational": (lambda x, y: np.abs(math.sqrt(2.0) * x - math.pi * y - 0.3), -math.pi / math.sqrt(2.0)),
}


@pytest.mark.parametrize("name", FORMS)
def test_functions_of_a_linear_form_are_found(name):
    """The ratio of the coefficients comes out to rounding, whatever the scale of h."""
    h, b = FORMS[name]
    found = structure_of(h)
    assert found.linear_form is not None
    assert found.linear_form[0] == 1.0
    assert abs(found.linear_form[1] - b) <= 4e-15 * abs(b)
    assert not found.product
    assert found.rank is None


@settings(max_examples=25, deadline=None)
@given(angle=st.floats(0.02, 1.55), flipped=st.booleans(), shift=st.floats(-1.0, 1.0), scale=st.floats(0.1, 3.0))
def test_every_direction_is_found(angle, flipped, shift, scale):
    """A kink along any line, and a smooth slope beside it, under measures of other scales."""
    a, b = math.cos(angle), math.sin(angle) * (-1.0 if flipped else 1.0)
    mu_x, mu_y = Gaussian(shift, scale), Gaussian(-shift)
    found = structure_of(lambda x, y: np.maximum(a * x + b * y, 0.2) + np.sin(a * x + b * y), mu_x, mu_y)
    assert found.linear_form is not None
    assert abs(found.linear_form[1] - b / a) <= 1e-12 * abs(b / a)


RANKS = {
    "exp(x + y)": (lambda x, y: np.exp(x + y), 1),
    "a step in each": (lambda x, y: (x > 0.7) * (y < -0.4), 1),
    "of x alone": (lambda x, y: np.sin(x), 1),
    "a constant": (lambda x, y: 2.0, 1),
    "sign(xy)": (lambda x, y: np.sign(x * y), 1),
    "x + y": (lambda x, y: x + y, 2),
    "log|xy|": (lambda x, y: np.log(np.abs(x * y)), 2),
    "relu(xy)": (lambda x, y: np.maximum(x * y, 0.0), 2),
    "cos(x - y)": (lambda x, y: np.cos(x - y), 2),
    "of other sizes": (lambda x, y: np.sinh(x) * np.exp(y) + np.cosh(2.0 * x) * y, 2),
    "(x + y)^2": (lambda x, y: (x + y) ** 2, 3),
    "(1 + xy)^3": (lambda x, y: (1.0 + x * y) ** 3, 4),
    "five terms": (lambda x, y: sum(np.cos(j * x + j * j) * np.tanh(y * j - 1.0) for j in range(1, 6)), 5),
}


@pytest.mark.parametrize("name", RANKS)
def test_finite_ranks_are_found(name):
    """Sums of a few separable terms are counted."""
    h, rank = RANKS[name]
    assert structure_of(h).rank == rank


@pytest.mark.parametrize("h", [
    lambda x, y: np.cos(0.01 * x * y),
    lambda x, y: np.tanh(1e-4 * x * y),
    lambda x, y: np.exp(-((x - y) ** 2) / 800.0),
    lambda x, y: np.exp(0.49 * x * y),
    lambda x, y: np.exp(-np.abs(x - 100.0 * y)),
    lambda x, y: (x - 1.0) ** 2 + (y - 1.0) ** 2 < 0.3,
    lambda x, y: x + y > 6.0,
    lambda x, y: (1.0 + x * y / 50.0) ** 12,
    lambda x, y: x * y + 1e-9 * np.abs(x - y),
], ids=["cos", "tanh", "wide Gaussian", "growth", "narrow", "disc", "far step", "twelve", "small part"])
def test_what_only_looks_like_a_finite_rank_is_not_taken_for_one(h):
    """Singular values that fall fast, few rows that are not zero, and small parts are no finite rank."""
    assert structure_of(h).rank is None


PARITIES = {    # name: (h, of both, of x, of y, symmetric)
    "tanh(xy)": (lambda x, y: np.tanh(x * y), 1, -1, -1, True),
    "exp(0.3xy)": (lambda x, y: np.exp(0.3 * x * y), 1, None, None, True),
    "(x - y)^3 sin": (lambda x, y: (x - y) ** 3 + np.sin(x * y * (x - y)), -1, None, None, False),
    "y > x^2": (lambda x, y: y > x**2, None, 1, None, False),
    "arctan2": (lambda x, y: np.arctan2(y, x), None, None, -1, False),
    "disc": (lambda x, y: x**2 + y**2 < 1.0, 1, 1, 1, True),
    "ellipse": (lambda x, y: np.maximum(1.0 - x**2 / 2.0 - y**2, 0.0), 1, 1, 1, False),
    "max(x, y)": (np.maximum, None, None, None, True),
    "max(x, 2y) + xy": (lambda x, y: np.maximum(x, 2.0 * y) + x * y, None, None, None, False),
}


@pytest.mark.parametrize("name", PARITIES)
def test_parities_and_symmetry(name):
    """Reflections of both variables, of one, and their exchange."""
    h, *expected = PARITIES[name]
    found = structure_of(h)
    assert [found.parity, found.parity_x, found.parity_y, found.symmetric] == expected


def test_parity_is_about_the_centres_of_the_measures():
    """It is there that a reflection splits the operator."""
    found = structure_of(lambda x, y: np.tanh((x - 1.0) * (y + 2.0)), Gaussian(1.0), Gaussian(-2.0))
    assert (found.parity, found.parity_x, found.parity_y, found.product) == (1, -1, -1, False)


@pytest.mark.parametrize("part", [
    lambda x, y: 1e-3 * (x > 2.0) * (y > 1.5),
    lambda x, y: 1e-3 * (x < 0.0) * (y > 0.0) * (np.abs(x) < 0.5),
    lambda x, y: 1e-9 * (y > 2.0),
    lambda x, y: 1e-11 * x,
], ids=["quadrant", "strip", "half plane", "everywhere"])
def test_what_is_broken_in_a_part_of_the_plane_is_not_claimed(part):
    """A small defect in one quadrant, in a strip, far out or everywhere undoes every claim of xy and of x - y."""
    assert not structure_of(lambda x, y: np.tanh(x * y) + part(x, y)).product
    assert structure_of(lambda x, y: np.abs(x - y) + part(x, y)).linear_form is None


def test_small_defects_are_mostly_seen():
    """Of random rectangles with one to four hundredths of the mass, nine in ten undo the claim."""
    rng = np.random.default_rng(5)
    seen = 0
    for _ in range(30):
        x0, y0 = rng.uniform(-1.5, 1.0, 2)
        width = 0.5 / math.sqrt(math.exp(-(x0**2 + y0**2) / 2.0)) ** 0.5

        def h(x, y, x0=x0, y0=y0, width=width):
            return np.tanh(x * y) + 1e-3 * (np.abs(x - x0) < width / 2.0) * (np.abs(y - y0) < width / 2.0)

        seen += not structure_of(h).product
    assert seen >= 27


def test_nothing_is_claimed_of_what_was_hardly_seen():
    """Zero, and a bump that only one or two points may hit, show no structure."""
    assert structure_of(lambda x, y: 0.0 * x * y) == Structure()
    assert structure_of(lambda x, y: np.exp(-(((x - 1.7) / 0.02) ** 2) - ((y + 2.3) / 0.02) ** 2)) == Structure()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("h", [
    lambda x, y: np.where(np.abs(x - y) < 1e-3, np.inf, 1.0 / (1.0 + np.abs(x - y))),
    lambda x, y: np.where(np.abs(x - y) < 0.05, np.nan, 1.0 / (1.0 + np.abs(x - y))),
    lambda x, y: np.where(x > 1.0, np.inf, np.tanh(x * y)),
    lambda x, y: np.full(np.broadcast_shapes(x.shape, y.shape), np.nan),
    lambda x, y: np.exp(x * y * 100.0),
])
def test_values_that_are_not_finite_do_no_harm(h):
    """They agree with each other alone, and raise and warn of nothing."""
    kernel = Kernel(h)
    domain = find_domain(Kernel(lambda x, y: np.tanh(x * y)), MU, MU, 1e-10)
    found = find_structure(kernel, domain, MU, MU)
    assert found.rank is None


def test_a_kernel_that_is_infinite_on_one_side_is_no_function_of_xy():
    """A finite value and an infinite one do not agree."""
    domain = find_domain(Kernel(lambda x, y: np.tanh(x * y)), MU, MU, 1e-10)
    assert not find_structure(Kernel(lambda x, y: np.where(x > 1.0, np.inf, np.tanh(x * y))), domain, MU, MU).product


def test_points_stay_in_the_domain_and_are_few():
    """The kernel is asked for some thousand values, none of them outside its box."""
    seen = []

    def h(x, y):    # min and max also refuse empty arrays, as kernels may
        seen.append((x.min(), x.max(), y.min(), y.max()))
        return np.tanh(x * y)

    kernel = Kernel(h)
    domain = find_domain(kernel, MU, MU, 1e-10)
    seen.clear()
    before = kernel.evaluations
    find_structure(kernel, domain, MU, MU)
    x0, x1, y0, y1 = np.transpose(seen)
    assert (x0.min() >= domain.x[0], x1.max() <= domain.x[1]) == (True, True)
    assert (y0.min() >= domain.y[0], y1.max() <= domain.y[1]) == (True, True)
    assert kernel.evaluations - before <= 8000
    assert len(seen) <= 40


def test_the_answer_does_not_depend_on_chance():
    """The seed is fixed: two calls say the same."""
    assert structure_of(np.maximum) == structure_of(np.maximum)


@pytest.mark.parametrize("measure", [
    StudentT(1.0), StudentT(3.0, 2.0, 0.1), LogNormal(0.0, 1.5),
    Mixture([Beta(0.5, 0.5), Gaussian(), StudentT(3.0)], [0.3, 0.3, 0.4]),
], ids=["StudentT(1)", "StudentT(3)", "LogNormal", "Mixture"])
def test_ranks_under_heavy_tails(measure):
    """Far out cos(x + 2y) is rounded to no digits; nearer points tell its rank, and that tanh(xy) has none."""
    assert structure_of(lambda x, y: np.cos(x + 2.0 * y), measure, measure).rank == 2
    assert structure_of(lambda x, y: np.tanh(x * y), measure, measure).rank is None


@pytest.mark.parametrize(("structure", "text"), [
    (Structure(), "h shows no structure"),
    (Structure(skeleton=(np.zeros(1), np.zeros(1)), parity_x=1), "h is separable, even in x"),
    (Structure(skeleton=(np.zeros(3), np.zeros(3)), linear_form=(1.0, 1.0)), "h is of rank 3, a function of x + y"),
    (Structure(product=True, parity=1, symmetric=True), "h is a function of xy, even, symmetric"),
    (Structure(linear_form=(1.0, -0.5), parity=-1), "h is a function of x - 0.5 y, odd"),
    (Structure(parity=1, parity_x=-1, parity_y=-1), "h is even, odd in x, odd in y"),
])
def test_a_structure_is_said_in_a_phrase(structure, text):
    """For the note of a result."""
    assert str(structure) == text
