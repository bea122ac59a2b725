"""Kernels that are their own mirror image."""

import numpy as np
import pytest

from opsvd import Beta, Gaussian, Uniform
from opsvd.kernels import Kernel
from opsvd.operator.problem import Problem
from opsvd.probing.domain import Domain
from opsvd.probing.mirror import find_mirrors

DOMAIN = Domain((-7.0, 9.0), (-2.0, 2.0), 0.0, 1.0, widened=False)
KERNELS = {
    "even in both": (lambda x, y: np.hypot(x - 1.0, y), {(1, 0): 1.0, (0, 1): 1.0}),
    "even in x": (lambda x, y: 1.0 * (y > (x - 1.0) ** 2), {(1, 0): 1.0}),
    "odd in y": (lambda x, y: np.arctan2(y, x), {(0, 1): -1.0}),
    "odd in x": (lambda x, y: np.sin(x - 1.0) * np.exp(y), {(1, 0): -1.0}),
    "a corner": (lambda x, y: np.hypot(x - 1.0, y) + ((x > 5.0) & (y > 1.0)), {}),
    "neither": (lambda x, y: np.abs(x - y), {}),
    "constant": (lambda x, y: 1.0 + 0.0 * x * y, {}),
}


def problem_of(h, mu_x=Gaussian(1.0, 2.0), mu_y=Uniform(-2.0, 2.0)):  # noqa: B008
    """Measures that are symmetric about 1 and 0."""
    return Problem(Kernel(h, measures=(mu_x, mu_y)), mu_x, mu_y)


@pytest.mark.parametrize("name", KERNELS)
def test_mirrors_are_found(name):
    """Which variable is mirrored, and the sign."""
    h, expected = KERNELS[name]
    problem = problem_of(h)
    found = find_mirrors(problem.kernel, problem.lines, DOMAIN)
    assert {tuple(mirror.mirrored.tolist()): mirror.sign for mirror in found} == expected


@pytest.mark.parametrize("name", ["even in both", "even in x", "odd in y", "odd in x"])
def test_one_part_tells_the_others(name):
    """h at pairs is h at the folded ones, which are in the part, times the signs."""
    h, _ = KERNELS[name]
    problem = problem_of(h)
    part = DOMAIN
    rng = np.random.default_rng(0)
    pairs = t, u = rng.uniform(-7.0, 9.0, 50), rng.uniform(-2.0, 2.0, 50)
    signs = np.ones(50)
    for mirror in find_mirrors(problem.kernel, problem.lines, DOMAIN):
        part = mirror.half(part)
        t, u, sign = mirror.folded(t, u)
        signs *= sign
    assert ((part.x[0] <= t) & (t <= part.x[1]) & (part.y[0] <= u) & (u <= part.y[1])).all()
    np.testing.assert_allclose(signs * h(t, u), h(*pairs), atol=1e-12)
    area = np.ptp(part.x) * np.ptp(part.y) / (np.ptp(DOMAIN.x) * np.ptp(DOMAIN.y))
    assert area == pytest.approx(part.norm**2)


def test_measures_that_are_not_symmetric_have_none():
    """Of a Beta law with two different exponents."""
    problem = problem_of(lambda x, y: np.hypot(x - 1.0, y), mu_y=Beta(2.0, 3.0))
    assert find_mirrors(problem.kernel, problem.lines, DOMAIN) == []
