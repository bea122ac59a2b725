"""Whether a kernel breaks along a curve, from a few slices."""

import numpy as np
import pytest

from opsvd import Exponential, Gaussian, Uniform
from opsvd.kernels import Kernel
from opsvd.probing.curves import breaks_along_curve
from opsvd.probing.domain import find_domain

STANDARD = Gaussian()


def _breaks(h, mu=STANDARD, tol=1e-5):
    """The answer for one kernel, and the values that it took."""
    kernel = Kernel(h).along(mu, mu)
    domain = find_domain(kernel, mu, mu, 1e-10)
    before = kernel.evaluations
    return breaks_along_curve(kernel, domain, mu, mu, tol), kernel.evaluations - before


@pytest.mark.parametrize(("h", "mu"), [
    (lambda x, y: x > y, Gaussian()), (lambda x, y: x > y, Exponential(2.0)), (np.minimum, Uniform()),
    (lambda x, y: np.abs(x - y) ** 0.5, Gaussian()), (lambda x, y: np.log(np.abs(x - y)), Gaussian()),
    (lambda x, y: x**2 + y**2 < 1.0, Gaussian()), (lambda x, y: y > x**3 - x, Gaussian())])
def test_curves_are_seen(h, mu):
    """Jumps, kinks, roots and logarithms along a curve, with some thousands of values."""
    found, values = _breaks(h, mu)
    assert found
    assert values < 20_000


@pytest.mark.parametrize("h", [
    lambda x, y: np.tanh(20.0 * (x - y)), lambda x, y: (x > 0.3) * (y > 0.2) * np.exp(x * y / 9.0),
    lambda x, y: np.sign(x) * np.abs(y - 0.4) + np.tanh(x * y), lambda x, y: np.cos(30.0 * x * y)])
def test_other_kernels_break_along_no_curve(h):
    """Steep ones, those that break along lines of constant x or y, and fast ones."""
    assert not _breaks(h)[0]


def test_small_breaks_do_not_count():
    """A kink changes integrals by less than a hundredth; a jump of a millionth by less than 1e-5."""
    assert not _breaks(lambda x, y: np.abs(x - y), tol=1e-2)[0]
    assert not _breaks(lambda x, y: np.cos(x * y) + 1e-6 * (x > y))[0]


def test_noise_is_given_up():
    """Its slices break everywhere, and are not followed for long."""
    found, values = _breaks(lambda x, y: np.sin(1e5 * np.sin(1e5 * (x + 2.0 * y))))
    assert not found
    assert values < 100_000    # up to 256 places are looked at where curves may turn back
