"""The angle between vectors of R^k: its density, its polynomials and Gauss rules, at any k; numbers of harmonics."""

import math

import numpy as np
import pytest

from opsvd.quadrature import (
    angle_density,
    composite_gauss_legendre,
    gauss_gegenbauer,
    gegenbauer,
    harmonics,
    log_gamma_excess,
)

DIMENSIONS = [2, 3, 7, 61, 1000, 10**6]


@pytest.mark.parametrize("k", DIMENSIONS)
def test_the_gauss_rule_is_exact_for_polynomials(k):
    """Moments 1/k and 3/k(k + 2), and orthonormal polynomials, from k = 2 to a million."""
    t, weights = gauss_gegenbauer(k, 40)
    p = gegenbauer(t, k, 30)
    np.testing.assert_allclose((p * weights) @ p.T, np.eye(30), atol=1e-13)
    assert weights @ t**2 * k == pytest.approx(1.0, abs=1e-13)
    assert weights @ t**4 * k * (k + 2) / 3 == pytest.approx(1.0, abs=1e-13)


@pytest.mark.parametrize("k", DIMENSIONS)
def test_the_density_is_normalised(k):
    """By panels over what carries it, to rounding: no digits are lost in gamma functions of large arguments."""
    end = min(0.5 * np.pi, 14.0 / np.sqrt(k))
    theta, weights = composite_gauss_legendre(np.linspace(-end, end, 41), 16)
    assert weights @ angle_density(theta, k) == pytest.approx(1.0, abs=1e-14)


def test_polynomials_end_at_the_root_of_the_number_of_harmonics():
    """p_l(1)^2 = N(k, l): the addition theorem at one point."""
    for k in (2, 3, 8):
        counts = [harmonics(k, degree) for degree in range(9)]
        np.testing.assert_allclose(gegenbauer(np.array(1.0), k, 9) ** 2, counts, rtol=1e-12)


def test_numbers_of_harmonics():
    """Known ones, exact ones beyond any float, and their sum, the number of homogeneous polynomials."""
    assert [harmonics(1, degree) for degree in range(4)] == [1, 1, 0, 0]
    assert [harmonics(2, degree) for degree in range(4)] == [1, 2, 2, 2]
    assert [harmonics(3, degree) for degree in range(4)] == [1, 3, 5, 7]
    assert harmonics(10**6, 3) == 166667166666000000
    assert sum(harmonics(7, degree) for degree in (5, 3, 1)) == math.comb(5 + 6, 6)


def test_stirlings_rest_meets_itself():
    """The series and the direct difference agree where one takes over from the other."""
    below, above = log_gamma_excess(15.999999), log_gamma_excess(16.000001)
    assert below == pytest.approx(above, abs=1e-9)
    assert log_gamma_excess(0.5) == pytest.approx(0.5 * math.log(math.pi) + 0.5 - 0.5 * math.log(2 * math.pi))
