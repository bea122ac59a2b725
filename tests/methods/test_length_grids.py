"""Rotation-invariant kernels under laws of the length that are not Gaussian: breaks, many degrees, and bars."""

import numpy as np
import pytest
from quiet import quietly
from scipy.special import gamma, spherical_jn

import opsvd
from opsvd import Ball, Exponential, Gaussian, Rotational, Sphere, Uniform, elementwise, exact


@pytest.mark.thorough
def test_a_jump_away_from_zero_on_a_ball_and_a_sphere():
    """(<x, y> > b): each value is the norm of a function of the length, which begins at b."""
    b = 0.3
    inner = [(1.0 - b) ** 3 / 4.0,
             3.0 / 16.0 * ((1.0 - b**3) / 3.0 - 2.0 * b**2 * (1.0 - b) + b**4 * (1.0 / b - 1.0)),
             3.0 / 16.0 * (b**2 * (1.0 - b) - 2.0 * b**4 * (1.0 / b - 1.0) + b**6 * (b**-3 - 1.0) / 3.0)]
    svd = quietly(elementwise(lambda z: (z > b) * 1.0, 3), Ball(3), Sphere(3), max_evaluations=1_000_000,
                  max_seconds=1e4)
    np.testing.assert_allclose(svd.values[:3], np.sqrt(inner), rtol=0, atol=1e-10)
    assert (svd.errors[:9] <= 1e-8).all()
    assert (np.abs(svd.values[:3] - np.sqrt(inner)) <= svd.errors[[0, 1, 4]]).all()


@pytest.mark.thorough
def test_kinks_have_true_bars_on_two_balls():
    """|z - 1/3| on two balls breaks along a curve of lengths: coarse and fine answers agree within their bars."""
    kernel = elementwise(lambda z: np.abs(z - 1.0 / 3.0), 3)
    coarse, fine = (quietly(kernel, Ball(3), Ball(3), rtol=rtol, max_evaluations=evaluations, max_seconds=1e4)
                    for rtol, evaluations in ((1e-3, 500_000), (1e-8, 3_000_000)))
    count = min(6, len(coarse.values), len(fine.values))
    places = np.cumsum([0, *coarse.multiplicities[:count - 1]]).astype(int)
    apart = np.abs(coarse.values[:count] - fine.values[:count])
    assert (apart <= coarse.errors[places] + fine.errors[places]).all()
    assert (fine.errors[places] < 1e-4 * fine.values[0]).all()


@pytest.mark.thorough
def test_fast_waves_take_many_degrees():
    """cos(200 z) and exp(100 z) on a sphere: spherical Bessel functions."""
    svd = opsvd.decompose(elementwise(lambda z: np.cos(200.0 * z), 3), Sphere(3), Sphere(3), rtol=1e-8)
    expected = np.sort(np.abs(spherical_jn(np.arange(0, 400, 2), 200.0)))[::-1]
    np.testing.assert_allclose(svd.values[:10], expected[:10], rtol=0, atol=1e-13)
    svd = opsvd.decompose(elementwise(lambda z: np.exp(100.0 * z), 3), Sphere(3), Sphere(3))
    expected = exact.exp_on_sphere(100.0, 3, 60)[0]
    np.testing.assert_allclose(svd.values[:20], expected[:20], rtol=0, atol=1e-12 * expected[0])


def test_black_boxes_are_probed_inside():
    """A function of lengths and the product, under a law that is no ball: <x, y>^2 |x| / (1 + |y|)."""
    mu = Rotational(3, Uniform(1.0, 2.0))

    def h(x, y):
        r, s = (np.linalg.norm(points, axis=-1) for points in (x, y))
        if min(r.min(), s.min()) < 1.0 - 1e-12 or max(r.max(), s.max()) > 2.0 + 1e-12:
            raise AssertionError("outside")
        return np.sum(x * y, axis=-1) ** 2 * r / (1.0 + s)

    svd = opsvd.decompose(h, mu, mu)
    # t^2 has the mean 1/3 and the Gegenbauer coefficient 2/15; lengths E r^6 and E s^4 / (1 + s)^2 from 1 to 2.
    s = 1.5 + 0.5 * np.polynomial.legendre.leggauss(40)[0]
    weights = 0.5 * np.polynomial.legendre.leggauss(40)[1]
    scale = np.sqrt((2.0**7 - 1.0) / 7.0 * (weights @ (s**4 / (1.0 + s) ** 2)))
    np.testing.assert_allclose(svd.values, [scale / 3.0, 2.0 * scale / 15.0], rtol=1e-10)
    assert svd.multiplicities.tolist() == [1, 5]


