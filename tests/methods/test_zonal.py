"""Neurons with biases, phi(<w, x> + b), against rules that know nothing of harmonics, and against sampling."""

import functools
import math
import warnings

import numpy as np
import pytest
from quiet import quietly
from scipy.sparse.linalg import eigsh
from scipy.special import ndtr, owens_t

import opsvd
from opsvd import ConvergenceWarning, Gaussian, Zonal, decompose
from opsvd.methods.polar_law import classes
from opsvd.methods.zonal_products import ProductPlane
from opsvd.quadrature import composite_gauss_legendre

PHI = {"tanh": np.tanh, "sign": np.sign, "relu": lambda z: np.maximum(z, 0.0), "gelu": lambda z: z * ndtr(z),
       "clip": lambda z: np.clip(z, -1.0, 1.0), "absolute": np.abs, "cos": np.cos,
       "bell": lambda z: np.exp(-0.125 * z**2)}


def neuron(name, k):
    """phi(<w, x> + b), x in R^k and y = (w, b)."""
    phi = PHI[name]
    if k == 1:
        return lambda x, y: phi(y[..., 0] * x + y[..., 1])
    return lambda x, y: phi(np.sum(y[..., :k] * x, axis=-1) + y[..., k])


@functools.cache
def answer(name, k, rtol=1e-9):
    """The decomposition for standard Gaussian inputs, weights and biases."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return decompose(neuron(name, k), Gaussian.standard(k) if k > 1 else Gaussian(), Gaussian.standard(k + 1),
                         rtol=rtol, max_seconds=200.0)


def gaussian_rule(panels, order, reach=8.5):
    """Nodes and probabilities of a standard Gaussian, from Gauss-Legendre panels."""
    x, weights = composite_gauss_legendre(np.linspace(-reach, reach, panels + 1), order)
    return x, weights * np.exp(-0.5 * x**2) / np.sqrt(2.0 * np.pi)


def by_tensor_rule(phi, covariance, panels=12, order=16):
    """Singular values of phi(w x + b) from a matrix between nodes of x and products of nodes for (w, b)."""
    x, p = gaussian_rule(panels, order)
    root = np.linalg.cholesky(covariance)
    w, b = (x[:, None] * root[0, 0] + 0.0 * x).ravel(), (x[:, None] * root[1, 0] + x * root[1, 1]).ravel()
    values = phi(np.multiply.outer(x, w) + b) * np.sqrt(p)[:, None] * np.sqrt(np.multiply.outer(p, p).ravel())
    return np.sqrt(np.linalg.eigvalsh(values @ values.T)[::-1][:10])


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "rtol"), [("tanh", 1e-6), ("gelu", 1e-2)])
def test_smooth_functions_against_a_tensor_rule(name, rtol):
    """With a correlated bias, ten values are those of Gauss-Legendre panels in x, w and b."""
    covariance = np.array([[1.0, 0.4], [0.4, 0.7]])
    svd = decompose(neuron(name, 1), Gaussian(), Gaussian(np.zeros(2), covariance), rtol=rtol, max_seconds=200.0)
    reference = by_tensor_rule(PHI[name], covariance)
    assert svd.converged
    assert svd.method.startswith("seen to be phi(<a(x), y>)")
    count = min(svd.rank, 10)
    assert count >= 4
    np.testing.assert_array_less(np.abs(svd.singular_values[:count] - reference[:count]), svd.errors[:count] + 1e-8)


@pytest.mark.parametrize("weights", [
    Gaussian.standard(2), Gaussian([1.0, 0.0], np.eye(2)), opsvd.Product(Gaussian(), opsvd.Uniform(0.0, 1.0))])
@pytest.mark.filterwarnings("error:divide by zero", "error:invalid value")
def test_nothing_has_no_values(weights):
    """A neuron that is silent: no value is divided by zero."""
    svd = decompose(lambda x, y: 0.0 * (x * y[..., 0] + y[..., 1]), mu_y=weights, rtol=1e-2)
    assert len(svd.singular_values) == 0
    assert svd.converged


@pytest.mark.parametrize(("frequency", "correlation"), [(3.0, 0.0), (1.5, 0.5)])
@pytest.mark.thorough
def test_oscillation_against_closed_means(frequency, correlation):
    """sin of c (w x + b): E[sin u sin v] is half of exp(-E[(u - v)^2] / 2) - exp(-E[(u + v)^2] / 2)."""
    weights = Gaussian([0.0, 0.0], [[1.0, correlation], [correlation, 0.7]])
    svd = decompose(lambda x, y: np.sin(frequency * (y[..., 0] * x + y[..., 1])), Gaussian(), weights, rtol=1e-5,
                    max_rank=10, max_seconds=200.0)
    x, p = gaussian_rule(30, 16)
    a = np.column_stack([x, np.ones_like(x)])
    covariance = frequency**2 * a @ weights.cov @ a.T
    both = 0.5 * np.add.outer(np.diag(covariance), np.diag(covariance))
    kernel = 0.5 * (np.exp(covariance - both) - np.exp(-covariance - both))
    reference = np.sqrt(np.linalg.eigvalsh(np.sqrt(p)[:, None] * kernel * np.sqrt(p))[::-1][:10])
    assert svd.converged
    assert svd.rank == 10
    assert svd.errors.max() < 1e-5 * svd.values[0]
    np.testing.assert_array_less(np.abs(svd.singular_values - reference), svd.errors + 1e-13)


def mean_of_products(name, sizes, cosine):
    """E[phi(<a, y>) phi(<a', y>)] for y standard, in closed form (Cho and Saul 2009), from lengths and the cosine."""
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))
    products = np.multiply.outer(sizes, sizes)
    if name == "sign":
        return 1.0 - 2.0 * angle / np.pi
    relu = products * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2.0 * np.pi)
    return relu if name == "relu" else 2.0 * relu + products * (2.0 * (np.sin(angle) - angle * np.cos(angle)) / (
        2.0 * np.pi))


