"""Kinks, jumps and singular points of phi(<x, y>) away from zero: values to rounding, and bars that hold."""


import numpy as np
import pytest
from quiet import quietly
from vector_references import relu_values, step_values

from opsvd import elementwise
from opsvd.methods.angular_profile import product_profile


def decomposed(phi, k, kinks, rtol):
    """The decomposition, without a warning if it says that it has not converged."""
    return quietly(elementwise(phi, k, kinks), rtol=rtol, max_seconds=1e3)


@pytest.fixture
def apart(monkeypatch):
    """Multiplets of different degrees that have equal values are not joined; and few degrees, for speed."""
    monkeypatch.setattr("opsvd.methods.radii.MOST_DEGREES", 24)
    monkeypatch.setattr("opsvd.answer.assembly.merged", lambda values, errors, counts: (values, errors, list(counts)))


def of_degree(svd, degree):
    """Values and bars of one degree, if multiplets are apart."""
    here = svd.left.degrees == degree
    return svd.values[here], svd.value_errors[here]


def relu_1(z):
    """A kink at one."""
    return np.maximum(z - 1.0, 0.0)


def step_1(z):
    """A jump at one, the derivative of `relu_1`."""
    return (z > 1.0) * 1.0


def clip(z):
    """Kinks at one and minus one."""
    return np.clip(z, -1.0, 1.0)


def box(z):
    """Jumps at one and minus one, the derivative of `clip`, zero far out."""
    return (np.abs(z) < 1.0) * 1.0


@pytest.mark.thorough
@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("rtol", [1e-4, 1e-10])
def test_the_step_against_closed_forms_of_the_angle(k, rtol):
    """The leading values of degrees 0 to 2 from radial kernels in closed form, by a Galerkin method in log|x|."""
    svd = decomposed(step_1, k, [1.0], rtol)
    assert svd.converged
    for degree in range(3):
        values, errors = of_degree(svd, degree)
        expected = step_values(k, degree)[:len(values)]
        difference = np.abs(values[:2] - expected[:2])
        assert (difference <= errors[:2] + 1e-12).all()
        assert difference.max() <= 1e-4 * rtol + 1e-12


@pytest.mark.thorough
@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize(("phi", "slope", "kinks", "k"), [
    (relu_1, step_1, [1.0], 3),
    (clip, box, [-1.0, 1.0], 2),
], ids=["relu, 3", "clip, 2"])
def test_degree_l_of_phi_is_degree_l_minus_one_of_its_slope(phi, slope, kinks, k):
    """By Stein's lemma the values of degree l in R^k are those of phi' of degree l - 1 in R^(k + 2)."""
    svd, of_slope = decomposed(phi, k, kinks, 1e-8), decomposed(slope, k + 2, kinks, 1e-10)
    assert svd.converged
    assert of_slope.converged
    for degree in range(1, 5):
        (values, errors), (expected, bars) = of_degree(svd, degree), of_degree(of_slope, degree - 1)
        count = min(len(values), len(expected), 3)
        difference = np.abs(values[:count] - expected[:count])
        assert (difference <= errors[:count] + bars[:count]).all()
        assert difference.max(initial=0.0) <= 1e-10 * svd.values[0]


@pytest.mark.thorough
@pytest.mark.usefixtures("apart")
def test_steps_of_the_grid_are_not_rounded():
    """Relu in R^4, whose radial kernels are exactly |x| |y|, within bars of some 1e-14."""
    svd = decomposed(lambda z: np.maximum(z, 0.0), 4, [0.0], 1e-10)
    expected = relu_values(4, np.array([0]))[0]
    assert abs(svd.values[0] - expected) <= svd.value_errors[0] < 1e-13


@pytest.mark.thorough
@pytest.mark.usefixtures("apart")
def test_what_is_nearer_to_a_singular_point_than_nodes_is_in_the_bars():
    """|z - 1|^(-0.3): a part of 1e-5 of the energy is nearer to the point than rounding allows."""
    coarse, fine = (decomposed(lambda z: np.abs(z - 1.0) ** -0.3, 5, [1.0], rtol) for rtol in (1e-3, 1e-6))
    assert abs(coarse.norm - fine.norm) <= coarse.norm.error + fine.norm.error
    count = min(len(coarse.values), len(fine.values), 20)
    difference = np.abs(coarse.values[:count] - fine.values[:count])
    assert (difference <= coarse.value_errors[:count] + fine.value_errors[:count]).all()
    assert fine.value_errors[0] > 1e-11


def test_the_filter_leaves_what_is_smooth():
    """A square that is said to break at one comes out as it is, degree by degree, at nodes and at check nodes."""
    line = elementwise(lambda z: z * z, kinks=[1.0])
    line.evaluations = 0
    profile = product_profile(line, 3, 6.0, 1e-12)
    log_z = np.linspace(-5.0, 5.0, 21)
    exact, _ = profile.of_products(log_z, 3)
    filtered, squared = profile.filtered(0.1)
    for check in (False, True):
        np.testing.assert_allclose(filtered.of_products(log_z, 3, check=check)[0], exact, rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(squared.of_products(log_z, 1)[0][0], 0.2 * np.exp(4.0 * log_z), rtol=1e-13)
    assert product_profile(elementwise(np.tanh), 3, 3.0, 1e-6).filtered(0.05) is None
