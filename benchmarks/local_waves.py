"""The law of local waves: the effective rank of a sampled n by n matrix of an odd or even function that oscillates.

h(x, y) = sin(theta(x, y)), or the cosine, for standard Gaussian x and y. In a small cell around (x, y) h is a wave: it
has D = |theta_xy| dx dy / pi functions of one singular value. The law takes the values of these functions at the n
points to be independent Gaussians. So the matrix is a product of two with independent entries, whose variances depend
on the cells, and its resolvents solve one equation. With the density r(x) of |x|, and the local mean square v of h,

    g(x) = 1 / (t + E_y[v g(y) / (1 + T)] / n),    T = pi v r(x) r(y) g(x) g(y) / |theta_xy|,

the nuclear norm of h(x_i, y_j) / n is (2/pi) times the integral over t > 0 of n E_x[1 - t g(x)]. For a large theta_xy
T is zero, and this is the law of n^2 independent entries; for a small one it is that of the operator.

It is not proved. Waves of one frequency at points of the line are no independent Gaussians (random Vandermonde
matrices: O. Ryan and M. Debbah, IEEE Trans. Inf. Theory 55 (2009)): where D and n are alike, the law is some per cent
too large.
"""

import math
from collections.abc import Callable

import numpy as np
from scipy.integrate import trapezoid

__all__ = ["INDEPENDENT", "effective_rank_of_waves"]

Field = Callable[[np.ndarray, np.ndarray], np.ndarray]

INDEPENDENT = (8.0 / (3.0 * math.pi)) ** 2
"""The effective rank of a large n by n matrix with independent entries of mean zero is this times n."""


def effective_rank_of_waves(n: int, mixed: Field, square: Field, reach: float = 6.0, nodes: int = 72) -> float:
    """The law for an n by n matrix, from theta_xy and from the local mean square of h, for positive x and y."""
    x, weights = np.polynomial.legendre.leggauss(nodes)
    x, weights = 0.5 * reach * (x + 1.0), 0.5 * reach * weights
    density = np.exp(-0.5 * x * x) * math.sqrt(2.0 / math.pi)
    mass = weights * density / (weights @ density)
    v = square(x[:, None], x) + np.zeros((nodes, nodes))
    with np.errstate(over="ignore"):
        coupling = math.pi * v * np.outer(density, density) / np.abs(mixed(x[:, None], x))
    energy = float(mass @ v @ mass)
    logs = np.linspace(math.log(1e4), math.log(1e-6), 160)    # of t over its natural unit
    g, integrand = np.full(nodes, 1e-4 / math.sqrt(energy / n)), []

    def seen(g: np.ndarray) -> np.ndarray:
        return np.asarray((v / (1.0 + coupling * np.outer(g, g))) @ (mass * g) / n)

    for t in np.exp(logs) * math.sqrt(energy / n):
        g = _resolvent(g, t, seen)
        integrand.append(t * n * float(mass @ (g * seen(g))))
    return float((-2.0 / math.pi * trapezoid(integrand, logs)) ** 2 / energy)


def _resolvent(g: np.ndarray, t: float, seen: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Solve g (t + seen(g)) = 1 by iteration, from the solution at a larger t; geometric means make it converge."""
    for _ in range(4000):
        following = np.sqrt(g / (t + seen(g)))
        change, g = float(np.abs(following / g - 1.0).max()), following
        if change < 1e-9:
            break
    return g