@pytest.mark.parametrize(("name", "atol"), [("relu", 1e-7), ("sign", 2e-4)])
@pytest.mark.thorough
def test_kinks_and_jumps_against_closed_means(name, atol):
    """Squares of values are those of a kernel of x alone, whose kink at x = x' limits its rule."""
    svd = answer(name, 1)
    x, p = gaussian_rule(60, 16)
    a = np.column_stack([x, np.ones_like(x)])
    sizes = np.linalg.norm(a, axis=1)
    kernel = mean_of_products(name, sizes, a @ a.T / np.multiply.outer(sizes, sizes))
    reference = np.sqrt(np.linalg.eigvalsh(np.sqrt(p)[:, None] * kernel * np.sqrt(p))[::-1][:10])
    assert svd.converged
    assert svd.rank >= 10
    assert svd.errors[:10].max() < 1e-9 * svd.values[0]
    np.testing.assert_allclose(svd.singular_values[:10], reference, atol=atol)


@pytest.mark.thorough
def test_vectors_and_their_multiplets():
    """relu in R^2: values of degree m in the directions of x stand twice, and are those of a closed mean."""
    svd = answer("relu", 2, rtol=1e-4)
    assert svd.multiplicities[:3].tolist() == [1, 2, 2]
    x, p = gaussian_rule(6, 6, reach=6.0)
    points = np.stack(np.meshgrid(x, x, indexing="ij"), axis=-1).reshape(-1, 2)
    root = np.sqrt(np.multiply.outer(p, p).ravel())
    a = np.column_stack([points, np.ones(len(points))])
    sizes = np.linalg.norm(a, axis=1)
    kernel = mean_of_products("relu", sizes, a @ a.T / np.multiply.outer(sizes, sizes))
    reference = np.sqrt(np.linalg.eigvalsh(root[:, None] * kernel * root)[::-1][:5])
    np.testing.assert_allclose(svd.singular_values[:5], reference, atol=3e-4)
    x, y = np.array([[0.3, -0.2], [1.0, 0.5]]), np.array([[0.7, 0.1, 0.5], [-1.0, 0.3, 0.2]])
    np.testing.assert_allclose(svd(x, y), neuron("relu", 2)(x, y), atol=0.05)
    np.testing.assert_allclose(svd(x[:, None], y[None]).diagonal(), svd(x, y))


STRETCHED = Gaussian(np.zeros(2), np.diag([1.0, 0.25]))
SHIFTED = Gaussian([0.5, -0.3], [[1.0, 0.2], [0.2, 0.4]])
CORRELATED = Gaussian(np.zeros(3), [[1.0, 0.2, 0.3], [0.2, 0.8, -0.1], [0.3, -0.1, 0.5]])


def by_closed_means(inputs, weights, nodes=34):
    """Values of exp(-z^2 / 8) of z = <w, x> + b, whose means over y are closed, from Gauss-Hermite nodes of x alone."""
    x, p = _products(*[nodes] * inputs.dim)
    a = np.column_stack([inputs.unwhiten(x), np.ones(len(x))])
    covariance = a @ weights.cov @ a.T
    sizes = 1.0 + 0.25 * np.diag(covariance)
    kernel = (np.multiply.outer(sizes, sizes) - (0.25 * covariance) ** 2) ** -0.5
    return np.sqrt(np.linalg.eigvalsh(np.sqrt(p)[:, None] * kernel * np.sqrt(p))[::-1][:10])


def _products(*counts):
    """So many nodes of every coordinate, and probabilities, of a standard Gaussian vector."""
    rules = [np.polynomial.hermite_e.hermegauss(n) for n in counts]
    x, p = (np.stack(np.meshgrid(*parts, indexing="ij"), axis=-1).reshape(-1, len(counts))
            for parts in zip(*rules, strict=True))
    return x, p.prod(axis=1) / (2.0 * np.pi) ** (0.5 * len(counts))


@pytest.mark.parametrize(("inputs", "weights"), [
    (STRETCHED, Gaussian.standard(3)), (SHIFTED, Gaussian.standard(3)), (STRETCHED, CORRELATED), (SHIFTED, CORRELATED),
], ids=["stretched", "shifted", "correlated", "shifted and correlated"])
@pytest.mark.thorough
def test_inputs_that_are_not_round_against_closed_means(inputs, weights):
    """exp(-z^2 / 8) is smooth enough for Gauss-Hermite nodes of x to know eight values to 1e-6."""
    svd = decompose(lambda x, y: np.exp(-0.125 * (np.sum(x * y[..., :2], axis=-1) + y[..., 2]) ** 2), inputs, weights,
                    rtol=1e-4, max_seconds=200.0)
    reference = by_closed_means(inputs, weights)
    assert svd.converged
    assert svd.method.startswith("seen to be phi(<a(x), y>) in 3 directions of y")
    count = min(svd.rank, 8)
    assert count >= 6
    np.testing.assert_array_less(np.abs(svd.singular_values[:count] - reference[:count]), svd.errors[:count] + 1e-6)


