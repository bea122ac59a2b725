"""What are products over coordinates worth, taken apart? Beside them are the methods for other kernels of vectors.

Processor seconds, the number of values, the tenth bar over the first value, and whether the first ten values are
within their bars of the products of known ones, where these are known. Each kernel is decomposed by default, and by
the method that it had before products were taken apart, with ten seconds for that.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import time
import warnings
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from setting import machine

import opsvd
from opsvd import Gaussian, Product, Uniform, exact
from opsvd.evidence.factored import largest_products
from opsvd.measures import Measure


class Row(NamedTuple):
    """A kernel, the measure of x and of y, the values of each factor if they are known, and another method."""

    name: str
    h: Callable[..., np.ndarray]
    mu: Measure
    factors: list[np.ndarray] | None
    other: str


def rows() -> Iterator[Row]:
    """Squared exponentials, exponentials, Matern covariances and jumps, in two to nine dimensions."""
    for k, other in ((2, "sectors"), (3, "sectors")):
        yield Row(f"exp(-|x - y|^2 / 2), Gaussian^{k}", lambda x, y: np.exp(-0.5 * np.sum((x - y) ** 2, axis=-1)),
                  Gaussian.standard(k), [exact.squared_exponential(1.0, 40)] * k, other)
    for k, other in ((2, "grid"), (3, "tensor"), (9, "quasi-random")):
        rates = np.arange(1.0, k + 1.0)
        yield Row(f"exp(-sum_j j (x_j - y_j)^2), Gaussian^{k}",
                  lambda x, y, rates=rates: np.exp(-np.sum(rates * (x - y) ** 2, axis=-1)), Gaussian.standard(k),
                  [exact.squared_exponential(np.sqrt(0.5 / rate), 60) for rate in rates], other)
    for k, other in ((2, "grid"), (3, "tensor"), (5, "quasi-random")):
        cube = Product(*[Uniform(0.0, 1.0)] * k)
        yield Row(f"exp(-|x - y|_1), Uniform^{k}", lambda x, y: np.exp(-np.sum(np.abs(x - y), axis=-1)), cube,
                  [exact.exponential_covariance(1.0, 100)] * k, other)
    cube = Product(Uniform(0.0, 1.0), Uniform(0.0, 1.0))
    yield Row("prod_j (x_j > y_j), Uniform^2", lambda x, y: np.prod(1.0 * (x > y), axis=-1), cube,
              [2.0 / (np.pi * (2.0 * np.arange(100) + 1.0))] * 2, "grid")
    yield Row("Matern 3/2 in each coordinate, length 0.2, Uniform^2",
              lambda x, y: np.prod((1.0 + 5.0 * np.abs(x - y)) * np.exp(-5.0 * np.abs(x - y)), axis=-1), cube, None,
              "grid")


def measured(row: Row, method: str) -> str:
    """Seconds, values, the tenth bar, and whether values hold."""
    start = time.process_time()
    svd = opsvd.decompose(row.h, row.mu, row.mu, method=method, max_seconds=20.0 if method == "auto" else 10.0)
    seconds, count = time.process_time() - start, min(svd.rank, 10)
    if count == 0:
        return f"{seconds:7.2f} {0:5d} {'':8s} {'':5s}"
    holds = ""
    if row.factors is not None:
        true = largest_products(row.factors, 1000).values[:count]
        holds = "true" if (np.abs(svd.singular_values[:count] - true) <= svd.errors[:count] + 1e-15).all() else "FALSE"
    return f"{seconds:7.2f} {svd.rank:5d} {svd.errors[count - 1] / svd.singular_values[0]:8.0e} {holds:5s}"


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore", opsvd.ConvergenceWarning)
    opsvd.decompose(lambda x, y: np.tanh(x * y))    # imports
    print(f"{machine()}\n")
    print(f"{'':56s} {'default':28s}    another method")
    for row in rows():
        print(f"{row.name:56s} {measured(row, 'auto')}    {measured(row, row.other)} {row.other}", flush=True)


if __name__ == "__main__":
    main()