@pytest.mark.parametrize("measures", [(Sphere(3), Sphere(3)), (Ball(3), Gaussian.standard(3))], ids=str)
def test_what_only_seems_invariant_goes_to_points(measures):
    """A bump too narrow for the probes is met by random pairs, and the answer does not rest on symmetry."""
    def h(x, y):
        far = np.exp(-20.0 * np.sum((x - np.array([0.8, 0.0, 0.0])) ** 2, axis=-1))
        return 1.0 + np.sum(x * y, axis=-1) + far

    svd = quietly(h, *measures, rtol=0.1, max_evaluations=2_000_000)
    assert "seen to be" not in svd.method


def test_the_zero_kernel_and_a_large_constant():
    """No values, and a value beside one that is a millionth of it."""
    svd = opsvd.decompose(elementwise(lambda z: 0.0 * z, 3), Ball(3), Sphere(3))
    assert (svd.rank, svd.converged) == (0, True)
    svd = opsvd.decompose(elementwise(lambda z: 1e6 + z, 3), Sphere(3), Sphere(3))
    assert abs(svd.values[1] - 1.0 / 3.0) <= svd.errors[1] <= 1e-7


@pytest.mark.parametrize("rtol", [1e-2, 1e-3])
def test_the_norm_of_a_kernel_with_a_kink_along_equal_lengths(rtol):
    """For |x|^2 uniform on [0, 1] it is that of min(u, v), 1 / sqrt(6). Rules of both kinds are too large there."""
    svd = quietly(lambda x, y: np.minimum((x * x).sum(axis=-1), (y * y).sum(axis=-1)), Ball(2), Ball(2), rtol=rtol)
    for norm in (svd.norm, svd.hilbert_schmidt_norm()):
        assert abs(norm - 6.0**-0.5) <= norm.error < 0.03
    truth = 1.0 / (np.pi * (np.arange(1, svd.rank + 1) - 0.5)) ** 2
    assert (np.abs(svd.singular_values - truth) <= svd.errors).all()


@pytest.mark.thorough    # seconds
def test_the_tail_of_a_kernel_with_kinks_in_the_lengths_and_the_angle():
    """A periodic parabola of the angle times one of the length: products of 1 / (2 pi^2 m^2), four times each."""
    def parabola(t):
        t = np.mod(t, 1.0)
        return t * t - t + 1.0 / 6.0

    def h(x, y):
        angles = [np.arctan2(z[..., 1], z[..., 0]) / (2.0 * np.pi) for z in (x, y)]
        lengths = [-np.expm1(-0.5 * (z * z).sum(axis=-1)) for z in (x, y)]
        return parabola(angles[0] - angles[1]) * parabola(lengths[0] - lengths[1])

    one = np.repeat(1.0 / (2.0 * np.pi**2 * np.arange(1, 2000) ** 2), 2)
    truth = np.sort(np.outer(one[:200], one[:200]).ravel())[::-1]
    for rtol in (1e-2, 1e-6):
        svd = quietly(h, Gaussian.standard(2), Gaussian.standard(2), rtol=rtol, max_evaluations=4_000_000,
                      max_seconds=1e4)
        listed = truth[:svd.multiplicities.sum()]
        assert (np.abs(svd.singular_values - truth[:svd.rank]) <= svd.errors).all()
        assert np.sqrt(1.0 / 180.0**2 - (listed**2).sum()) <= svd.tail
        for norm in (svd.norm, svd.hilbert_schmidt_norm()):
            assert abs(norm - 1.0 / 180.0) <= norm.error