@pytest.mark.parametrize(("inputs", "mean", "nodes", "atol"), [
    (Gaussian(1.0, 0.5), (-1.5, 0.5), 60, 1e-6), (Gaussian.standard(2), (1.0, -0.5, 0.5), 34, 1e-6),
    (STRETCHED, (0.5, 1.0, 0.0), 34, 1e-6), (Gaussian.standard(3), (0.5, -0.5, 0.3, 0.5), 13, 1e-4),
], ids=["one", "round", "stretched", "three"])
@pytest.mark.thorough
def test_weights_with_a_mean_against_closed_means(inputs, mean, nodes, atol):
    """exp(-z^2 / 8) again: z and z' have means too; values and functions know of it.

    With three inputs functions that are round about the mean hold no energy in one of the angles.
    """
    k, mean = len(mean) - 1, np.array(mean)
    svd = decompose(neuron("bell", k), inputs, Gaussian(mean, np.eye(k + 1)), rtol=1e-6)
    x, p = _products(*[nodes] * k)
    a = np.column_stack([inputs.unwhiten(x), np.ones(len(x))])
    square, along = 0.25 * a @ a.T, a @ mean
    of_one = 1.0 + np.diag(square)
    det = np.multiply.outer(of_one, of_one) - square**2
    exponent = np.add.outer(along**2, 0.0 * along) * of_one + of_one[:, None] * along**2
    exponent -= 2.0 * square * np.multiply.outer(along, along)
    kernel = np.exp(-0.125 * exponent / det) / np.sqrt(det)
    reference = np.sqrt(np.linalg.eigvalsh(np.sqrt(p)[:, None] * kernel * np.sqrt(p))[::-1][:8])
    assert svd.converged
    assert svd.errors[:8].max() < 1e-6 * svd.values[0]
    np.testing.assert_array_less(np.abs(svd.singular_values[:8] - reference), svd.errors[:8] + atol)
    # Functions under the law of the weights, whose mean is not zero.
    y = Gaussian(mean, np.eye(k + 1)).sample(4000, np.random.default_rng(1))
    products = svd.right(y)[:, :3].T @ svd.right(y)[:, :3] / len(y)
    np.testing.assert_allclose(products, np.eye(3), atol=0.2)


@pytest.mark.thorough
def test_kinks_with_stretched_inputs_against_closed_means():
    """relu: squares of values are those of a kernel of x alone, whose kink at x = x' limits its rule."""
    svd = decompose(neuron("relu", 2), STRETCHED, Gaussian.standard(3), rtol=1e-6, max_seconds=200.0)
    x, p = _products(44, 44)
    kept = p > 1e-12
    x, root = STRETCHED.unwhiten(x[kept]), np.sqrt(p[kept])
    a = np.column_stack([x, np.ones(len(x))])
    sizes = np.linalg.norm(a, axis=1)
    kernel = mean_of_products("relu", sizes, a @ a.T / np.multiply.outer(sizes, sizes))
    reference = np.sqrt(np.linalg.eigvalsh(root[:, None] * kernel * root)[::-1][:8])
    assert svd.converged
    np.testing.assert_allclose(svd.singular_values[:8], reference, atol=3e-5)
    x, y = np.array([[0.3, -0.2], [1.0, 0.5]]), np.array([[0.7, 0.1, 0.5], [-1.0, 0.3, 0.2]])
    np.testing.assert_allclose(svd(x[:, None], y[None]).diagonal(), svd(x, y))


@pytest.mark.thorough
def test_jumps_with_stretched_inputs_against_closed_means():
    """sign: the kernel of x alone is like |x - x'| there, so that Gauss-Hermite rules err like n^(-3/2)."""
    svd = decompose(neuron("sign", 2), STRETCHED, Gaussian.standard(3), rtol=1e-6, max_seconds=200.0)
    references = []
    for n in (48, 64):
        x, p = _products(n, n)
        a = np.column_stack([STRETCHED.unwhiten(x[p > 1e-16]), np.ones(np.count_nonzero(p > 1e-16))])
        a, root = a / np.linalg.norm(a, axis=1)[:, None], np.sqrt(p[p > 1e-16])
        kernel = mean_of_products("sign", np.ones(len(a)), np.clip(a @ a.T, -1.0, 1.0))
        references.append(np.sqrt(eigsh(root[:, None] * kernel * root, 5, return_eigenvectors=False)[::-1]))
    coarse, fine = references
    assert svd.converged
    np.testing.assert_allclose(svd.singular_values[:5], fine + (fine - coarse) / ((64 / 48) ** 1.5 - 1.0), atol=1e-4)


@pytest.mark.parametrize("p", [3, 4])
@pytest.mark.thorough
def test_three_and_four_stretched_inputs_against_closed_means(p):
    """exp(-z^2 / 8): eight values from Gauss-Hermite nodes of x, which know them to 1e-4."""
    deviations = np.array([1.0, 0.5, 0.25, 0.2])[:p]
    inputs = Gaussian(np.zeros(p), np.diag(deviations**2))
    svd = decompose(lambda x, y: np.exp(-0.125 * (np.sum(x * y[..., :p], axis=-1) + y[..., p]) ** 2), inputs,
                    Gaussian.standard(p + 1), rtol=1e-3, max_rank=8)
    nodes, probabilities = _products(*(18, 10, 6, 4)[:p])
    x, root = nodes * deviations, np.sqrt(probabilities)
    moments = x @ x.T + 1.0
    squares = np.diag(moments)
    # E[exp(-(u^2 + v^2) / 8)] of a Gaussian pair is one over the root of det(1 + C / 4).
    kernel = 1.0 / np.sqrt(np.multiply.outer(1.0 + squares / 4.0, 1.0 + squares / 4.0) - (moments / 4.0) ** 2)
    reference = np.sqrt(eigsh(root[:, None] * kernel * root, 8, return_eigenvectors=False)[::-1])
    assert svd.converged
    assert "smooth phi: harmonics" in svd.method
    np.testing.assert_allclose(svd.singular_values[:6], reference[:6], atol=3e-4)


