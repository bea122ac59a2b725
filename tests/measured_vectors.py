"""The problem table of vectors under measures that are not Gaussian: spectra in closed form."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import iv

from opsvd import Ball, Circle, Exponential, Gaussian, Product, Rotational, Sphere, Uniform, elementwise, exact
from opsvd.quadrature import harmonics

__all__ = ["MEASURED_VECTORS", "VectorRow"]

MANY = 500    # degrees of a closed form: beyond them values of jumps are below those that are compared


@dataclass(frozen=True)
class VectorRow:
    """A kernel of vectors with a known spectrum.

    Attributes
    ----------
    name : str
        The kernel, as one would write it.
    build : callable
        Makes the kernel: kernels count their evaluations.
    mu_x, mu_y : Measure
    values, counts : ndarray, shape (q,)
        The leading distinct values, and how often each stands.
    source : str
        Where they come from.
    rtol : float
        To which six leading values are known.
    """

    name: str
    build: Callable[[], Any] = field(repr=False)
    mu_x: Any
    mu_y: Any
    values: np.ndarray = field(repr=False)
    counts: list[int] = field(repr=False)
    source: str = field(repr=False)
    rtol: float = 1e-10

    def __str__(self) -> str:
        """The name; use ``ids=str`` in pytest.mark.parametrize."""
        return self.name


def relu(z):
    """max(z, 0)."""
    return np.maximum(z, 0.0)


def arc_cosine(z):
    """The arc-cosine kernel of order zero."""
    return 1.0 - np.arccos(np.clip(z, -1.0, 1.0)) / np.pi


def _row(name, build, mu_x, mu_y, spectrum, source, **fields):    # noqa: PLR0917 -- the columns of the table
    """A row from values of degrees in any order, and their multiplicities."""
    values, counts = np.asarray(spectrum[0], dtype=np.float64), list(spectrum[1])
    order = [i for i in np.argsort(-values, kind="stable") if values[i] > 1e-14 * values.max()][:60]
    return VectorRow(name, build, mu_x, mu_y, values[order], [int(counts[i]) for i in order], source, **fields)


def _phi(name, phi, k, measures, spectrum, source, **fields):    # noqa: PLR0917 -- the columns of the table
    """A kernel phi(<x, y>) that says so."""
    mu_x, mu_y = measures
    label = ", ".join(type(measure).__name__ for measure in measures)
    return _row(f"{name}, k = {k}, {label}", lambda: elementwise(phi, k), mu_x, mu_y, spectrum, source, **fields)


def _spheres():
    """Kernels on two unit spheres, with kinks and jumps, for few coordinates and for many."""
    for k in (2, 3, 5, 30, 300):
        pair = Sphere(k), Sphere(k)
        yield _phi("exp(z)", np.exp, k, pair, exact.exp_on_sphere(1.0, k, 40), "exact.exp_on_sphere")
        yield _phi("sign(z)", np.sign, k, pair, exact.sign_on_sphere(k, MANY), "exact.sign_on_sphere")
        yield _phi("relu(z)", relu, k, pair, exact.relu_on_sphere(k, MANY), "exact.relu_on_sphere")
        yield _phi("1 - arccos(z) / pi", arc_cosine, k, pair, exact.arc_cosine_on_sphere(0, k, MANY),
                   "exact.arc_cosine_on_sphere")
        even = exact.relu_on_sphere(k, MANY)
        absolute = np.where(np.arange(MANY) % 2 == 0, 2.0 * even[0], 0.0)
        yield _phi("|z|", np.abs, k, pair, (absolute, even[1]), "twice relu at even degrees")
    for k in (2, 3, 30):
        yield _phi("Poisson kernel", lambda z, k=k: 0.75 / (1.25 - z) ** (0.5 * k), k, (Sphere(k), Sphere(k)),
                   exact.poisson_on_sphere(0.5, k, 60), "exact.poisson_on_sphere")
    degrees = np.arange(60)
    yield _phi("exp(20 z), von Mises", lambda z: np.exp(20.0 * z), 2, (Sphere(2), Sphere(2)),
               (iv(degrees, 20.0), np.where(degrees == 0, 1, 2)), "Bessel functions")
    yield _phi("exp(z / 6)", lambda z: np.exp(z / 6.0), 3, (Sphere(3, 2.0), Sphere(3, 3.0)),
               exact.exp_on_sphere(1.0, 3, 40), "exact.exp_on_sphere")
    yield _row("|x - y| on a sphere", lambda: lambda x, y: np.linalg.norm(x - y, axis=-1), Sphere(3), Sphere(3),
               (4.0 / np.abs((2.0 * degrees - 1.0) * (2.0 * degrees + 1.0) * (2.0 * degrees + 3.0)),
                2 * degrees + 1), "Legendre coefficients of the root of 2 - 2t")


def _homogeneous():
    """Powers of lengths times functions of the angle: a sphere's value times the norms of the powers on either side."""
    moment = {"Sphere": lambda k, p: 1.0, "Ball": lambda k, p: k / (k + p),
              "GaussianVector": lambda k, p: float(np.prod([k + 2.0 * i for i in range(p // 2)])),
              "Rotational": lambda k, p: 1.0 / (p + 1.0)}
    for k in (2, 3, 30):
        laws = Sphere(k), Ball(k), Gaussian.standard(k), Rotational(k, Uniform())
        pairs = [(laws[i], laws[j]) for i, j in ((0, 1), (1, 1), (0, 2), (1, 2), (3, 0), (3, 1))]
        for name, phi, power, of in (("sign(z)", np.sign, 0, exact.sign_on_sphere),
                                     ("relu(z)", relu, 2, exact.relu_on_sphere)):
            values, counts = of(k, MANY)
            for pair in pairs:
                scale = np.sqrt(np.prod([moment[type(mu).__name__](k, power) for mu in pair]))
                yield _phi(name, phi, k, pair, (scale * values, counts), "the sphere's, times norms of the length")


def _polynomials():
    """(1 + <x, y>)^2 in the ball: the constant and |x|^2 together, then degrees one and two."""
    for k in (2, 5):
        second, fourth = k / (k + 2.0), k / (k + 4.0)
        gram = np.array([[1.0, second], [second, fourth]])
        gram *= np.outer([1.0, k**-0.5], [1.0, k**-0.5])    # of 1 and |x|^2 over the root of k
        pair = exact.finite_rank(gram, gram)
        values = [*pair, 2.0 * second / k, 2.0 * fourth / (k * (k + 2.0))]
        yield _phi("(1 + z)^2", lambda z: (1.0 + z) ** 2, k, (Ball(k), Ball(k)),
                   (values, [1, 1, k, harmonics(k, 2)]), "moments")


def _of_factors(*factors, n=60):
    """The largest products of the values of factors: equal ones are listed one by one."""
    values = factors[0]
    for other in factors[1:]:
        values = np.sort(np.outer(values, other).ravel())[::-1][:n]
    return values, np.ones(len(values))


def _products():
    """Kernels that are products of functions of x_1, y_1 and of x_2, y_2, or sums of such, of independent parts."""
    square, angles = Uniform(-1.0, 1.0), Circle()
    prolate, mehler = exact.exp_product_uniform(1.0, 20), exact.exp_product(0.2, 40)

    def exponential(*c):
        return lambda x, y: np.exp(np.sum(np.array(c) * x * y, axis=-1))

    pair = Product(square, square)
    yield _row("exp(<x, y>), Uniform^2", lambda: exponential(1.0, 1.0), pair, pair, _of_factors(prolate, prolate),
               "exact.exp_product_uniform")
    pair = Product(square, Gaussian())
    yield _row("exp(x_1 y_1 + x_2 y_2 / 5), Uniform and Gaussian", lambda: exponential(1.0, 0.2), pair, pair,
               _of_factors(prolate, mehler), "exact.exp_product_uniform, exact.exp_product")
    pair = Product(angles, Uniform(0.0, 2.0 * np.pi), square)
    yield _row("exp(cos(x_1 - y_1) + x_3 y_3) of a circle and an interval",
               lambda: lambda x, y: np.exp(np.cos(x[..., 0] - y[..., 0]) + x[..., 2] * y[..., 2]), pair, pair,
               _of_factors(exact.von_mises(1.0, 40), prolate), "exact.von_mises, exact.exp_product_uniform")
    pair = Product(Gaussian([1.0, 0.0], [[2.0, 1.0], [1.0, 2.0]]), Exponential())
    cov = np.array([[2.0, 1.0], [1.0, 2.0]])
    yield _row("a quadratic form of parts", lambda: lambda x, y: np.sum(x * y, axis=-1), pair, pair,
               _of_covariance(cov, np.array([1.0, 0.0])), "moments")


def _of_covariance(cov, mean):
    """The values of <x, y> of a Gaussian vector and an exponential number: eigenvalues of their second moments."""
    second = np.zeros((3, 3))
    second[:2, :2] = cov + np.outer(mean, mean)
    second[2, :2] = second[:2, 2] = mean
    second[2, 2] = 2.0
    return np.sort(np.linalg.eigvalsh(second))[::-1], [1, 1, 1]


MEASURED_VECTORS = (*_spheres(), *_homogeneous(), *_polynomials(), *_products())
"""The table."""