def test_norms_of_what_few_nodes_resolve():
    """A band of lengths: what lies beyond the values is bounded from below by what is known of them alone."""
    width = 0.129

    def h(x, y):
        apart = (x * x).sum(axis=-1) - (y * y).sum(axis=-1)
        return np.maximum(width - np.abs(np.mod(apart + 0.5, 1.0) - 0.5), 0.0)

    svd = quietly(h, Ball(2), Ball(2), rtol=1e-2, max_evaluations=100_000, max_seconds=1e4)
    truth = np.sqrt(2.0 * width**3 / 3.0)
    for norm in (svd.norm, svd.hilbert_schmidt_norm()):
        assert abs(norm - truth) <= norm.error


def test_the_tail_of_a_distance_on_a_sphere():
    """|x - y| has 4 / ((2l - 1) (2l + 1) (2l + 3)) on degree l; the tail, 1e-5, is no difference of two energies."""
    svd = opsvd.decompose(elementwise(lambda z: np.sqrt(np.maximum(2.0 - 2.0 * z, 0.0)), 3), Sphere(3), Sphere(3),
                          rtol=1e-8)
    degrees = np.arange(len(svd.multiplicities), 100_000.0)
    values = 4.0 / ((2.0 * degrees - 1.0) * (2.0 * degrees + 1.0) * (2.0 * degrees + 3.0))
    exact = np.sqrt(np.sum((2.0 * degrees + 1.0) * values**2))
    assert (1.0 - 1e-10) * exact <= svd.tail <= (1.0 + 1e-7) * exact


def test_the_tail_of_a_kink_between_two_nodes():
    """0.7 max(|x|, |y|) for |x| = 1 is a function of |y| with a kink, of which few polynomials are given."""
    def h(x, y):
        return 0.71 * np.maximum(np.linalg.norm(x, axis=-1), np.linalg.norm(y, axis=-1))

    svd = quietly(h, Sphere(2), Gaussian.standard(2), rtol=1e-2)
    lengths = (np.arange(90000) + 0.5) * 1e-4
    x, y = np.array([1.0, 0.0]), np.stack([lengths, np.zeros(90000)], axis=-1)
    left = np.sum((h(x, y) - svd(x, y)) ** 2 * lengths * np.exp(-0.5 * lengths**2)) * 1e-4
    assert svd.tail >= np.sqrt(left)
    norm = 0.71 * np.sqrt(1.0 + 2.0 * np.exp(-0.5))    # E[max(1, |y|)^2]
    assert abs(svd.values[0] - norm) <= svd.value_errors[0]
    assert abs(svd.norm - norm) <= svd.norm.error


def test_the_tail_of_a_jump_on_a_wide_panel():
    """(|x| < |y|) for |x| = 5^(1/2) is a function of |y| that jumps near the end of a panel."""
    def h(x, y):
        return (np.linalg.norm(x, axis=-1) < np.linalg.norm(y, axis=-1)) * 1.0

    svd = quietly(h, Sphere(5, 5**0.5), Rotational(5, Exponential()), rtol=1e-2)
    lengths = (np.arange(40000) + 0.5) * 1e-3
    x, y = np.full(5, 1.0), lengths[:, None] * np.eye(5)[0]
    left = np.sum((h(x, y) - svd(x, y)) ** 2 * np.exp(-lengths)) * 1e-3
    assert svd.tail >= np.sqrt(left)
    assert abs(svd.values[0] - np.exp(-0.5 * 5**0.5)) <= svd.value_errors[0]


def test_the_tail_of_a_kink_between_two_nodes_of_every_rule():
    """0.7 max(|x|, |y|) for |y| = 1, on panels: both rules in |x| miss most of what is left beside the kink."""
    def h(x, y):
        return 0.7 * np.maximum(np.linalg.norm(x, axis=-1), np.linalg.norm(y, axis=-1))

    svd = quietly(h, Rotational(5, Exponential()), Sphere(5), rtol=1e-3)
    lengths = (np.arange(400_000) + 0.5) * 1e-4
    x, y = lengths[:, None] * np.eye(5)[0], np.eye(5)[1]
    left = np.sum((h(x, y) - svd(x, y)) ** 2 * np.exp(-lengths)) * 1e-4
    assert svd.tail >= np.sqrt(left)
    assert abs(svd.values[0] - np.sqrt(0.49 * (1.0 + 4.0 / np.e))) <= svd.value_errors[0]    # E[max(|x|, 1)^2]