def by_tensor_of_numbers(phi, lines, nodes=(18, 34)):
    """Values of phi(<w, x> + b) for two independent inputs, from Gauss rules of their laws and Gauss-Hermite nodes."""
    rules = [line.gauss_rule(nodes[0]) for line in lines]
    x = np.stack(np.meshgrid(*(line.points(rule.nodes) for line, rule in zip(lines, rules, strict=True)),
                             indexing="ij"), axis=-1).reshape(-1, 2)
    p = np.multiply.outer(*(rule.weights for rule in rules)).ravel()
    y, q = _products(*[nodes[1]] * 3)
    square = np.zeros((len(x), len(x)))
    for some in np.array_split(np.arange(len(y)), 30):
        values = phi(x @ y[some, :2].T + y[some, 2]) * np.sqrt(np.multiply.outer(p, q[some]))
        square += values @ values.T
    return np.sqrt(np.linalg.eigvalsh(square)[::-1][:10])


@pytest.mark.parametrize("lines", [
    (opsvd.Uniform(-1.0, 1.0), opsvd.Uniform(-0.5, 0.5)), (opsvd.Uniform(-1.0, 1.0), opsvd.Uniform(0.0, 1.0))], ids=str)
@pytest.mark.thorough
def test_two_independent_inputs_against_gauss_rules(lines):
    """tanh, for laws that are symmetric and others: eight values."""
    svd = decompose(neuron("tanh", 2), opsvd.Product(*lines), Gaussian.standard(3), rtol=1e-4, max_seconds=200.0)
    reference = by_tensor_of_numbers(np.tanh, lines)
    assert svd.converged
    assert svd.method.startswith("seen to be phi(<a(x), y>) in 3 directions of y")
    count = min(svd.rank, 8)
    assert count >= 5
    np.testing.assert_array_less(np.abs(svd.singular_values[:count] - reference[:count]), svd.errors[:count] + 3e-5)


@pytest.mark.thorough
def test_three_independent_inputs_against_closed_means():
    """exp(-z^2 / 8), whose means over y are closed, by Gauss rules of x alone."""
    lines = (opsvd.Uniform(-1.0, 1.0),) * 3
    svd = decompose(lambda x, y: np.exp(-0.125 * (np.sum(x * y[..., :3], axis=-1) + y[..., 3]) ** 2),
                    opsvd.Product(*lines), Gaussian.standard(4), rtol=1e-5, max_seconds=200.0)
    rules = [line.gauss_rule(9) for line in lines]
    parts = ([line.points(rule.nodes) for line, rule in zip(lines, rules, strict=True)],
             [rule.weights for rule in rules])
    x, p = (np.stack(np.meshgrid(*part, indexing="ij"), axis=-1).reshape(-1, 3) for part in parts)
    root = np.sqrt(p.prod(axis=1))
    covariance = x @ x.T + 1.0
    sizes = 1.0 + 0.25 * np.diag(covariance)
    kernel = (np.multiply.outer(sizes, sizes) - (0.25 * covariance) ** 2) ** -0.5
    reference = np.sqrt(np.linalg.eigvalsh(root[:, None] * kernel * root)[::-1][:10])
    assert svd.converged
    assert svd.method.startswith("seen to be phi(<a(x), y>) in 4 directions of y")
    count = min(svd.rank, 10)
    assert count >= 5
    np.testing.assert_array_less(np.abs(svd.singular_values[:count] - reference[:count]), svd.errors[:count] + 1e-10)


@pytest.mark.thorough
def test_independent_gaussians_are_a_gaussian_vector():
    """A Product of them has the values, and the method, of the vector with their covariance."""
    one, other = (decompose(neuron("tanh", 2), inputs, Gaussian.standard(3), rtol=1e-2, max_rank=4)
                  for inputs in (STRETCHED, opsvd.Product(Gaussian(0.0, 1.0), Gaussian(0.0, 0.5))))
    assert one.method == other.method
    np.testing.assert_allclose(one.singular_values, other.singular_values, rtol=1e-12)


@pytest.mark.parametrize("mixed", [False, True])
def test_a_rule_of_points_has_the_moments_of_a_square(mixed):
    """E[1] and E[u^2] from sums of harmonics that are interpolated in the length."""
    lines = opsvd.Uniform(-1.0, 1.0), opsvd.Uniform(-1.0 + mixed, 1.0)
    plane = ProductPlane(lines, np.ones(2), np.zeros(2), 0.7)
    assert plane.mixed == (False, mixed)
    for check in (False, True):
        rows = plane.rows(10, check=check)
        angular = classes(plane.mixed, (4,))[0]
        one = np.zeros((*angular.shape, len(rows.roots), 1))
        one[0, :, 0] = rows.roots
        squares = rows.points[:, 0] ** 2 * rows.roots
        inner = rows.law.gram(rows.law.tables(angular), one)[0, :, 0]
        assert inner @ rows.roots == pytest.approx(1.0, rel=1e-12)
        assert inner @ squares == pytest.approx(2.0 / 3.0, rel=1e-12)
        assert rows.masses @ rows.points[:, 0] ** 2 == pytest.approx(2.0 / 3.0, rel=1e-12)


@pytest.mark.thorough
def test_a_mean_of_the_inputs_is_a_bias():
    """phi(<w, x> + b) with x of mean m has the values of x less m with the bias b + <w, m>, which is correlated."""
    shift = np.eye(3)
    shift[2, :2] = 0.5, -0.3
    moved = Gaussian(np.zeros(3), shift @ shift.T)
    centred = Gaussian(np.zeros(2), SHIFTED.cov)
    one, other = (decompose(neuron("gelu", 2), x, y, rtol=1e-2, max_rank=4)
                  for x, y in ((SHIFTED, Gaussian.standard(3)), (centred, moved)))
    count = min(one.rank, other.rank)
    assert count >= 3
    np.testing.assert_allclose(one.singular_values[:count], other.singular_values[:count], atol=1e-3)


@pytest.mark.parametrize("inputs", [opsvd.Exponential(), opsvd.Ball(3),
                                    Gaussian([1.0, -1.0], [[0.5, 0.2], [0.2, 0.3]])], ids=repr)
@pytest.mark.thorough
def test_inputs_of_other_laws_against_sampling(inputs):
    """tanh with inputs that are not Gaussian, or Gaussian as the weights undo it: matrices of 400 rows agree."""
    k = inputs.dim
    weights = Gaussian.standard(k + 1)
    if k == 2 and isinstance(inputs, type(weights)):
        # Round as y sees it, with a bias that makes the mean of x no matter.
        cov = np.zeros((3, 3))
        cov[:2, :2] = np.linalg.inv(inputs.cov)
        lift = np.eye(3)
        lift[2, :2] = -inputs.mean
        cov[2, 2] = 1.0
        weights = Gaussian(np.zeros(3), lift @ cov @ lift.T)
    svd = decompose(neuron("tanh", k), inputs, weights, rtol=1e-3, max_seconds=60.0)
    assert "phi(<a(x), y>)" in svd.method
    check = opsvd.crosscheck(neuron("tanh", k), 400, inputs, weights, svd=svd, trials=6, rng=0)
    assert not (np.abs(check.z) > 5.0).any()    # some are not predicted, as moments are large


@pytest.mark.thorough
def test_the_bias_may_be_first_and_the_sides_exchanged():
    """phi(b + w x) with (b, w) for y, and with (w, b) for x, has the values of phi(w x + b)."""
    known = answer("tanh", 1, rtol=1e-2)
    first = decompose(lambda x, y: np.tanh(y[..., 0] + y[..., 1] * x), Gaussian(), Gaussian.standard(2), rtol=1e-2)
    exchanged = decompose(lambda x, y: np.tanh(x[..., 0] * y + x[..., 1]), Gaussian.standard(2), Gaussian(), rtol=1e-2)
    for other in (first, exchanged):
        np.testing.assert_allclose(other.singular_values[:4], known.singular_values[:4], atol=1e-4)
    x, y = np.array([0.3, -1.0]), np.array([[0.5, 0.2], [1.0, -0.4]])
    np.testing.assert_allclose(np.abs(exchanged.left(y)), np.abs(known.right(y)), atol=1e-2)
    np.testing.assert_allclose(np.abs(exchanged.right(x)), np.abs(known.left(x)), atol=1e-2)


@pytest.mark.parametrize(("name", "k"), [("sign", 1), ("gelu", 4)])
@pytest.mark.thorough
def test_ten_values_are_known_to_nine_digits(name, k):
    """Whatever phi does at zero; a larger tolerance, with other harmonics and lengths, agrees."""
    svd, other = answer(name, k), answer(name, k, rtol=1e-5)
    assert svd.errors[:10].max() < 1e-9 * svd.values[0]
    count = min(len(svd.values), len(other.values))
    assert count >= 8
    np.testing.assert_array_less(np.abs(svd.values[:count] - other.values[:count]),
                                 svd.value_errors[:count] + other.value_errors[:count])


def bivariate(h, cosine):
    """P(z_1 > h_1, z_2 > h_2) of standard Gaussian numbers with a correlation, by Owen's function T."""
    first, second = h
    root = np.sqrt(1.0 - cosine**2)
    inner = [owens_t(a, (b - cosine * a) / (a * root)) for a, b in ((first, second), (second, first))]
    return 0.5 * (ndtr(-first) + ndtr(-second)) - inner[0] - inner[1] + 0.0 * cosine


@pytest.mark.parametrize(("inputs", "spread", "rtol"), [
    (Gaussian(), 1.0, 1e-9), (opsvd.Uniform(-1.0, 2.0), 1.0, 1e-9), (Gaussian(), 0.1, 1e-9), (Gaussian(), 10.0, 1e-9)],
    ids=str)
@pytest.mark.thorough
def test_steps_away_from_zero_against_a_closed_mean(inputs, spread, rtol):
    """z > 1: a matrix between panels of x, whose kernel E_y is closed; ten values have nine digits.

    That kernel has a kink at x = x', so that its rule errs like one over the square of its number of nodes. With
    polynomials in the angle of (x, s), biases of deviations s = 0.1 and 10 left five and nine values.
    """
    weights_and_bias = Gaussian([0.0, 0.0], np.diag([1.0, spread**2]))
    svd = decompose(lambda x, y: (x * y[..., 0] + y[..., 1] > 1.0) * 1.0, inputs, weights_and_bias, rtol=rtol,
                    max_seconds=200.0)
    t, weights = composite_gauss_legendre(np.linspace(*inputs.box(1e-6), 81), 12)
    x, root = inputs.points(t), np.sqrt(weights) * inputs.sqrt_density(t)
    sizes = np.hypot(x, spread)
    cosine = (np.multiply.outer(x, x) + spread**2) / np.multiply.outer(sizes, sizes)
    np.fill_diagonal(cosine, 0.0)
    kernel = bivariate(np.broadcast_arrays(1.0 / sizes[:, None], 1.0 / sizes), cosine)
    np.fill_diagonal(kernel, ndtr(-1.0 / sizes))
    reference = np.sqrt(np.linalg.eigvalsh(root[:, None] * kernel * root)[::-1][:10])
    assert "integrals along x" in svd.method
    assert svd.rank >= 10
    assert svd.errors[:10].max() < max(1e-8, 1e-3 * rtol) * svd.values[0]
    np.testing.assert_allclose(svd.singular_values[:10], reference, atol=3e-5)