@pytest.mark.thorough    # two seconds
def test_the_tail_of_a_kink_in_the_length_where_values_are_true():
    """||x| - 1| cos(angle) + |y| has rank two: in R^2, E[(|x| - 1)^2] / 2 = (3 - sqrt(2 pi)) / 2 on degree one."""
    def h(x, y):
        r, s = (np.linalg.norm(z, axis=-1) for z in (x, y))
        return np.abs(r - 1.0) * (x * y).sum(axis=-1) / (r * s) + s

    svd = quietly(h, Gaussian.standard(2), Gaussian.standard(2), rtol=1e-2)
    rng, left = np.random.default_rng(1), []
    for _ in range(10):
        x, y = rng.standard_normal((2, 20_000, 2))
        left.append(np.mean((h(x, y) - svd(x, y)) ** 2))
    assert svd.tail >= np.sqrt(np.mean(left)) - 3.0 * np.std(left) / np.sqrt(40.0 * np.mean(left))
    norm = np.sqrt(2.0 + 0.5 * (3.0 - np.sqrt(2.0 * np.pi)))
    assert abs(svd.norm - norm) <= svd.norm.error


@pytest.mark.thorough    # a second
@pytest.mark.parametrize("name", ["floor", "power"])
def test_bars_know_that_cosines_are_rounded(name):
    """floor(2t) and (1 - t)^0.1 on the circle: t is one at angles below 1e-8, where 2 and 0 are not their limits."""
    def cosine(x, y):
        lengths = np.sqrt(np.sum(x * x, axis=-1) * np.sum(y * y, axis=-1))
        return np.clip(np.sum(x * y, axis=-1) / lengths, -1.0, 1.0)

    degrees = np.arange(1, 100)
    if name == "floor":    # -2 and one more where t is at least -1/2, 0 and 1/2
        ends, energy = np.arccos(np.array([-0.5, 0.0, 0.5])), 11.0 / 6.0
        first, others = ends.sum() / np.pi - 2.0, np.sin(degrees[:, None] * ends).sum(axis=1) / (degrees * np.pi)
    else:    # 1 - t = 2 sin(a / 2)^2, whose powers are known
        first, energy = (2.0**-power * gamma(2.0 * power + 1.0) / gamma(power + 1.0) ** 2 for power in (0.1, 0.2))
        others = first * np.cumprod((degrees - 1.1) / (degrees + 0.1))
    exact_values = np.sort(np.abs(np.append(np.repeat(others, 2), first)))[::-1]
    svd = quietly(lambda x, y: np.floor(2.0 * cosine(x, y)) if name == "floor" else (1.0 - cosine(x, y)) ** 0.1,
                  Sphere(2), Sphere(2))
    assert svd.rank >= 20
    assert (np.abs(svd.singular_values - exact_values[:svd.rank]) <= svd.errors).all()
    assert abs(svd.norm - np.sqrt(energy)) <= svd.norm.error
    assert svd.errors[0] < 1e-7


@pytest.mark.thorough
def test_the_potential_on_a_ball():
    """1/|x - y| is infinite where both lengths are one: on common nodes its norm was 13 with a bar of 3, and no value.

    In the unit ball E[|x - y|^-2] is 9/4, and T f = 4 pi f / k^2 / (4 pi / 3) for f = sin(k |x|) / |x|, cos k = 0.
    """
    ball = opsvd.Ball(3)
    svd = quietly(lambda x, y: 1.0 / np.linalg.norm(x - y, axis=-1), ball, ball, rtol=1e-2, max_seconds=3.0)
    assert abs(svd.norm.value - 1.5) <= svd.norm.error < 0.5
    assert abs(svd.values[0] - 12.0 / np.pi**2) <= svd.value_errors[0] < 0.05


def test_the_norm_knows_what_lengths_are_rounded_by():
    """<x, y>^3 on a ball: E[<x, y>^6] is (3/9)^2 / 7, and the norm was off by 1.5 times its bar."""
    svd = opsvd.decompose(lambda x, y: np.sum(x * y, axis=-1) ** 3, Ball(3), Ball(3))
    assert abs(svd.norm.value - np.sqrt(1.0 / 63.0)) <= svd.norm.error < 1e-13