@pytest.mark.thorough
def test_many_steps_against_conditional_means():
    """A neuron of fourteen steps: eight values have five digits.

    The reference takes the mean of phi(wx + b) given wx' + b in closed form, and has a kink at x = x'. Steps were taken
    for waves, and of more than twelve there were two values to three digits.
    """
    spread, steps = 1.0, np.arange(-6.0, 8.0)
    svd = decompose(lambda x, y: np.clip(np.floor(x * y[..., 0] + y[..., 1]), -7.0, 7.0), Gaussian(),
                    Gaussian([0.0, 0.0], np.diag([1.0, spread**2])), rtol=9e-4, max_seconds=1000.0)
    x, p = gaussian_rule(20, 10, reach=6.0)
    sizes = np.hypot(x, spread)
    z, weights = composite_gauss_legendre(np.linspace(-30.0, 30.0, 61), 4)
    kernel = np.empty((len(x), len(x)))
    for i, size in enumerate(sizes):
        slope = (x[i] * x + spread**2) / size**2    # of wx' + b, given wx + b = z
        root = np.sqrt(np.maximum(sizes**2 - (slope * size) ** 2, 1e-30))
        given = sum(ndtr((np.multiply.outer(slope, z) - step) / root[:, None]) for step in steps) - 7.0
        density = np.exp(-0.5 * (z / size) ** 2) / (size * np.sqrt(2.0 * np.pi))
        kernel[i] = given @ (weights * np.clip(np.floor(z), -7.0, 7.0) * density)
    reference = np.sqrt(np.linalg.eigvalsh(np.sqrt(p)[:, None] * 0.5 * (kernel + kernel.T) * np.sqrt(p))[::-1][:10])
    assert "phi broken at 14 numbers" in svd.method
    assert svd.rank >= 10
    assert svd.errors[:8].max() < 1e-4 * svd.values[0]
    np.testing.assert_allclose(svd.singular_values[:8], reference[:8], atol=1e-3)


@pytest.mark.parametrize("rtol", [1e-2, 1e-3])
@pytest.mark.thorough
def test_cubic_neurons_of_stretched_inputs_against_their_polynomials(rtol):
    """z^3 - z has 20 values, by Gauss rules that are exact for them; errors were up to 53 bars.

    E_y[phi(<a, y>) phi(<a', y>)] is 6 p^3 + (3 |a|^2 - 1)(3 |a'|^2 - 1) p, with p = <a, a'>.
    """
    deviations = np.array([1.0, 1.0 / 3.0, 0.1])
    svd = decompose(lambda x, y: (z := np.sum(x * y[..., :3], axis=-1) + y[..., 3]) ** 3 - z,
                    Gaussian(np.zeros(3), np.diag(deviations**2)), Gaussian.standard(4), rtol=rtol)
    nodes, weights = np.polynomial.hermite_e.hermegauss(4)
    x = np.stack(np.meshgrid(*np.multiply.outer(deviations, nodes), indexing="ij"), axis=-1).reshape(-1, 3)
    p = np.prod(np.meshgrid(*3 * [weights / weights.sum()]), axis=0).ravel()
    products = x @ x.T + 1.0
    own = 3.0 * np.diag(products) - 1.0
    kernel = 6.0 * products**3 + np.multiply.outer(own, own) * products
    reference = np.sqrt(np.linalg.eigvalsh(np.sqrt(p)[:, None] * kernel * np.sqrt(p))[::-1][:svd.rank])
    assert svd.rank >= 10
    assert (np.abs(svd.singular_values - reference) <= svd.errors).all()


@pytest.mark.thorough
def test_clip_is_known_to_nine_digits(tmp_path):
    """Functions of (w, b) are not smooth at w = 0, b = 1; a larger tolerance, and exchanged sides, agree."""
    svd, other = answer("clip", 1), answer("clip", 1, rtol=1e-5)
    assert svd.errors[:10].max() < 1e-9 * svd.values[0]
    np.testing.assert_array_less(np.abs(svd.values[:10] - other.values[:10]),
                                 svd.value_errors[:10] + other.value_errors[:10])
    exchanged = decompose(lambda x, y: np.clip(x[..., 0] * y + x[..., 1], -1.0, 1.0), Gaussian.standard(2), Gaussian(),
                          rtol=1e-5, max_seconds=200.0)
    np.testing.assert_allclose(exchanged.values[:8], svd.values[:8], atol=1e-6)
    x, y = np.array([0.1, -2.0, 30.0]), np.array([[0.5, 1.0], [-0.3, 0.2], [0.0, 1.0]])
    np.testing.assert_allclose(np.abs(exchanged.left(y))[:, :4], np.abs(other.right(y))[:, :4], atol=1e-4)
    other.save(tmp_path / "svd.npz")
    loaded = opsvd.load(tmp_path / "svd.npz")
    np.testing.assert_array_equal(loaded.left(x), other.left(x))
    np.testing.assert_array_equal(loaded.right(y), other.right(y))


@pytest.mark.thorough
def test_steps_of_two_inputs_against_a_closed_mean():
    """z > 1 in R^2: the kernel E_y is closed, and its Fourier coefficients in the angle are one matrix a degree.

    They are taken at 80 lengths and 360 angles; the kink of the kernel at x = x' limits them.
    """
    svd = decompose(lambda x, y: (np.sum(x * y[..., :2], axis=-1) + y[..., 2] > 1.0) * 1.0, Gaussian.standard(2),
                    Gaussian.standard(3), rtol=1e-8, max_seconds=200.0)
    r, weights = composite_gauss_legendre(np.linspace(0.0, 6.0, 11), 8)
    root = np.sqrt(weights * r) * np.exp(-0.25 * r**2)
    angles = 2.0 * np.pi * (np.arange(360) + 0.5) / 360
    sizes = np.hypot(r, 1.0)
    cosine = (np.multiply.outer(np.multiply.outer(r, r), np.cos(angles)) + 1.0) / np.multiply.outer(
        np.multiply.outer(sizes, sizes), np.ones(360))
    kernel = bivariate(np.broadcast_arrays(1.0 / sizes[:, None, None], 1.0 / sizes[:, None]), cosine)
    reference = []
    for degree in range(6):
        matrix = kernel @ np.cos(degree * angles) / 360
        values = np.sqrt(np.maximum(np.linalg.eigvalsh(root[:, None] * matrix * root)[-4:], 0.0))
        reference += values.tolist() * (1 + (degree > 0))
    count = 8
    assert "integrals along x" in svd.method
    assert svd.errors[:count].max() < 1e-8 * svd.values[0]
    np.testing.assert_allclose(svd.singular_values[:count], np.sort(reference)[::-1][:count], atol=1e-4)


@pytest.mark.thorough
def test_clip_of_several_inputs_is_known_to_nine_digits(tmp_path):
    """A larger tolerance and exchanged sides agree; functions have the energy that values say; files keep them."""
    k = 4
    svd, other = answer("clip", k), answer("clip", k, rtol=1e-5)
    assert svd.errors[:10].max() < 1e-9 * svd.values[0]
    assert svd.multiplicities[:3].tolist() == [1, k, 9]
    count = min(len(svd.values), len(other.values), 8)
    np.testing.assert_array_less(np.abs(svd.values[:count] - other.values[:count]),
                                 svd.value_errors[:count] + other.value_errors[:count])
    exchanged = decompose(lambda x, y: np.clip(np.sum(x[..., :k] * y, axis=-1) + x[..., k], -1.0, 1.0),
                          Gaussian.standard(k + 1), Gaussian.standard(k), rtol=1e-2, max_seconds=200.0)
    np.testing.assert_allclose(exchanged.values[:4], svd.values[:4], atol=1e-3)
    rng = np.random.default_rng(7)
    x, y = rng.standard_normal((10_000, k)), rng.standard_normal((10_000, k + 1))
    left, right = (np.sum(part * part, axis=0) / len(part) for part in (other.left(x), other.right(y)))
    np.testing.assert_allclose(left[:1 + k], 1.0, atol=0.03)
    np.testing.assert_allclose(right[:1 + k], 1.0, atol=0.03)
    remainder = neuron("clip", k)(x, y) - other(x, y)
    listed = other.norm.value**2 - np.sum(other.multiplicities * other.values**2)
    assert np.mean(remainder**2) == pytest.approx(listed, rel=0.1)
    other.save(tmp_path / "svd.npz")
    loaded = opsvd.load(tmp_path / "svd.npz")
    np.testing.assert_array_equal(loaded.left(x[:5]), other.left(x[:5]))
    np.testing.assert_array_equal(loaded.right(y[:5]), other.right(y[:5]))
    np.testing.assert_array_equal(loaded(x[:5], y[:5]), other(x[:5], y[:5]))


@pytest.mark.thorough
def test_an_odd_jump_at_zero_is_seen_beside_kinks():
    """sign(z) + clip(z): sampled matrices agree, and the two tolerances do."""
    def both(x, y):
        z = x * y[..., 0] + y[..., 1]
        return np.sign(z) + np.clip(z, -1.0, 1.0)

    svd, other = (decompose(both, Gaussian(), Gaussian.standard(2), rtol=rtol, max_seconds=200.0)
                  for rtol in (1e-9, 1e-5))
    assert "phi broken at 3 numbers" in svd.method
    assert svd.errors[:10].max() < 1e-9 * svd.values[0]
    np.testing.assert_array_less(np.abs(svd.values[:8] - other.values[:8]),
                                 svd.value_errors[:8] + other.value_errors[:8])


@pytest.mark.thorough
def test_the_result_is_used_like_any_other(tmp_path):
    """Saved and loaded, and predicted from."""
    svd = answer("tanh", 1, rtol=1e-2)
    svd.save(tmp_path / "svd.npz")
    loaded = opsvd.load(tmp_path / "svd.npz")
    x, y = np.array([0.1, -2.0]), np.array([[0.5, 1.0], [-0.3, 0.2]])
    np.testing.assert_array_equal(loaded.left(x), svd.left(x))
    np.testing.assert_array_equal(loaded.right(y), svd.right(y))
    prediction = svd.predict(1000)
    assert np.abs(prediction.mean[:3] / svd.singular_values[:3] - 1.0).max() < 0.05


@pytest.mark.thorough
def test_a_mean_of_biases_is_in_phi():
    """tanh(w x + b) with b of mean 1 has the values and the functions of tanh(w x + b + 1) with b of mean zero."""
    one = decompose(neuron("tanh", 1), Gaussian(), Gaussian([0.0, 1.0], np.eye(2)), rtol=1e-2, max_rank=4)
    other = decompose(lambda x, y: np.tanh(y[..., 0] * x + y[..., 1] + 1.0), Gaussian(), Gaussian.standard(2),
                      rtol=1e-2, max_rank=4)
    assert "phi(<a(x), y>)" in one.method
    np.testing.assert_allclose(one.singular_values, other.singular_values, rtol=1e-10)
    y = np.array([[0.5, 0.2], [1.0, -0.4]])
    np.testing.assert_allclose(one.right(y + np.array([0.0, 1.0])), other.right(y), rtol=1e-6)


@pytest.mark.parametrize("deviations", [(1.0,), (1.0, 0.5)])
@pytest.mark.thorough
def test_random_fourier_features_against_their_closed_mean(deviations):
    """cos(<w, x> + b) with a uniform phase b: the mean over (w, b) is exp(-|x - x'|^2 / 2) / 2."""
    k = len(deviations)
    phases = opsvd.Product(Gaussian.standard(k) if k > 1 else Gaussian(), opsvd.Uniform(0.0, 2.0 * math.pi))
    inputs = Gaussian(np.zeros(k), np.diag(np.square(deviations))) if k > 1 else Gaussian(0.0, deviations[0])
    svd = decompose(neuron("cos", k), inputs, phases, rtol=1e-6, max_seconds=200.0)
    parts = [decompose(lambda x, y: np.exp(-0.5 * (x - y) ** 2), *2 * [Gaussian(0.0, deviation)],
                       rtol=1e-13).values[:15] for deviation in deviations]
    reference = np.sqrt(0.5 * np.sort(functools.reduce(np.multiply.outer, parts).ravel())[::-1][:10])
    assert "integrals along x" in svd.method
    assert svd.errors[:10].max() < 1e-8 * svd.values[0]
    assert (np.abs(svd.singular_values[:10] - reference) <= svd.errors[:10] + 1e-13).all()


@pytest.mark.thorough
def test_a_step_with_uniform_biases_against_its_closed_mean():
    """(wx + b > 1/2) with b uniform on [-1, 1]: P(both) is a function of min(x, x') plus one of max(x, x')."""
    def of_positive(m):    # the mean of clip(1/2 + m w, 0, 2), where w > 0
        size = np.maximum(np.abs(m), 1e-300)
        ends = np.where(m > 0.0, 1.5, 0.5) / size
        beyond = np.exp(-0.5 * ends**2) / math.sqrt(2.0 * math.pi) - ends * ndtr(-ends)
        return 0.25 + m * (1.0 / math.sqrt(2.0 * math.pi) - beyond)

    svd = decompose(lambda x, y: (x * y[..., 0] + y[..., 1] > 0.5) * 1.0, Gaussian(),
                    opsvd.Product(Gaussian(), opsvd.Uniform(-1.0, 1.0)), rtol=1e-6, max_seconds=200.0)
    squares = decompose(lambda x, y: 0.5 * (of_positive(np.minimum(x, y)) + of_positive(-np.maximum(x, y))), rtol=1e-10)
    reference = np.sqrt(squares.values[:10])
    bars = svd.errors[:10] + 0.5 * squares.errors[:10] / reference
    assert "phi broken at 1 number" in svd.method
    assert svd.errors[:10].max() < 1e-6 * svd.values[0]
    assert (np.abs(svd.singular_values[:10] - reference) <= bars).all()


@pytest.mark.thorough
def test_refusals_say_why():
    """Other kernels, other measures, no bias, and inputs that are not round."""
    two = Gaussian.standard(2)
    tesseract, square = (opsvd.Product(*[opsvd.Uniform(-1.0, 1.0)] * k) for k in (4, 2))
    signs = opsvd.Discrete([-1.0, 1.0], [0.5, 0.5])
    five = Gaussian(np.zeros(5), np.diag([1.0, 2.0, 1.0, 1.0, 1.0]))
    needle = Gaussian(np.ones(4), np.diag([1.0, 0.1, 0.01, 0.001]))
    for arguments, message in [
            ((lambda x, y: np.tanh(x * y),), "takes kernels of vectors"),
            ((lambda x, y: np.sin(np.sum(y, axis=-1) + x * y[..., 0] ** 2), Gaussian(), two), "takes functions of"),
            ((neuron("tanh", 2), opsvd.Ball(2), Gaussian([1.0, 0.0, 0.0], np.eye(3))), "weights that have a mean if"),
            ((neuron("tanh", 2), SHIFTED, Gaussian([1.0, 0.0, 0.0], np.eye(3))), "weights that have a mean if"),
            ((neuron("tanh", 2), opsvd.Ball(2), opsvd.Product(two, opsvd.Uniform())), "that are not Gaussian if"),
            ((opsvd.elementwise(np.tanh, 2), two, two), "with a bias"),
            ((neuron("tanh", 4), tesseract, Gaussian.standard(5)), "if they are two or three numbers"),
            ((neuron("tanh", 3), opsvd.Product(*[opsvd.Exponential()] * 3), Gaussian.standard(4)), "bounded support"),
            ((neuron("tanh", 3), opsvd.Product(*[opsvd.Uniform(0.0, 1.0)] * 3), Gaussian.standard(4)),
             "if the laws of two, with"),
            ((neuron("tanh", 2), opsvd.Product(signs, opsvd.Uniform()), Gaussian.standard(3)), "without atoms"),
            ((neuron("tanh", 2), square, CORRELATED), "if their weights are independent of each other"),
            ((neuron("tanh", 2), opsvd.Ball(2), CORRELATED), "round as y sees them, or Gaussian"),
            ((neuron("tanh", 5), five, Gaussian.standard(6)), "in two to four directions, and here they use 5"),
            ((neuron("tanh", 4), needle, Gaussian.standard(5)), "of deviations in smaller ratios")]:
        with pytest.raises(ValueError, match=message):
            decompose(*arguments, method="zonal")
    three = Gaussian.standard(3)
    with pytest.raises(ValueError, match="no black boxes with"):
        decompose(lambda x, y: np.tanh(np.sum(x * y, axis=-1)), three, three, method="zonal")
    for limit, message in ((8_000, "more than 7536 values of h to find a form.* pass larger max_evaluations"),
                           (4_000_000, "more than 5000000 values")):
        with pytest.raises(ValueError, match=message):
            decompose(neuron("tanh", 1), Gaussian(), two, method="zonal", max_evaluations=limit)


def test_the_method_names_itself():
    """Its call makes it."""
    assert repr(Zonal()) == "Zonal()"


def test_more_steps_than_are_split_are_left_to_other_methods():
    """A neuron of some three hundred steps, where an error was raised; rounding adds 1/12 to the mean square of 40."""
    biased = Gaussian([0.0, 0.0], [[1.0, 0.0], [0.0, 9.0]])
    svd = quietly(lambda x, y: np.round(2.0 * (x * y[..., 0] + y[..., 1])), Gaussian(), biased, rtol=1e-2,
                  max_evaluations=4_000_000)
    assert svd.rank >= 1
    assert abs(svd.norm.value - math.sqrt(40.0 + 1.0 / 12.0)) <= svd.norm.error
